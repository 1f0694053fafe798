"""What an institution has to read to decide on an offering, and which consents let it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from huoshui.kernel.errors import Problem
from huoshui.policy.machine import MoveRefusal
from huoshui.policy.pack import Pack
from huoshui.web.audit.queries.packs import pack_on, plan_of, read_pack
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.models import Case
from huoshui.web.insights.rules.behind import consent_asked, items_of_offering
from huoshui.web.parties.models import Consent
from huoshui.web.parties.queries.consents import consents_for


@dataclass(frozen=True)
class Reading:
    """The items behind an offering: those that the subject consents to, and personal ones."""

    own: tuple[str, ...]
    personal: tuple[str, ...]


def reading_of(pack: Pack, offering: str) -> Reading:
    """Give the items that deciding on an offering reads, public ones left out."""
    return _reading(tuple(pack.roots), pack.asof, offering)


@lru_cache(maxsize=256)
def _reading(roots: tuple, day: dt.date, offering: str) -> Reading:  # type: ignore[type-arg]
    pack = read_pack(roots, day)
    own, personal = consent_asked(pack, items_of_offering(pack, plan_of(pack), offering))
    return Reading(tuple(own), tuple(personal))


def consents_of(viewer: Actor, case: Case, *, at: dt.datetime) -> list[Consent]:
    """Give the consents in force under which a case's institution may read of its subject."""
    assert case.institution_id is not None, "an application has an institution"
    return consents_for(
        viewer, subject=case.subject_id, reader=case.institution_id, at=at, case_id=case.id
    )


def items_missing(
    viewer: Actor,
    *,
    subject: UUID,
    institution: UUID,
    offering: str,
    at: dt.datetime,
    today: dt.date,
    case_id: UUID | None = None,
) -> Reading:
    """Give the items that no consent in force lets an institution read."""
    given: Sequence[Consent] = consents_for(
        viewer, subject=subject, reader=institution, at=at, case_id=case_id
    )
    held = {item for consent in given for item in consent.items}
    wanted = reading_of(pack_on(today), offering)
    return Reading(
        tuple(item for item in wanted.own if item not in held),
        tuple(item for item in wanted.personal if item not in held),
    )


def consent_fact(viewer: Actor, case: Case, *, at: dt.datetime, today: dt.date) -> bool | Problem:
    """Say whether the subject consented to all that is its own to consent to.

    What a person did not consent to stays unknown; it does not stop the firm's application.
    """
    assert case.institution_id is not None
    assert case.offering is not None
    if case.offering not in pack_on(today).offerings:
        return bool(consents_of(viewer, case, at=at))
    missing = items_missing(
        viewer,
        subject=case.subject_id,
        institution=case.institution_id,
        offering=case.offering,
        at=at,
        today=today,
        case_id=case.id,
    )
    return MoveRefusal.NO_CONSENT.problem() if missing.own else True
