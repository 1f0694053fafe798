"""Loans against the bank: receipts taken in as payments, payments asked for, balances compared.

A receipt becomes a payment under the bank's own reference: proposed by one person and confirmed
by another, and the same receipt is never two payments.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from huoshui.kernel.errors import Refused
from huoshui.policy.pack import Pack
from huoshui.web.agreements.actions.cash_names import deed_name
from huoshui.web.agreements.actions.loans import Sent, event_take
from huoshui.web.agreements.models import Agreement
from huoshui.web.agreements.queries.agreements import agreement as agreement_seen
from huoshui.web.agreements.queries.loans import Loan, loan_of, reclassing_of
from huoshui.web.agreements.queries.reconciliation import standing_loans
from huoshui.web.agreements.rules.core_sheet import CoreLoan, compared, read_core
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.accepting import may_append
from huoshui.web.agreements.rules.loan.classing import WORDS
from huoshui.web.agreements.rules.loan.events import Event, standing
from huoshui.web.agreements.rules.loan.state import LoanState
from huoshui.web.agreements.rules.refusals import AgreementRefusal
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.breaks import (
    CONFIRM,
    WORK,
    break_confirmed,
    break_held,
    confirmable,
    propose,
)
from huoshui.web.ledger.actions.core_breaks import Compared, CoreDifference, core_breaks_keep
from huoshui.web.ledger.actions.matching import reconcile
from huoshui.web.ledger.actions.payments import instruction_ask
from huoshui.web.ledger.actions.statements import file_keep, file_refuse
from huoshui.web.ledger.queries.cash import cash_of_deed
from huoshui.web.ledger.queries.statements import bank_accounts
from huoshui.web.ledger.rules.breaks import BreakRefusal
from huoshui.web.ledger.rules.payments import Payee, PaymentRefusal, end_to_end_of

WAYS: Mapping[str, dict[str, str]] = {
    "due": {"zh": "归还应还款", "en": "what is due"},
    "advance": {"zh": "预存下期还款", "en": "the next instalment, in advance"},
    "lower": {"zh": "提前还款，期限不变", "en": "prepayment, smaller instalments"},
    "shorten": {"zh": "提前还款，缩短期限", "en": "prepayment, fewer instalments"},
}
"""What a receipt is taken in for: what is due, the next instalment, or before it is due."""

PAID_OUT = (ev.Draw, ev.Refund)
"""What is paid out at the bank, and so is instructed."""


@transaction.atomic(savepoint=False)
def allocation_propose(sent: Sent, *, wanted: int, agreement: UUID, way: str) -> None:
    """Propose to take a receipt in as a payment of a loan, if the loan would take it."""
    about = break_held(wanted)
    sent.actor.need(WORK)
    if about.side != "bank" or about.amount_fen is None or about.amount_fen <= 0:
        raise BreakRefusal.NOT_A_RECEIPT.refuse()
    found = agreement_seen(sent.actor, agreement)
    loan = loan_of(sent.actor, found, today=sent.today)
    if loan is None:
        raise AgreementRefusal.NOT_A_LOAN.refuse(ref=found.ref)
    act = _paid(found, about.line.bank_ref, about.amount_fen, way)
    event = Event(loan.last + 1, about.line.value_on, act)
    Refused.raise_any(may_append(loan.contract, loan.events, event, today=sent.today))
    what = {"what": "allocate", "agreement": str(found.id), "ref": found.ref, "way": way}
    propose(sent.actor, at=sent.at, about=about, what=what)


@transaction.atomic(savepoint=False)
def allocation_confirm(sent: Sent, *, wanted: int) -> Agreement:
    """Take the receipt in, as another proposed; it is then matched by the name of the receipt."""
    about = confirmable(sent.actor, wanted)
    what, line = about.proposal, about.line
    assert what["what"] == "allocate", "the ledger confirms what is its own"
    found = agreement_seen(sent.actor, UUID(what["agreement"]))
    act = _paid(found, line.bank_ref, about.amount_fen, what["way"])
    key = f"bank:{line.account.number}:{line.bank_ref}"
    taken = event_take(
        Sent(sent.actor, sent.at, sent.today, key), agreement=found.id, act=act,
        on=line.value_on, permission=CONFIRM,
    )  # fmt: skip
    break_confirmed(sent.actor, at=sent.at, about=about)
    reconcile(sent.actor, at=sent.at, institution=about.institution_id, code=line.account.code)
    return taken


def _paid(agreement: Agreement, receipt: str, amount_fen: int, way: str) -> ev.Act:
    assert way in WAYS, way
    if agreement.state == "written_off":
        return ev.Recover(amount_fen, receipt=receipt)
    if way in ("lower", "shorten"):
        return ev.Prepay(amount_fen, "lower" if way == "lower" else "shorten", receipt=receipt)
    return ev.Pay(amount_fen, receipt=receipt, is_advance=way == "advance")


@transaction.atomic(savepoint=False)
def payment_ask(
    sent: Sent, *, agreement: UUID, event: int, account: int, payee: Payee, text: str = ""
) -> Any:
    """Ask the bank to pay out what an event of a loan booked: a draw, or a refund."""
    found = agreement_seen(sent.actor, agreement)
    loan = loan_of(sent.actor, found, today=sent.today)
    named = next((each for each in payable(loan) if each.n == event), None)
    ours = next((each for each in bank_accounts(sent.actor) if each.pk == account), None)
    if named is None or ours is None:
        raise PaymentRefusal.NOTHING_TO_PAY.refuse(what=found.ref)
    deed = deed_name(found.ref, named.n)
    booked = cash_of_deed(sent.actor, institution=found.institution_id, deed=deed)
    if not booked:
        raise PaymentRefusal.NOTHING_TO_PAY.refuse(what=deed)
    place, amount_fen = booked[0]
    return instruction_ask(
        sent.actor, at=sent.at, key=sent.key, account=ours, place=place, amount_fen=amount_fen,
        end_to_end=end_to_end_of(found.ref, named.n), purpose=named.kind, agreement=found.ref,
        payee=payee, execute_on=max(sent.today, named.on), text=text or found.ref,
    )  # fmt: skip


def payable(loan: Loan | None) -> list[Event]:
    """Give the events of a loan that money is paid out for; a renewal's draw moves none."""
    found = standing(loan.events) if loan else []
    return [
        each
        for each in found
        if isinstance(each.act, PAID_OUT) and not getattr(each.act, "renews", "")
    ]


def core_compare(
    actor: Actor, *, at: dt.datetime, today: dt.date, institution: UUID, name: str, body: bytes
) -> Compared:
    """Keep a file of the bank's core and compare its loans with ours, each in a transaction."""
    actor.need(WORK)
    with acting(actor):
        kept = file_keep(actor, at=at, institution=institution, kind="core", name=name, body=body)
    try:
        with acting(actor):
            return _compare(actor, at=at, today=today, file=kept, body=body)
    except Refused as refused:
        with acting(actor):
            file_refuse(kept, refused.problems)
        raise


def _compare(actor: Actor, *, at: dt.datetime, today: dt.date, file: Any, body: bytes) -> Compared:
    pack = pack_on(today)
    sheet = read_core(body, file=file.name, classes=_classes(pack), today=today)
    loans = standing_loans(actor, institution=file.institution_id, today=today)
    ours = {loan.agreement.ref: loan.state(sheet.asof) for loan in loans}
    drawn = {ref: state for ref, state in ours.items() if state.drawn_on is not None}
    found: list[CoreDifference] = []
    undecided = 0
    for ref, theirs in sheet.loans.items():
        state = drawn.get(ref)
        if state is None:
            found.append(CoreDifference(ref, "unknown_here", "—", str(sheet.asof)))
            continue
        mine = _told(state, pack)
        undecided += mine.class_name is None and theirs.class_name is not None
        found += [
            CoreDifference(ref, each.kind, each.ours, each.theirs, each.amount_fen)
            for each in compared(mine, theirs)
        ]
    owed = [ref for ref, state in drawn.items() if state.payoff_fen and ref not in sheet.loans]
    found += [CoreDifference(ref, "missing_there", str(sheet.asof), "—") for ref in owed]
    return core_breaks_keep(
        actor, at=at, asof=sheet.asof, file=file, differences=found,
        compared={*sheet.loans, *drawn}, undecided=undecided,
    )  # fmt: skip


def _classes(pack: Pack) -> Mapping[str, str]:
    """Map each name of a class to its word."""
    entries = pack.vocabularies[WORDS].entries
    return {name: word for word, label in entries.items() for name in (word, label.zh, label.en)}


def _told(state: LoanState, pack: Pack) -> CoreLoan:
    """Say of a loan what a core says."""
    days = [each.due_on for each in state.coming if not each.rests]
    return CoreLoan(
        state.principal_fen,
        state.interest_due_fen,
        min(days, default=None),
        reclassing_of(pack).classed(state).name,
    )
