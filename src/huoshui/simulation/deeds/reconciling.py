"""Payments asked for, statements taken in, and breaks worked off by two people."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from huoshui.kernel.errors import Refused
from huoshui.simulation.deeds.orders import actor_of, at_of, day_of, sent_of
from huoshui.web.agreements.actions.reconciliation import (
    allocation_confirm,
    allocation_propose,
    payment_ask,
)
from huoshui.web.agreements.models import AgreementEvent
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.ledger.actions import breaks as working
from huoshui.web.ledger.actions.charges import charge_confirm, charge_propose
from huoshui.web.ledger.actions.matching import reconcile
from huoshui.web.ledger.actions.payments import instruction_answer, instruction_release
from huoshui.web.ledger.actions.statements import statement_receive
from huoshui.web.ledger.queries.statements import bank_files, break_one, instruction
from huoshui.web.ledger.rules.breaks import CLOSED
from huoshui.web.ledger.rules.charges import charge_labels
from huoshui.web.ledger.rules.payments import Payee, Payment, message_of


def instruct(order: dict[str, Any]) -> dict[str, Any]:
    """Ask for a payment, have it released, and write the message that goes to the bank."""
    sent, approver = sent_of(order, "officer"), actor_of(order["approver"])
    with acting(sent.actor):
        asked = payment_ask(
            sent, agreement=UUID(order["agreement"]), event=order["event"],
            account=order["account"], payee=Payee("Borrower", order["payee"]),
        )  # fmt: skip
    if asked.state == "asked":
        with acting(approver):
            instruction_release(approver, at=sent.at, wanted=asked.id)
    with acting(approver):
        found = instruction(approver, asked.id)
        message = message_of(
            Payment(
                end_to_end=found.end_to_end, message=f"M{found.id.hex[:30].upper()}",
                amount_fen=found.amount_fen, currency=found.currency,
                payer_name=found.institution.label["zh"], payer_account=found.account.number,
                payer_bank=found.account.bank_code, execute_on=found.execute_on, text=found.text,
                payee=Payee(found.payee_name, found.payee_account, found.payee_bank), at=found.at,
            )
        )  # fmt: skip
    return {"id": str(found.id), "message": base64.b64encode(message).decode()}


def answered(order: dict[str, Any]) -> str:
    """Note what the bank made of a payment."""
    approver = actor_of(order["approver"])
    with acting(approver):
        found = instruction(approver, UUID(order["id"]))
        if found.state != order["state"]:
            instruction_answer(
                approver, at=at_of(order), wanted=found.id, state=order["state"],
                why=order.get("why", ""),
            )  # fmt: skip
    return str(order["state"])


def receive(order: dict[str, Any]) -> dict[str, int]:
    """Take a bank's file in; one that was taken before its answer came is not taken twice."""
    officer = actor_of(order["officer"])
    if order.get("again"):
        with acting(officer):
            before = [each for each in bank_files(officer) if each.name == order["name"]]
        if any(each.taken_at for each in before):
            return {"files": 1}
    _, found = statement_receive(
        officer, at=at_of(order), today=day_of(order["today"]),
        institution=UUID(order["institution"]), name=order["name"],
        body=base64.b64decode(order["body"]),
    )  # fmt: skip
    return {"files": 1, "statements": len(found)}


def rematch(order: dict[str, Any]) -> dict[str, int]:
    """Match anew what is open."""
    officer = actor_of(order["officer"])
    with acting(officer):
        found = reconcile(
            officer, at=at_of(order), institution=UUID(order["institution"]), code=order["code"]
        )
    return {"breaks": found.breaks}


def allocate(order: dict[str, Any]) -> dict[str, Any]:
    """Take a receipt in as a payment: proposed by one person, confirmed by another."""
    sent = sent_of(order, "officer")
    if _is_closed(order):
        return _allocated(order)
    with acting(sent.actor):
        if break_one(sent.actor, order["break"]).proposal is None:
            allocation_propose(
                sent, wanted=order["break"], agreement=UUID(order["agreement"]), way=order["way"]
            )
    second = sent_of(order, "approver")
    try:
        with acting(second.actor):
            allocation_confirm(second, wanted=order["break"])
    except Refused:
        _declined(order)
        raise
    return _allocated(order)


def _allocated(order: dict[str, Any]) -> dict[str, Any]:
    officer = actor_of(order["officer"])
    with acting(officer):
        line = break_one(officer, order["break"]).line
        key = f"bank:{line.account.number}:{line.bank_ref}"
        row = AgreementEvent.objects.get(agreement=UUID(order["agreement"]), key=key)
        return {"n": row.n, "kind": row.kind, "on": str(row.on), "key": key}


def charge(order: dict[str, Any]) -> str:
    """Book what the bank took of its own accord: proposed by one person, confirmed by another."""
    officer, approver, at = actor_of(order["officer"]), actor_of(order["approver"]), at_of(order)
    pack = pack_on(day_of(order["today"]))
    if _is_closed(order):
        return "charged"
    with acting(officer):
        about = break_one(officer, order["break"])
        if about.proposal is None:
            known = charge_labels(pack, code=about.code, amount_fen=about.amount_fen)
            charge_propose(officer, at=at, wanted=about.pk, charge=known[0][0], pack=pack)
    with acting(approver):
        charge_confirm(approver, at=at, wanted=order["break"], pack=pack)
    return "charged"


def match(order: dict[str, Any]) -> str:
    """Match by hand what comes to the same: proposed by one person, confirmed by another."""
    if _is_closed(order):
        return "matched"
    officer, approver, at = actor_of(order["officer"]), actor_of(order["approver"]), at_of(order)
    with acting(officer):
        if break_one(officer, order["break"]).proposal is None:
            working.break_explain(officer, at=at, wanted=order["break"], words=order["words"])
            working.match_propose(
                officer, at=at, wanted=order["break"], lines=order["lines"],
                places=[(voucher, n) for voucher, n in order["places"]], code=order["code"],
            )  # fmt: skip
    with acting(approver):
        working.proposal_confirm(approver, at=at, wanted=order["break"])
    return "matched"


def alone(order: dict[str, Any]) -> str:
    """Try to confirm what one proposed oneself, which needs another person."""
    officer = actor_of(order["officer"])
    both = actor_of({**order["officer"], "may": [*order["officer"]["may"], working.CONFIRM]})
    with acting(officer):
        if break_one(officer, order["break"]).proposal is None:
            working.break_explain(officer, at=at_of(order), wanted=order["break"], words="seen")
            working.match_propose(
                officer, at=at_of(order), wanted=order["break"], lines=order["lines"],
                places=[(voucher, n) for voucher, n in order["places"]], code=order["code"],
            )  # fmt: skip
    try:
        with acting(both):
            working.proposal_confirm(both, at=at_of(order), wanted=order["break"])
    except Refused:
        _declined(order)
        raise
    return "confirmed alone"


def _is_closed(order: dict[str, Any]) -> bool:
    officer = actor_of(order["officer"])
    with acting(officer):
        return bool(break_one(officer, order["break"]).state == CLOSED)


def _declined(order: dict[str, Any]) -> None:
    officer = actor_of(order["officer"])
    with acting(officer):
        working.proposal_decline(officer, at=at_of(order), wanted=order["break"])


DEEDS = {
    "instruct": instruct, "answered": answered, "receive": receive, "rematch": rematch,
    "allocate": allocate, "charge": charge, "match": match, "alone": alone,
}  # fmt: skip
