"""Draw under a facility, set its limit, freeze, release and cancel it.

A draw makes a loan of its own and pays it out in one transaction, under the facility's row: it is
there with all that it books, or not at all.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from django.db import transaction

from huoshui.kernel.errors import Problem, Refused
from huoshui.kernel.money import HOME, written
from huoshui.web.agreements.actions.agreements import event_add, event_tell, was_sent
from huoshui.web.agreements.actions.facility_books import (
    draw_problems,
    facility_hold,
    facility_keep,
)
from huoshui.web.agreements.actions.loans import SERVICE, Sent, event_take
from huoshui.web.agreements.actions.outlooks import part_hold
from huoshui.web.agreements.models import Agreement, AgreementEvent
from huoshui.web.agreements.queries.facilities import Facility, facility_of
from huoshui.web.agreements.rules.facility import FacilityAct, FacilityRefusal, may_change, told
from huoshui.web.agreements.rules.limits import draw_matures, months_of
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.events import body_of
from huoshui.web.agreements.rules.loan.refusals import LoanEventRefusal
from huoshui.web.agreements.rules.refusals import AgreementRefusal
from huoshui.web.agreements.rules.states import EVENTS, MADE, READY

ADJUST = "facility.adjust"


@transaction.atomic
def facility_draw(
    sent: Sent,
    *,
    agreement: UUID,
    amount_fen: int,
    on: dt.date,
    matures_on: dt.date | None = None,
    currency: str = HOME,
) -> Agreement:
    """Pay an amount out under a facility, as a loan of its own; give the loan.

    It matures when the facility says at the latest, where no earlier day is given.
    """
    sent.actor.need(SERVICE)
    known = Agreement.objects.filter(id=agreement).first()
    if known is None:
        raise AgreementRefusal.UNKNOWN.refuse()
    part_hold(known, today=sent.today)  # before the facility's row, as every event of a loan does
    facility = _facility(sent, known)
    before = _drawn_before(sent, facility, amount_fen, on, matures_on, currency)
    if before is not None:
        return before
    Refused.raise_any(_of_form(amount_fen, currency, on, sent.today))
    until = facility.ground(on).until
    if until is None or on > until:  # which this says, weightiest first
        held = facility.agreement
        Refused.raise_any(
            draw_problems(sent.actor, held, amount_fen=amount_fen, on=on, today=sent.today)
        )
    most = draw_matures(facility.terms, on=on, until=until or on)
    matures_on = matures_on or most
    Refused.raise_any(_of_length(on, matures_on, most))
    loan = _loan_make(sent, facility, amount_fen, on, matures_on)
    act = ev.Draw(amount_fen, currency, matures_on)
    return event_take(sent, agreement=loan.id, act=act, on=on, permission=SERVICE)


@transaction.atomic
def facility_change(sent: Sent, *, agreement: UUID, act: FacilityAct, on: dt.date) -> Agreement:
    """Set the limit of a facility, freeze, release or cancel it, or refuse to."""
    sent.actor.need(ADJUST)
    known = Agreement.objects.filter(id=agreement).first()
    if known is None:
        raise AgreementRefusal.UNKNOWN.refuse()
    facility = _facility(sent, known)
    held = facility.agreement
    kind, body = told(act)
    if was_sent(held, key=sent.key, kind=kind, on=on, body=body):
        return held
    ground = facility.ground(on)
    Refused.raise_any(may_change(ground, act, on=on, today=sent.today, agreed_fen=held.amount_fen))
    n = facility.last + 1
    event_add(sent.actor, held, n=n, kind=kind, at=sent.at, on=on, body=body, key=sent.key)
    facility_keep(
        sent.actor, held, at=sent.at, today=sent.today, cause=f"{held.ref}:{n}",
        before={held.id: n - 1},
    )  # fmt: skip
    words = {
        "zh": f"授信 {held.ref}：{on} {EVENTS[kind]['zh']}",
        "en": f"Facility {held.ref} {EVENTS[kind]['en']}, {on}",
    }
    event_tell(sent.actor, held, n=n, kind=kind, at=sent.at, words=words, page="/facility")
    return held


def _facility(sent: Sent, known: Agreement) -> Facility:
    """Hold a facility's row, and read it as it stands once it is held."""
    held = facility_hold(known.id)
    found = None if held is None else facility_of(sent.actor, held, today=sent.today)
    if found is None:
        raise FacilityRefusal.NOT_A_FACILITY.refuse(ref=known.ref)
    return found


def _drawn_before(
    sent: Sent,
    facility: Facility,
    amount_fen: int,
    on: dt.date,
    matures_on: dt.date | None,
    currency: str,
) -> Agreement | None:
    """Give the loan that was drawn under the same key, if it was the same draw."""
    assert sent.key, "whatever is sent has a key"
    institution = facility.agreement.institution_id
    rows = AgreementEvent.objects.filter(institution_id=institution, key=sent.key)
    before = rows.select_related("agreement").first()
    if before is None:
        return None
    said = body_of(ev.Draw(amount_fen, currency, matures_on))
    if matures_on is None:
        said["matures_on"] = before.body.get("matures_on")
    loan: Agreement = before.agreement
    wanted = (facility.agreement.id, "draw", on, said)
    if (loan.facility_id, before.kind, before.on, before.body) != wanted:
        raise AgreementRefusal.KEY_OF_OTHER.refuse(key=sent.key, n=before.n, ref=loan.ref)
    return loan


def _of_form(amount_fen: int, currency: str, on: dt.date, today: dt.date) -> list[Problem]:
    found = []
    if currency != HOME:
        found.append(LoanEventRefusal.CURRENCY.problem(currency=currency, wanted=HOME))
    if amount_fen <= 0:
        found.append(LoanEventRefusal.NOT_AN_AMOUNT.problem(amount=written(amount_fen)))
    if on > today:
        found.append(LoanEventRefusal.IN_THE_FUTURE.problem(on=on, today=today))
    return found


def _of_length(on: dt.date, matures_on: dt.date, most: dt.date) -> list[Problem]:
    if on < matures_on <= most:
        return []
    return [FacilityRefusal.RUNS_TOO_LONG.problem(on=on, matures_on=matures_on, most=most)]


def _loan_make(
    sent: Sent, facility: Facility, amount_fen: int, on: dt.date, matures_on: dt.date
) -> Agreement:
    """Make the loan of a draw, on the facility's terms; its conditions were the facility's."""
    above = facility.agreement
    nth = Agreement.objects.filter(facility=above).count() + 1
    made = Agreement.objects.create(
        id=uuid4(),
        ref=f"{above.ref}-{nth:03d}",
        kind="loan",
        facility=above,
        offering=above.offering,
        institution_id=above.institution_id,
        subject_id=above.subject_id,
        subject_name=above.subject_name,
        amount_fen=amount_fen,
        rate_bp=above.rate_bp,
        fee_bp=above.fee_bp,
        months=months_of(on, matures_on),
        pack_digest=above.pack_digest,
        state=READY,
        made_at=sent.at,
    )
    body = {
        "amount_fen": amount_fen,
        "rate_bp": None if above.rate_bp is None else str(above.rate_bp),
        "fee_bp": None if above.fee_bp is None else str(above.fee_bp),
        "months": made.months,
        "conditions": [],
        "under": above.ref,
        "loan": facility.terms["loan"],
        "facility": None,
    }
    event_add(sent.actor, made, n=1, kind=MADE, at=sent.at, on=on, body=body)
    return made  # type: ignore[no-any-return]
