"""Consents: given, asked for and withdrawn; a person's own data by that person alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from huoshui.kernel.errors import Problem, Refused
from huoshui.policy.pack import Pack
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.parties.models import Consent, ConsentRequest
from huoshui.web.parties.rules.refusals import ConsentRefusal

PURPOSES = "consent_purpose"
"""The vocabulary of purposes."""


@transaction.atomic
def consent_give(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    subject: UUID,
    reader: UUID,
    purpose: str,
    items: Sequence[str],
    valid_until: dt.datetime,
    case_id: UUID | None = None,
) -> Consent:
    """Let an institution read items of a subject, for a purpose, until a moment.

    A subject consents to its own items; a person to those that tell of them, and nobody to
    another's.  Refuses in the order of `ConsentRefusal`, with every problem found.
    """
    actor.need("consent.give")
    pack = pack_on(today)
    Refused.raise_any(_problems(actor, pack, purpose, items, at, valid_until))
    consent = Consent.objects.create(
        subject_id=subject,
        giver_id=actor.person if actor.kind == "person" else None,
        given_by_id=actor.person,
        reader_id=reader,
        purpose=purpose,
        items=sorted(set(items)),
        case_id=case_id,
        given_at=at,
        valid_until=valid_until,
    )
    _tell(actor, at, "consent.given", consent)
    return consent


def _problems(
    actor: Actor,
    pack: Pack,
    purpose: str,
    items: Sequence[str],
    at: dt.datetime,
    until: dt.datetime,
) -> list[Problem]:
    known = [item for item in items if item in pack.items]
    personal = [item for item in known if pack.items[item].consent == "person"]
    other = [item for item in known if item not in personal]
    found = []
    if actor.kind != "person" and personal:
        found.append(ConsentRefusal.PERSONAL.problem(items=_named(pack, personal)))
    if actor.kind == "person" and other:
        found.append(ConsentRefusal.NOT_PERSONAL.problem(items=_named(pack, other)))
    if not items:
        found.append(ConsentRefusal.NOTHING.problem())
    found += [
        ConsentRefusal.NO_SUCH_ITEM.problem(item=item) for item in items if item not in pack.items
    ]
    purposes = pack.vocabularies[PURPOSES].entries
    if purpose not in purposes:
        found.append(
            ConsentRefusal.NO_SUCH_PURPOSE.problem(purpose=purpose, known=", ".join(purposes))
        )
    if until <= at:
        found.append(ConsentRefusal.ALREADY_OVER.problem(until=until.date()))
    return found


def _named(pack: Pack, items: Sequence[str]) -> str:
    return "、".join(pack.items[item].label.zh for item in items)


@transaction.atomic
def consent_withdraw(actor: Actor, *, at: dt.datetime, consent: UUID) -> Consent:
    """End a consent now; what was read under it stays on record."""
    actor.need("consent.withdraw")
    # An update it may not make finds no row: the database sees to that.
    found = Consent.objects.filter(id=consent, withdrawn_at=None, valid_until__gt=at)
    if not found.update(withdrawn_at=at):
        raise ConsentRefusal.ENDED.refuse()
    withdrawn = Consent.objects.get(id=consent)
    _tell(actor, at, "consent.withdrawn", withdrawn)
    return withdrawn


@transaction.atomic
def consent_ask(
    actor: Actor,
    *,
    at: dt.datetime,
    subject: UUID,
    person: UUID,
    reader: UUID,
    purpose: str,
    items: Sequence[str],
    valid_until: dt.datetime,
    case_id: UUID | None = None,
) -> ConsentRequest:
    """Ask a person for consent to items that tell of them; asking twice for a case is once."""
    found = ConsentRequest.objects.filter(
        subject_id=subject,
        person_id=person,
        reader_id=reader,
        case_id=case_id,
        consent=None,
        refused_at=None,
    ).first()
    if found is not None:
        return found
    asked = ConsentRequest.objects.create(
        subject_id=subject,
        person_id=person,
        reader_id=reader,
        purpose=purpose,
        items=sorted(set(items)),
        case_id=case_id,
        asked_by_id=actor.person,
        asked_at=at,
        valid_until=valid_until,
    )
    entry_add(
        actor,
        at=at,
        action="consent.asked",
        object_kind="consent_request",
        object_id=str(asked.id),
        subject=subject,
        payload={"items": asked.items, "purpose": purpose, "person": str(person)},
    )
    return asked


@transaction.atomic
def consent_answer(
    actor: Actor, *, at: dt.datetime, today: dt.date, request: ConsentRequest, agree: bool
) -> Consent | None:
    """Answer a request, as the person asked."""
    actor.need("consent.give")
    if request.consent_id is not None or request.refused_at is not None:
        raise ConsentRefusal.ANSWERED.refuse()
    if not agree:
        ConsentRequest.objects.filter(id=request.id).update(refused_at=at)
        entry_add(
            actor,
            at=at,
            action="consent.denied",
            object_kind="consent_request",
            object_id=str(request.id),
            subject=request.subject_id,
            payload={"items": request.items, "purpose": request.purpose},
        )
        return None
    consent = consent_give(
        actor,
        at=at,
        today=today,
        subject=request.subject_id,
        reader=request.reader_id,
        purpose=request.purpose,
        items=request.items,
        valid_until=request.valid_until,
        case_id=request.case_id,
    )
    ConsentRequest.objects.filter(id=request.id).update(consent=consent)
    return consent


def _tell(actor: Actor, at: dt.datetime, action: str, consent: Consent) -> None:
    said: dict[str, Any] = {
        "purpose": consent.purpose,
        "items": consent.items,
        "reader": str(consent.reader_id),
        "valid_until": consent.valid_until.isoformat(),
    }
    entry_add(
        actor,
        at=at,
        action=action,
        object_kind="consent",
        object_id=str(consent.id),
        subject=consent.subject_id,
        institution=consent.reader_id,
        payload=said,
    )
