"""Facilities as their two sides see them: a limit folded from its stream, with its loans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q

from huoshui.web.agreements.models import Agreement, AgreementEvent
from huoshui.web.agreements.queries.end_of_day import events_of
from huoshui.web.agreements.queries.loans import Loan, loan_made
from huoshui.web.agreements.rules.facility import (
    FACILITY_KINDS,
    FacilityEvent,
    FacilityState,
    Ground,
    fold_facility,
    ground_of,
    read,
)
from huoshui.web.agreements.rules.limits import FACILITY
from huoshui.web.agreements.rules.loan.postings import Posting
from huoshui.web.agreements.rules.loan.state import LoanState
from huoshui.web.agreements.rules.states import CONDITION_MET, EVENTS, MADE, Happened, folded
from huoshui.web.agreements.rules.undrawn import undrawn_moves, undrawn_on
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.queries.balances import balance_named
from huoshui.web.ledger.rules.entries import AccountName

UNDRAWN = "undrawn_commitment"
"""The account that shows what is undrawn of a facility."""


@dataclass(frozen=True)
class Facility:
    """An agreement that is a limit, with what its life follows from."""

    agreement: Agreement
    terms: dict[str, Any]  # as they were fixed when it was made
    conditions: frozenset[str]  # before a draw
    events: tuple[FacilityEvent, ...]
    loans: tuple[Loan, ...]  # the oldest first
    last: int  # the number of its last event of any kind

    def ground(self, asof: dt.date) -> Ground:
        """Fold its own stream as of the end of a day."""
        return ground_of(self.events, asof=asof)

    def state(self, asof: dt.date) -> FacilityState:
        """Fold it with its loans as of the end of a day."""
        return fold_facility(self.events, self._stand(asof), asof=asof)

    def standing(self, asof: dt.date) -> str:
        """Say how it stands on lists: by its conditions, until it is frozen or over."""
        met = [Happened(CONDITION_MET, each) for each in self.ground(asof).met]
        return self.state(asof).standing or folded(met, conditions=self.conditions)

    def moves(self, asof: dt.date) -> tuple[Posting, ...]:
        """Tell how what is undrawn came about, to the end of a day."""
        return undrawn_moves(self.events, self._stand(asof), asof=asof)

    def heard(self, before: Mapping[UUID, int]) -> Facility:
        """Give it as it was known when some streams had told no more than so many events."""
        loans = tuple(_heard(each, before.get(each.agreement.id)) for each in self.loans)
        last = before.get(self.agreement.id, self.last)
        known = tuple(each for each in self.events if each.n <= last)
        return replace(self, events=known, loans=loans)

    def _stand(self, asof: dt.date) -> list[LoanState]:
        if asof not in self._folds:
            self._folds[asof] = [each.state(asof) for each in self.loans]
        return self._folds[asof]

    @cached_property
    def _folds(self) -> dict[dt.date, list[LoanState]]:
        return {}


def _heard(loan: Loan, last: int | None) -> Loan:
    if last is None:
        return loan
    return replace(loan, events=tuple(each for each in loan.events if each.n <= last))


def facility_of(viewer: Actor, agreement: Agreement, *, today: dt.date) -> Facility | None:
    """Give an agreement's facility with its loans; null where it is none."""
    if agreement.kind != FACILITY:
        return None
    loans = list(Agreement.objects.filter(facility=agreement).order_by("ref"))
    rows = events_of([agreement, *loans])
    own = rows.get(agreement.id, [])
    made = next((row for row in own if row.kind == MADE), None)
    terms = made.body.get("facility") if made else None
    if made is None or terms is None:
        return None
    pack = pack_on(today)
    found = [loan_made(each, rows.get(each.id, []), pack=pack) for each in loans]
    return Facility(
        agreement,
        terms,
        frozenset(made.body["conditions"]),
        tuple(
            FacilityEvent(row.n, row.on, read(row.kind, row.body))
            for row in own
            if row.kind in FACILITY_KINDS
        ),
        tuple(each for each in found if each is not None),
        own[-1].n,
    )


def facilities(viewer: Actor) -> Any:
    """Give the viewer's agreements that are facilities."""
    return Agreement.objects.filter(kind=FACILITY).order_by("ref")


def loans_under(viewer: Actor, wanted: Iterable[Agreement]) -> dict[UUID, list[Agreement]]:
    """Give the loans drawn under facilities, by the facility, the oldest first."""
    rows = Agreement.objects.filter(facility__in=list(wanted)).select_related("institution")
    found: dict[UUID, list[Agreement]] = {}
    for each in rows.order_by("ref"):
        found.setdefault(each.facility_id, []).append(each)
    return found


def events_told(viewer: Actor, facility: Facility, *, asof: dt.date) -> list[dict[str, Any]]:
    """Give what happened to a facility itself by a day, in order, each with its name."""
    rows = AgreementEvent.objects.filter(agreement=facility.agreement, on__lte=asof)
    return [
        {"event": row, "label": EVENTS.get(row.kind, {"zh": row.kind, "en": row.kind})}
        for row in rows.order_by("on", "n")
    ]


def undrawn_faults(viewer: Actor, *, today: dt.date, on: dt.date) -> Iterator[str]:
    """Name the facilities whose books show, as of a day, another undrawn limit than their fold.

    One that is to be woken by then has not been booked to the day.
    """
    booked = Q(booked_until__gte=on) | Q(wakes_on=None) | Q(wakes_on__gt=on)
    for agreement in facilities(viewer).filter(booked):
        facility = facility_of(viewer, agreement, today=today)
        held = balance_named(
            viewer,
            institution=agreement.institution_id,
            name=AccountName(UNDRAWN, agreement.ref),
            on=on,
        )
        wanted = undrawn_on(facility.moves(on), on) if facility else 0
        if (held.balance_fen if held else 0) != wanted:
            yield agreement.ref
