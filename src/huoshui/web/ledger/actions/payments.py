"""Ask a bank to pay: asked by one person, released by another, settled by the bank's own books."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from django.db import transaction

from huoshui.kernel.errors import Refused
from huoshui.kernel.money import HOME
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.audit.rules.words import deeds_named
from huoshui.web.ledger.actions.matching import cash_name
from huoshui.web.ledger.models import BankAccount, Instruction, InstructionDeed
from huoshui.web.ledger.queries.cash import is_matched
from huoshui.web.ledger.rules.matching import Place
from huoshui.web.ledger.rules.payments import (
    STATES,
    Payee,
    PaymentRefusal,
    may_become,
    payee_problems,
)

deeds_named("payment", STATES)

ASK, RELEASE = "payment.ask", "payment.release"


@transaction.atomic(savepoint=False)
def instruction_ask(
    actor: Actor,
    *,
    at: dt.datetime,
    key: str,
    account: BankAccount,
    place: Place,
    amount_fen: int,
    end_to_end: str,
    purpose: str,
    agreement: str | None,
    payee: Payee,
    execute_on: dt.date,
    text: str = "",
) -> Instruction:
    """Ask for the payment that a transfer books; the same key again gives the same instruction."""
    actor.need(ASK)
    Refused.raise_any(payee_problems(payee))
    said = {
        "account_id": account.pk, "purpose": purpose,
        "agreement": agreement, "voucher_id": place[0], "n": place[1], "amount_fen": amount_fen,
        "currency": HOME, "payee_name": payee.name, "payee_account": payee.account,
        "payee_bank": payee.bank, "execute_on": execute_on, "text": text[:140],
    }  # fmt: skip
    institution = account.institution_id
    before = Instruction.objects.filter(institution_id=institution, key=key).first()
    if before is not None:
        if any(getattr(before, name) != value for name, value in said.items()):
            raise PaymentRefusal.KEY_OF_OTHER.refuse(key=key)
        return before  # type: ignore[no-any-return]
    others = Instruction.objects.filter(voucher_id=place[0], n=place[1]).exclude(state="rejected")
    if others.exists() or is_matched(place):
        raise PaymentRefusal.NOTHING_TO_PAY.refuse(what=agreement or end_to_end)
    tries = Instruction.objects.filter(voucher_id=place[0], n=place[1]).count()
    if tries:  # a bank that rejected an id does not take it again
        end_to_end = f"{end_to_end[:32]}.{tries + 1}"
    made: Instruction = Instruction.objects.create(
        id=uuid4(), institution_id=institution, key=key, state="asked", at=at, by=actor.person,
        by_name=actor.name, end_to_end=end_to_end, **said,
    )  # fmt: skip
    cash_name(actor, institution=institution, names=[(place, end_to_end, False)])
    _tell(actor, at=at, about=made)
    return made


@transaction.atomic(savepoint=False)
def instruction_release(actor: Actor, *, at: dt.datetime, wanted: UUID) -> Instruction:
    """Let a payment go to the bank; another person than who asked for it."""
    actor.need(RELEASE)
    found = instruction_held(wanted)
    if found.by == actor.person:
        raise PaymentRefusal.FOUR_EYES.refuse(name=found.by_name)
    return _become(actor, at=at, about=found, state="released")


@transaction.atomic(savepoint=False)
def instruction_answer(
    actor: Actor, *, at: dt.datetime, wanted: UUID, state: str, why: str = ""
) -> Instruction:
    """Note what the bank answered: accepted, or rejected and why."""
    actor.need(RELEASE)
    assert state in ("accepted", "rejected"), "only a statement settles"
    return _become(actor, at=at, about=instruction_held(wanted), state=state, why=why[:200])


def instruction_held(wanted: UUID) -> Instruction:
    """Give an instruction, held until the transaction ends."""
    rows = Instruction.objects.select_for_update(no_key=True)
    found: Instruction | None = rows.filter(id=wanted).first()
    if found is None:
        raise PaymentRefusal.UNKNOWN.refuse()
    return found


def _become(
    actor: Actor, *, at: dt.datetime, about: Instruction, state: str, why: str = ""
) -> Instruction:
    if not may_become(about.state, state):
        raise PaymentRefusal.NOT_NOW.refuse(
            state=STATES[about.state]["en"], wanted=STATES[state]["en"]
        )
    about.state = state
    about.save(update_fields=["state"])
    _tell(actor, at=at, about=about, why=why)
    return about


def _tell(actor: Actor, *, at: dt.datetime, about: Instruction, why: str = "") -> None:
    InstructionDeed.objects.create(
        instruction=about, institution_id=about.institution_id, state=about.state, at=at,
        by_name=actor.label, why=why,
    )  # fmt: skip
    entry_add(
        actor, at=at, action=f"payment.{about.state}", object_kind="payment", object_id=about.id,
        institution=about.institution_id, reason=why or None,
        payload={"end_to_end": about.end_to_end, "amount_fen": about.amount_fen,
                 "payee": about.payee_name, "account": about.payee_account,
                 "agreement": about.agreement},
    )  # fmt: skip
