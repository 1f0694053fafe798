"""Make an agreement from an accepted offer, and note what happens to it afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from huoshui.kernel.period import add_months
from huoshui.web.agreements.actions.facility_books import facility_keep
from huoshui.web.agreements.models import Agreement, AgreementEvent, Condition
from huoshui.web.agreements.rules.facility import Granted, told
from huoshui.web.agreements.rules.limits import FACILITY, limit_terms_of
from huoshui.web.agreements.rules.refusals import AgreementRefusal
from huoshui.web.agreements.rules.states import (
    CONDITION_MET,
    EVENTS,
    MADE,
    STANDING,
    Happened,
    folded,
)
from huoshui.web.agreements.rules.terms import terms_of
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.audit.rules.words import deeds_named
from huoshui.web.delivery.actions.outbox import message_send

deeds_named("agreement", EVENTS)


@dataclass(frozen=True)
class Offer:
    """What was accepted, and between whom."""

    ref: str
    kind: str
    offering: str
    institution: UUID
    subject: UUID
    subject_name: str
    case: UUID
    amount_fen: int
    rate_bp: Decimal | int | None
    fee_bp: Decimal | int | None
    months: int | None
    pack_digest: str
    conditions: Sequence[tuple[str, dict[str, str]]]  # code and label, before a draw


@transaction.atomic
def agreement_make(actor: Actor, *, at: dt.datetime, on: dt.date, offer: Offer) -> Agreement:
    """Make the agreement of an accepted offer, waiting for its conditions.

    Where the packs grant what is offered as a limit it is a facility, and nothing is drawn but
    under it.
    """
    codes = {code for code, _ in offer.conditions}
    pack = pack_on(on)
    is_priced = offer.months is not None and offer.rate_bp is not None
    limit = limit_terms_of(pack, offer.offering) if is_priced else None
    made = Agreement.objects.create(
        ref=offer.ref,
        kind=offer.kind if limit is None else FACILITY,
        offering=offer.offering,
        institution_id=offer.institution,
        subject_id=offer.subject,
        subject_name=offer.subject_name,
        case_id=offer.case,
        amount_fen=offer.amount_fen,
        rate_bp=offer.rate_bp,
        fee_bp=offer.fee_bp,
        months=offer.months,
        pack_digest=offer.pack_digest,
        state=folded([Happened(MADE, None)], conditions=codes),
        made_at=at,
        wakes_on=None if limit is None else on,  # its books are opened at the end of the day
    )
    Condition.objects.bulk_create(
        Condition(
            agreement=made,
            subject_id=offer.subject,
            institution_id=offer.institution,
            code=code,
            label=label,
        )
        for code, label in offer.conditions
    )
    terms: dict[str, Any] = {
        "amount_fen": offer.amount_fen,
        "rate_bp": None if offer.rate_bp is None else str(offer.rate_bp),
        "fee_bp": None if offer.fee_bp is None else str(offer.fee_bp),
        "months": offer.months,
        "conditions": sorted(codes),
        # Fixed now; null where it is no loan, or is drawn by loans of their own.
        "loan": terms_of(pack, offer.offering, rate_bp=offer.rate_bp) if limit is None else None,
        "facility": limit,
    }
    event_add(actor, made, n=1, kind=MADE, at=at, on=on, body=terms)
    if limit is not None:
        until = add_months(on, offer.months or 0)
        kind, body = told(Granted(offer.amount_fen, until, limit["is_revolving"]))
        event_add(actor, made, n=2, kind=kind, at=at, on=on, body=body)
    return made


@transaction.atomic
def condition_meet(
    actor: Actor, *, at: dt.datetime, on: dt.date, agreement: UUID, code: str
) -> Agreement:
    """Confirm that a condition before a draw is met; once, and by the institution alone."""
    actor.need("agreement.confirm")
    # The agreement's row stands for its events: who holds it writes the next one.
    found = Agreement.objects.select_for_update().filter(id=agreement).first()
    if found is None:
        raise AgreementRefusal.UNKNOWN.refuse()
    condition = Condition.objects.filter(agreement=found, code=code).first()
    if condition is None:
        raise AgreementRefusal.NO_SUCH_CONDITION.refuse(code=code)
    if condition.met_at is not None:
        raise AgreementRefusal.ALREADY_MET.refuse(met_at=f"{condition.met_at:%Y-%m-%d %H:%M}")
    condition.met_at, condition.met_by = at, actor.name
    condition.save(update_fields=["met_at", "met_by"])
    count = AgreementEvent.objects.filter(agreement=found).count()
    body = {"condition": code, "label": condition.label}
    event_add(actor, found, n=count + 1, kind=CONDITION_MET, at=at, on=on, body=body)
    if found.kind == FACILITY:
        facility_keep(actor, found, at=at, today=on, cause=f"{found.ref}:{count + 1}")
    elif found.state not in STANDING:  # a loan that is drawn stands as its fold says
        found.state = _folded(found)
        found.save(update_fields=["state"])
    words = {
        "zh": f"协议 {found.ref}：{condition.label['zh']}，已确认",
        "en": f"Agreement {found.ref}: confirmed that {condition.label['en']}",
    }
    event_tell(actor, found, n=count + 1, kind=CONDITION_MET, at=at, words=words)
    return found


def _folded(agreement: Agreement) -> str:
    happened = AgreementEvent.objects.filter(agreement=agreement).order_by("n")
    events = [Happened(each.kind, each.body.get("condition")) for each in happened]
    codes = Condition.objects.filter(agreement=agreement).values_list("code", flat=True)
    return folded(events, conditions=set(codes))


def was_sent(
    agreement: Agreement, *, key: str, kind: str, on: dt.date, body: dict[str, Any]
) -> bool:
    """Say whether the same was sent under a key before; something else is refused."""
    assert key, "whatever is sent has a key"
    rows = AgreementEvent.objects.filter(institution_id=agreement.institution_id, key=key)
    before = rows.select_related("agreement").first()
    if before is None:
        return False
    said = (before.agreement_id, before.kind, before.on, before.body)
    if said != (agreement.id, kind, on, body):
        raise AgreementRefusal.KEY_OF_OTHER.refuse(key=key, n=before.n, ref=before.agreement.ref)
    return True


def event_add(
    actor: Actor,
    agreement: Agreement,
    *,
    n: int,
    kind: str,
    at: dt.datetime,
    on: dt.date,
    body: dict[str, Any],
    key: str = "",
) -> None:
    """Append an event with its entry in the record; the caller holds the agreement's row."""
    AgreementEvent.objects.create(
        agreement=agreement,
        subject_id=agreement.subject_id,
        institution_id=agreement.institution_id,
        n=n,
        kind=kind,
        at=at,
        on=on,
        by=actor.name,
        body=body,
        key=key,
    )
    entry_add(
        actor,
        at=at,
        action=f"agreement.{kind}",
        object_kind="agreement",
        object_id=agreement.id,
        subject=agreement.subject_id,
        institution=agreement.institution_id,
        rule=agreement.pack_digest,
        payload={"ref": agreement.ref, "n": n, **body},
    )


def event_tell(
    actor: Actor,
    agreement: Agreement,
    *,
    n: int,
    kind: str,
    at: dt.datetime,
    words: dict[str, str],
    page: str = "",
) -> None:
    """Tell all parties of an event, in both languages, with the page that shows it."""
    message_send(
        actor,
        at=at,
        topic=f"agreement.{kind}",
        body={**words, "link": f"/agreements/{agreement.id}{page}"},
        key=f"{agreement.id}:{n}",
        subject=agreement.subject_id,
    )
