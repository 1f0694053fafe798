"""The ledger says what a plain dictionary would, whatever is posted, held, let go and reversed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.ledger.actions.holding import hold_post, hold_void, transfers_hold
from huoshui.web.ledger.actions.posting import transfers_post, voucher_reverse
from huoshui.web.ledger.queries.balances import balance_named
from huoshui.web.ledger.queries.verification import ledger_findings
from huoshui.web.ledger.rules.entries import (
    AccountName,
    Booking,
    Entry,
    Line,
    transfer_digest,
    voucher_digest,
)
from tests.web.databases import AsRole
from tests.web.given import AT, DAY
from tests.web.ledger.given import days, lender

NAMES = (
    AccountName("loan_principal", "L-1"),
    AccountName("loan_principal", "L-2"),
    AccountName("borrower_clearing", "L-1"),
    AccountName("bank_settlement"),
    AccountName("interest_income"),
)
FLOORED = {name for name in NAMES if name.agreement}
CREDIT = {AccountName("borrower_clearing", "L-1"), AccountName("interest_income")}

entries = st.lists(
    st.builds(
        Entry,
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.integers(1, 60),
        st.sampled_from(["book", "cash"]),
    ).filter(lambda each: each.debit != each.credit),
    min_size=1,
    max_size=4,
)
deeds = st.lists(
    st.tuples(
        st.sampled_from(["post", "post", "hold", "hold_post", "hold_void", "reverse"]),
        entries,
        st.integers(0, 4),
        st.integers(0, 50),
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class Plain:
    """A ledger in a few lines: what moved by day, and what is held."""

    moved: dict[tuple[AccountName, dt.date], int] = field(default_factory=lambda: defaultdict(int))
    held: dict[AccountName, int] = field(default_factory=lambda: defaultdict(int))

    def stands(self, name: AccountName, on: dt.date | None = None) -> int:
        fen = sum(v for (n, day), v in self.moved.items() if n == name and (not on or day <= on))
        return -fen if name in CREDIT else fen

    def with_(self, posted: list[Entry], day: dt.date, held: list[tuple[Entry, int]]) -> Plain:
        made = Plain(self.moved.copy(), self.held.copy())
        for each in posted:
            made.moved[each.debit, day] += each.amount_fen
            made.moved[each.credit, day] -= each.amount_fen
        for each, sign in held:
            for name in (each.debit, each.credit):
                if (name in CREDIT) == (name == each.debit):  # it would lower the account
                    made.held[name] += sign * each.amount_fen
        return made

    def holds(self) -> bool:
        return all(self.stands(name) - self.held[name] >= 0 for name in FLOORED)


@pytest.mark.usefixtures("jobs_database")
@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(deeds)
def test_the_ledger_stands_as_a_dictionary_does(
    asked: list[tuple[str, list[Entry], int, int]],
) -> None:
    _turn[0] += 1
    bank = lender()
    # Every example has agreements, and so accounts, of its own, but for the bank's own two.
    loan = f"{_turn[0]}-"
    plain, vouchers = Plain(), []
    start = {name: _fen(bank.id, name) for name in NAMES if not name.agreement}
    for nth, (what, given_entries, day_nth, pick) in enumerate(asked):
        day = days(5)[day_nth]
        own = [_own(each, loan) for each in given_entries]
        said = {"at": AT, "institution": bank.id, "key": f"{loan}{nth}", "effective_on": day}
        chosen = vouchers[pick % len(vouchers)] if vouchers else None
        try:
            with acting(SYSTEM):
                if what in ("post", "hold"):
                    deed = transfers_post if what == "post" else transfers_hold
                    after = plain.with_(
                        given_entries if what == "post" else [], day,
                        [] if what == "post" else [(each, 1) for each in given_entries],
                    )  # fmt: skip
                    made = deed(SYSTEM, entries=own, why="", **said)
                    vouchers.append([what, made.voucher, given_entries])
                elif chosen is None:
                    continue
                elif what == "reverse":
                    back = [each.turned() for each in chosen[2]]
                    after = plain.with_(back, day, [])
                    voucher_reverse(SYSTEM, voucher=chosen[1], why="", **said)
                    assert chosen[0] == "post", "only what was posted, and once, is reversed"
                    chosen[0] = "ended"
                else:
                    deed = hold_post if what == "hold_post" else hold_void
                    gone = [(each, -1) for each in chosen[2]]
                    after = plain.with_(chosen[2] if what == "hold_post" else [], day, gone)
                    deed(SYSTEM, hold=chosen[1], why="", **said)
                    assert chosen[0] == "hold", "only what is still held is posted or let go"
                    chosen[0] = "ended"
        except Refused as refused:
            code = refused.problems[0].code
            if code == "ledger.overdrawn":
                assert not after.holds()
            else:
                wanted = "post" if what == "reverse" else "hold"
                assert chosen is not None
                assert chosen[0] != wanted, code
        else:
            assert after.holds()
            plain = after
    for name in NAMES:
        before = start.get(name, 0) or 0
        for on in (None, *days(5)):
            if on is not None and not name.agreement:
                continue  # the bank's own accounts carry what other examples posted
            assert (_fen(bank.id, _name(name, loan), on) or 0) - before == plain.stands(name, on)
    with acting(SYSTEM):
        assert ledger_findings().findings == []


_turn = [0]


def _name(name: AccountName, loan: str) -> AccountName:
    return name._replace(agreement=loan + name.agreement) if name.agreement else name


def _own(entry: Entry, loan: str) -> Entry:
    return entry._replace(debit=_name(entry.debit, loan), credit=_name(entry.credit, loan))


def _fen(bank: object, name: AccountName, on: dt.date | None = None) -> int | None:
    with acting(SYSTEM):
        found = balance_named(SYSTEM, institution=bank, name=name, on=on)  # type: ignore[arg-type]
    return None if found is None else found.balance_fen


def test_the_database_and_the_program_write_one_digest(as_role: AsRole) -> None:
    admin: psycopg.Connection[tuple[bytes]] = as_role("admin")
    bank = lender()
    line = Line(3, 17, 4, 2**52, "cash", "post", 9, 2)
    ours = transfer_digest(line, DAY)
    asked = "SELECT ledger_transfer_digest(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
    values = [3, 17, 4, 2**52, DAY, "post", "cash", 9, 2]
    assert admin.execute(asked, values).fetchone() == (ours,)
    booking = Booking("accrue", dt.date(1999, 12, 31), "为何 | why\n", None, "r|1")
    at = AT.replace(microsecond=123457)
    whole = voucher_digest(
        booking, institution=bank.id, key="k|ey", at=at, body=b"\x01\x02", transfers=[ours]
    )
    asked = (
        "SELECT ledger_voucher_digest(%s, %s, %s, %s, %s, %s, NULL, %s, 1, %s, sha256(%s::bytea))"
    )
    said = [bank.id, "k|ey", "accrue", booking.effective_on, at, booking.why, "r|1", b"\x01\x02"]
    assert admin.execute(asked, [*said, ours]).fetchone() == (whole,)
