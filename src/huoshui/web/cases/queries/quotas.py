"""Quotas: what an institution lends by an offering in a year, what is taken of it and today."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum

from huoshui.matching.automatic import quota_of
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Offering
from huoshui.web.agreements.queries.agreements import agreed_fen
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.models import Case, Decision, Quota
from huoshui.web.cases.queries.cases import APPLICATION, decided_states, machine_on
from huoshui.web.parties.models import Institution

APPROVED = "approved"
"""The outcome of a decision that takes from a quota."""


@dataclass(frozen=True)
class Standing:
    """One offering of an institution with its quota of the year, where it has one."""

    offering: Offering
    stated_fen: int | None  # by the packs, before anybody set one
    quota: Quota | None
    taken_today_fen: int
    open_count: int  # applications still to be decided

    @property
    def total_fen(self) -> int | None:
        """Give the whole quota."""
        return self.quota.total_fen if self.quota else self.stated_fen

    @property
    def taken_fen(self) -> int:
        """Give what is taken of it."""
        return self.quota.taken_fen if self.quota else 0

    @property
    def left_fen(self) -> int | None:
        """Give what is left of it."""
        if self.quota:
            return self.quota.total_fen - self.quota.taken_fen
        return self.stated_fen


def offerings_of(viewer: Actor, pack: Pack) -> list[Offering]:
    """Give the offerings in force of the institution that the viewer acts for."""
    code = institution_code(viewer)
    return [each for each in pack.offerings.values() if each.institution == code]


def institution_code(viewer: Actor) -> str | None:
    """Give the id that packs know the viewer's institution by."""
    found = Institution.objects.filter(id=viewer.institution).values_list("code", flat=True)
    return found.first()


def quotas(viewer: Actor, *, today: dt.date) -> list[Standing]:
    """Give each offering of the viewer's institution with its quota of the year."""
    held = {
        each.offering: each
        for each in Quota.objects.filter(institution_id=viewer.institution, year=today.year)
    }
    decided = decided_states(machine_on(APPLICATION, today))
    shown = Case.objects.filter(
        kind=APPLICATION, institution_id=viewer.institution, shown_at__isnull=False
    )
    under_way: dict[str, int] = {}
    for offering in shown.exclude(state__in=decided).values_list("offering", flat=True):
        under_way[offering or ""] = under_way.get(offering or "", 0) + 1
    taken = dict(
        Decision.objects.filter(institution_id=viewer.institution, outcome=APPROVED, on=today)
        .values_list("offering")
        .annotate(all=Sum("amount_fen"))
    )
    pack = pack_on(today)
    return [
        Standing(
            offering=each,
            stated_fen=stated_quota(pack, each.id),
            quota=held.get(each.id),
            taken_today_fen=int(taken.get(each.id) or 0),
            open_count=under_way.get(each.id, 0),
        )
        for each in offerings_of(viewer, pack)
    ]


def stated_quota(pack: Pack, offering: str) -> int | None:
    """Give the yearly quota that an offering's file states, if it does."""
    return quota_of(pack, offering, {}, asof=pack.asof)


def day_taken_fen(viewer: Actor, *, institution: UUID, offering: str, today: dt.date) -> int:
    """Sum what an offering's rule approved on a day."""
    found = Decision.objects.filter(
        institution_id=institution, offering=offering, automatic=True, outcome=APPROVED, on=today
    ).aggregate(all=Sum("amount_fen"))
    return int(found["all"] or 0)


def open_fen(viewer: Actor, case: Case, *, today: dt.date) -> int:
    """Sum what the institution has approved for the subject before: agreed, or waiting for it."""
    machine = machine_on(case.kind, today)
    approved = {move.to for move in machine.moves.values() if "approve" in move.effects} - {
        name for name, state in machine.states.items() if state.ends
    }
    waiting = Case.objects.filter(
        kind=case.kind,
        subject_id=case.subject_id,
        institution_id=case.institution_id,
        state__in=approved,
    ).exclude(id=case.id)
    return agreed_fen(viewer, case.subject_id) + sum(
        int(each.fields.get("granted_fen", 0)) for each in waiting
    )
