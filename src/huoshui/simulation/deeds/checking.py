"""What must hold after each month, each by its name; an answer of nothing is the good news.

The checks run in the jobs role, which sees all institutions, and read the database by other ways
than the actions wrote it: sums of transfers, folds from nothing, and the simulator's own books.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from huoshui.simulation.deeds.orders import at_of, day_of
from huoshui.simulation.rates import Charged, rate_faults
from huoshui.simulation.undrawn import limit_faults
from huoshui.web.agreements.actions.end_of_day import nights_book, strays_book
from huoshui.web.agreements.actions.facilities_of_day import facilities_book
from huoshui.web.agreements.models import Agreement, AgreementEvent, BookPart
from huoshui.web.agreements.queries.end_of_day import loans_held, outlook_faults
from huoshui.web.agreements.queries.facilities import undrawn_faults
from huoshui.web.agreements.queries.loans import Loan, loan_of, reclassing_of
from huoshui.web.agreements.rules.loan.state import LoanState
from huoshui.web.agreements.rules.states import CLASSED, MADE, RATE_TAKEN
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.sealing import record_seal
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.queries.verification import record_findings
from huoshui.web.audit.rules import witness
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.audit.rules.digests import public_key
from huoshui.web.ledger.actions.checkpoints import checkpoints_make
from huoshui.web.ledger.queries.balances import known_now
from huoshui.web.ledger.queries.verification import ledger_findings

Order = dict[str, Any]

CHECKPOINT_LEGS = 24
"""Checkpoints stand closer than in a bank, so that balances start from many of them."""


def look_over(order: Order) -> dict[str, Any]:
    """Seal the record, make checkpoints, and check everything; give what failed by check."""
    key, file = bytes.fromhex(os.environ["HUOSHUI_RECORD_KEY"]), settings.HUOSHUI_HOME
    while record_seal(at=at_of(order), key=key, file=file / witness.FILE) is not None:
        continue
    checkpoints_make(every=True, legs=CHECKPOINT_LEGS)
    with acting(SYSTEM):
        seen = _Seen(order)
        failed = {
            name: [str(each) for each in check(order, seen)] for name, check in CHECKS.items()
        }
        return {
            "failed": failed, "batch": known_now(), "last": seen.last(), "books": seen.digest(),
            "resets": sum(len(loan.taken) for loan in seen.loans.values()),
        }  # fmt: skip


class _Seen:
    """The loans as they fold from the database, read once for all checks."""

    def __init__(self, order: Order) -> None:
        self.today = day_of(order["today"])
        ids = {UUID(about): name for name, about in order["loans"].items()}
        self.loans: dict[str, Loan] = {}
        for found in Agreement.objects.filter(id__in=ids).order_by("id"):
            loan = loan_of(SYSTEM, found, today=self.today)
            assert loan is not None, "only loans are lent here"
            self.loans[ids[found.id]] = loan

    def digest(self) -> str:
        """Give a digest of what the ledger holds of each loan, whatever their references."""
        books = _books(self.today, known_now())
        held = {name: books.get(loan.agreement.ref, {}) for name, loan in self.loans.items()}
        return sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:16]

    def last(self) -> dict[str, int]:
        """Give the number of each loan's last event."""
        return {name: loan.last for name, loan in self.loans.items()}


def ledger_holds(order: Order, seen: _Seen) -> Iterator[str]:
    """`huoshui ledger verify` finds nothing."""
    for each in ledger_findings().findings:
        yield f"{each.kind.name} {each.row}"


def record_holds(order: Order, seen: _Seen) -> Iterator[str]:
    """Every entry is sealed, signed and witnessed as it stands."""
    own = public_key(bytes.fromhex(os.environ["HUOSHUI_RECORD_KEY"]))
    checked = record_findings(keys=[own], file=Path(settings.HUOSHUI_HOME) / witness.FILE)
    for each in checked.to_dict()["findings"]:
        yield json.dumps(each, default=str)


def held(state: LoanState) -> dict[str, int]:
    """Give what the ledger must hold of a loan, by account; nothing where it holds nothing."""
    beside = not state.is_accruing
    found = {
        "loan_principal": state.principal_fen - state.overdue_principal_fen,
        "overdue_principal": state.overdue_principal_fen,
        "interest_off_books" if beside else "interest_receivable": state.interest_due_fen
        + state.running_fen,
        "penalty_off_books" if beside else "penalty_receivable": state.penalty_fen,
        "compound_off_books" if beside else "compound_receivable": state.compound_fen,
        "cost_receivable": state.cost_fen,
        "borrower_clearing": state.surplus_fen,
        "written_off": sum(state.written_off.values()) - sum(state.recovered.values()),
    }
    return {code: fen for code, fen in found.items() if fen}


_SUMS = """
    SELECT agreement, code, CASE side WHEN 'debit' THEN fen ELSE -fen END FROM (
        SELECT a.agreement, a.code, a.side, sum(
            CASE WHEN t.debit_id = a.id THEN t.amount_fen ELSE -t.amount_fen END)::bigint AS fen
        FROM ledger_account a JOIN ledger_transfer t ON a.id IN (t.debit_id, t.credit_id)
        WHERE a.agreement IS NOT NULL AND t.effective_on <= %s AND t.batch <= %s
        GROUP BY 1, 2, 3
    ) b WHERE fen <> 0
"""
_CONTRAS = ("written_off_contra", "off_books_contra")


def _books(day: dt.date, batch: int) -> dict[str, dict[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [day, batch])
        found: dict[str, dict[str, int]] = {}
        for ref, code, fen in cursor.fetchall():
            if code not in _CONTRAS:
                found.setdefault(ref, {})[code] = fen
    return found


def loans_are_their_folds(order: Order, seen: _Seen) -> Iterator[str]:
    """The ledger holds of each loan, as of several days, what its events fold to."""
    for text in order["days"]:
        day = day_of(text)
        books = _books(day, known_now())
        for name, loan in seen.loans.items():
            wanted, found = held(loan.state(day)), books.get(loan.agreement.ref, {})
            if wanted != found:
                yield f"loan {name} as of {day}: its events say {wanted}, the ledger {found}"


def the_past_stays_known(order: Order, seen: _Seen) -> Iterator[str]:
    """What was known at an earlier month's end is still what is answered for it."""
    for mark in order["marks"]:
        day = day_of(mark["day"])
        books = _books(day, mark["batch"])
        for name, last in mark["last"].items():
            loan = seen.loans[name]
            wanted, found = held(loan.state(day, known=last)), books.get(loan.agreement.ref, {})
            if wanted != found:
                yield (
                    f"loan {name} as of {day}, known at {mark['batch']}: its first {last} events "
                    f"say {wanted}, the ledger {found}"
                )


def lists_show_the_folds(order: Order, seen: _Seen) -> Iterator[str]:
    """State and class that lists show are the fold's, and so is what end of day looks ahead by."""
    classes = reclassing_of(pack_on(seen.today))
    for name, loan in seen.loans.items():
        state = loan.state(seen.today)
        if state.drawn_on is not None and loan.agreement.state != state.standing:
            yield f"loan {name} is shown as {loan.agreement.state} and is {state.standing}"
        is_live = state.standing in ("open", "overdue")
        if is_live and loan.class_noted != (is_class := classes.classed(state).name):
            yield f"loan {name} is noted as {loan.class_noted} and is {is_class}"
    for ref in outlook_faults(SYSTEM, today=seen.today):
        yield f"the outlook of {ref} is not its fold's"


def every_night_is_booked(order: Order, seen: _Seen) -> Iterator[str]:
    """No part of the book is behind, and no loan is held back."""
    for part in BookPart.objects.filter(booked_until__lt=seen.today):
        yield f"part {part.n} of {part.institution_id} is booked to {part.booked_until}"
    for each in loans_held(SYSTEM):
        yield f"{each['ref']} is held back: {each['problems']}"


_BALANCES = """
    SELECT i.code, b.book, b.effective_on, sum(b.fen)::bigint FROM (
        SELECT institution_id, book, effective_on, debit_id AS account, amount_fen AS fen
        FROM ledger_transfer
        UNION ALL SELECT institution_id, book, effective_on, credit_id, -amount_fen
        FROM ledger_transfer
    ) b JOIN ledger_account a ON a.id = b.account
    JOIN parties_institution i ON i.id = a.institution_id
    GROUP BY 1, 2, 3 HAVING sum(b.fen) <> 0
"""
_CHECKPOINTED = """
    SELECT a.id, a.code, s.debit_fen - s.credit_fen, coalesce(m.fen, 0) FROM ledger_account a
    CROSS JOIN LATERAL ledger_sums(a.id, NULL, %s) s
    LEFT JOIN LATERAL (
        SELECT sum(CASE WHEN t.debit_id = a.id THEN amount_fen ELSE -amount_fen END)::bigint AS fen
        FROM ledger_transfer t WHERE a.id IN (t.debit_id, t.credit_id) AND t.effective_on <= %s
    ) m ON true WHERE s.debit_fen - s.credit_fen <> coalesce(m.fen, 0)
"""


def books_balance(order: Order, seen: _Seen) -> Iterator[str]:
    """Each book of each institution balances on each day, and balances are sums of transfers."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES)
        for code, book, day, fen in cursor.fetchall():
            yield f"the {book} book of {code} is off by {fen} fen on {day}"
        day = day_of(order["days"][0])
        cursor.execute(_CHECKPOINTED, [day, day])
        for account, code, said, summed in cursor.fetchall():
            yield f"account {account} ({code}) stands at {said} as of {day}, its legs at {summed}"


_KEYS = (
    "SELECT 'event ' || key, count(*) FROM agreements_agreementevent WHERE key <> '' "
    "GROUP BY institution_id, key HAVING count(*) > 1",
    "SELECT 'voucher ' || key, count(*) FROM ledger_voucher "
    "GROUP BY institution_id, key HAVING count(*) > 1",
    "SELECT 'receipt ' || r, count(*) FROM (SELECT institution_id, body->>'receipt' AS r FROM "
    "agreements_agreementevent e WHERE body->>'receipt' <> '' AND NOT EXISTS (SELECT 1 FROM "
    "agreements_agreementevent o WHERE o.agreement_id = e.agreement_id AND o.kind = 'reverse' "
    "AND (o.body->>'event')::int = e.n)) s GROUP BY institution_id, r HAVING count(*) > 1",
)


_BY_THE_PLATFORM = (MADE, CLASSED, RATE_TAKEN)
"""Kinds of events that nobody sends: days bring them."""


def nothing_happened_twice(order: Order, seen: _Seen) -> Iterator[str]:
    """No key and no receipt stands twice, and each loan has the events that were taken, no more."""
    with connection.cursor() as cursor:
        for question in _KEYS:
            cursor.execute(question)
            for what, count in cursor.fetchall():
                yield f"{what} stands {count} times"
    for name, book in order["books"].items():
        rows = AgreementEvent.objects.filter(agreement=seen.loans[name].agreement)
        kinds = Counter(rows.values_list("kind", flat=True))
        for kind in {*kinds, *book["kinds"]} - {*_BY_THE_PLATFORM, "condition_met"}:
            if kinds[kind] != book["kinds"].get(kind, 0):
                yield f"loan {name}: {book['kinds'].get(kind, 0)} {kind} taken, {kinds[kind]} there"
        resets = Counter(rows.filter(kind=RATE_TAKEN).values_list("on", flat=True))
        yield from (f"loan {name}: {n} rates taken on {on}" for on, n in resets.items() if n > 1)
        keys = set(rows.exclude(key="").values_list("key", flat=True))
        if keys != set(book["keys"]):
            yield f"loan {name}: keys {sorted(keys ^ set(book['keys']))} stand on one side only"


_LEGS = """
    SELECT a.agreement, d.code, c.code, sum(t.amount_fen)::bigint FROM ledger_transfer t
    JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
    CROSS JOIN LATERAL (SELECT coalesce(d.agreement, c.agreement) AS agreement) a
    WHERE a.agreement IS NOT NULL GROUP BY 1, 2, 3
"""


def the_simulators_books_agree(order: Order, seen: _Seen) -> Iterator[str]:
    """What was drawn, came in and is owed of principal is what was sent, to the fen."""
    flows: dict[str, Counter[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LEGS)
        for ref, debit, credit, fen in cursor.fetchall():
            flow = flows.setdefault(ref, Counter())
            flow[debit, credit] += fen
            flow[credit, debit] -= fen
    for name, book in order["books"].items():
        flow = flows.get(seen.loans[name].agreement.ref, Counter())
        yield from (f"loan {name}: {each}" for each in _differences(flow, book))


def _differences(flow: Counter[tuple[str, str]], book: dict[str, Any]) -> Iterator[str]:
    bank, clearing, principal = "bank_settlement", "borrower_clearing", "loan_principal"
    late = "overdue_principal"
    out = flow[principal, bank] + flow["cost_receivable", bank]
    wanted = {
        "drawn": (flow[principal, bank], book["drawn_fen"]),
        "costs": (flow["cost_receivable", bank], book["costs_fen"]),
        "received, less refunds": (
            flow[bank, clearing], book["received_fen"] - book["refunded_fen"],
        ),
        "cash": (flow[bank, clearing] - out, book["cash_fen"]),
        "drawn to renew": (flow[principal, "renewal_clearing"], book["renewing_fen"]
                           - book["renewed_fen"]),
    }  # fmt: skip
    for what, (there, sent) in wanted.items():
        if there != sent:
            yield f"{what} is {there} fen in the ledger and {sent} as it was sent"
    spent = sum(fen for (debit, credit), fen in flow.items()
                if debit == clearing and credit != bank)  # fmt: skip
    owed = sum(fen for (debit, _), fen in flow.items() if debit in (principal, late))
    repaid = flow[clearing, principal] + flow[clearing, late]
    written = flow["loan_allowance", principal] + flow["loan_allowance", late]
    sent_fen = book["drawn_fen"] + book["renewing_fen"] - book["renewed_fen"] - written - repaid
    if owed != sent_fen:
        yield f"principal is {owed} fen in the ledger; what was sent leaves {sent_fen}"
    surplus = book["received_fen"] - book["refunded_fen"] - spent
    # A receipt that bounced after its refund leaves a claim: less may be spent than was paid.
    if surplus < 0 or repaid > book["received_fen"]:
        yield f"{spent} fen were set against claims, {repaid} of them principal, of {book}"


_CASH = """
    SELECT i.id::text, sum(CASE WHEN t.debit_id = a.id THEN t.amount_fen ELSE -t.amount_fen END)
    FROM ledger_account a JOIN ledger_transfer t ON a.id IN (t.debit_id, t.credit_id)
    JOIN parties_institution i ON i.id = a.institution_id
    WHERE a.code = %s AND a.agreement IS NULL GROUP BY 1
"""


def cash_is_conserved(order: Order, seen: _Seen) -> Iterator[str]:
    """What left the bank is draws less receipts, and what the bank says it is, but for the breaks.

    The bank's own books are asked, not its statements.
    """
    for bank in order["banks"]:
        with connection.cursor() as cursor:
            cursor.execute(_CASH, [bank["code"]])
            books = {row[0]: int(row[1]) for row in cursor.fetchall()}
        there = books.get(bank["institution"], 0)
        if there != bank["sent_fen"]:
            yield f"bank {bank['name']}: {there} fen moved in the ledger, {bank['sent_fen']} sent"
        if bank["moved_fen"] - there != bank["apart_fen"]:
            yield (
                f"bank {bank['name']}: it moved {bank['moved_fen']} fen and the ledger {there}; "
                f"what was planted explains {bank['apart_fen']}"
            )


def limits_hold(order: Order, seen: _Seen) -> Iterator[str]:
    """No limit is drawn above what was agreed, and what is undrawn is limit less drawn."""
    refs = {name: loan.agreement.ref for name, loan in seen.loans.items()}
    for text in order["days"]:
        day = day_of(text)
        books = _books(day, known_now())
        for name, line in order["lines"].items():
            states = (seen.loans[each].state(day) for each in line["loans"])
            lost_fen = sum(each.written_off.get("principal", 0) for each in states)
            for fault in limit_faults(line, day, books, refs, lost_fen):
                yield f"limit {name}: {fault}"
    for ref in undrawn_faults(SYSTEM, today=seen.today, on=seen.today):
        yield f"what the books show as undrawn of {ref} is not its fold's"


def rates_follow_their_reference(order: Order, seen: _Seen) -> Iterator[str]:
    """A floating rate is the reference's at the last reset, and as much above as was agreed."""
    for name, said in order["floating"].items():
        values = order["rates"][said["reference"]]
        loan = seen.loans[name]
        state = loan.state(seen.today)
        charged = Charged(state.standing, state.annual_rate, [each.on for each in loan.taken])
        for fault in rate_faults(said, charged, values, seen.today):
            yield f"loan {name}: {fault}"


CHECKS: dict[str, Callable[[Order, _Seen], Iterator[str]]] = {
    check.__name__: check
    for check in (
        ledger_holds, record_holds, books_balance, loans_are_their_folds, the_past_stays_known,
        lists_show_the_folds, every_night_is_booked, nothing_happened_twice,
        the_simulators_books_agree, cash_is_conserved, limits_hold,
        rates_follow_their_reference,
    )
}  # fmt: skip


def nights(order: Order) -> dict[str, Any]:
    """Book the nights of all parts by the function that the command's processes run."""
    asof, at = day_of(order["asof"]), at_of(order)
    strays = list(strays_book(at=at, asof=asof))
    for _ in facilities_book(at=at, asof=asof):
        pass  # each is a transaction of its own
    booked = sum(1 for _ in nights_book(at=at, asof=asof))
    with acting(SYSTEM):
        return {"nights": booked, "held": [*strays, *loans_held(SYSTEM)]}


DEEDS = {"check": look_over, "nights": nights}
