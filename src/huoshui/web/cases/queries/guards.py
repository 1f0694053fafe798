"""Facts that a workflow's guards ask for and its machine cannot see in the case itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from huoshui.kernel.errors import Problem
from huoshui.policy.machine import GuardFact, Machine
from huoshui.policy.schema import FACT_GUARDS
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.models import Case, Quota
from huoshui.web.cases.queries.quotas import institution_code, stated_quota
from huoshui.web.cases.queries.reading import consent_fact
from huoshui.web.cases.rules.refusals import CaseRefusal


@dataclass(frozen=True)
class Question:
    """What the guards of one move are asked about."""

    actor: Actor
    case: Case
    machine: Machine
    fields: Mapping[str, object]  # said with the move
    at: dt.datetime
    today: dt.date

    @property
    def offering(self) -> str | None:
        """Give the offering that the move is about."""
        said = self.fields.get("offering")
        return said if isinstance(said, str) else self.case.offering

    @property
    def whole(self) -> Mapping[str, object]:
        """Give the case's fields with what is said now."""
        return {**self.case.fields, **self.fields}


def facts_for(asked: Question, move: str) -> dict[str, GuardFact]:
    """Answer the fact guards of a move, those and no others."""
    definition = asked.machine.moves.get(move)
    wanted = [guard.is_ for guard in definition.guards] if definition else []
    return {word: _ANSWERS[word](asked) for word in wanted if word in _ANSWERS}


def _consent_given(asked: Question) -> GuardFact:
    return consent_fact(asked.actor, asked.case, at=asked.at, today=asked.today)


def _offering_in_force(asked: Question) -> GuardFact:
    return in_force(asked.offering, asked.today)


def in_force(offering: str | None, today: dt.date) -> bool | Problem:
    """Say whether an offering may be applied for on a day; the packs are read as at that day."""
    if offering is not None and offering in pack_on(today).offerings:
        return True
    return CaseRefusal.NO_SUCH_OFFERING.problem(offering=offering or "—", today=today)


def _own_offering(asked: Question) -> GuardFact:
    known = pack_on(asked.today).offerings.get(asked.offering or "")
    return known is not None and known.institution == institution_code(asked.actor)


def _no_other_open(asked: Question) -> GuardFact:
    ended = [name for name, state in asked.machine.states.items() if state.ends]
    others = Case.objects.filter(
        kind=asked.case.kind,
        subject_id=asked.case.subject_id,
        offering=asked.case.offering,
        shown_at__isnull=False,
    )
    return not others.exclude(id=asked.case.id).exclude(state__in=ended).exists()


def _quota_left(asked: Question) -> GuardFact:
    # Only says no early and in words; taking it holds the row and the database has the last say.
    wanted = asked.whole.get("granted_fen")
    if not isinstance(wanted, int):
        return None
    quota = Quota.objects.filter(
        institution_id=asked.case.institution_id,
        offering=asked.case.offering,
        year=asked.today.year,
    ).first()
    if quota is not None:
        return wanted <= quota.total_fen - quota.taken_fen
    pack = pack_on(asked.today)
    stated = stated_quota(pack, asked.offering or "") if asked.offering in pack.offerings else None
    return stated is None or wanted <= stated


_ANSWERS: Mapping[str, Callable[[Question], GuardFact]] = {
    "consent_given": _consent_given,
    "offering_in_force": _offering_in_force,
    "own_offering": _own_offering,
    "no_other_open": _no_other_open,
    "quota_left": _quota_left,
}
assert set(_ANSWERS) < set(FACT_GUARDS), "offering_open is answered by whoever read the profile"
