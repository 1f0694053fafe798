"""What is asked to be posted: entries between named accounts, and the digests that vouch for them.

An entry debits one account and credits another, so it balances by its form; whether it is an entry
in the books alone or tells of money that moved at a bank is said of each.  Digests are written here
and, for a million rows at once, in the database (migration 0002); tests hold the two to each other.

>>> owed, income = AccountName("interest_receivable", "L-1"), AccountName("interest_income")
>>> entry = Entry(owed, income, 1250, "book")
>>> entry.turned() == Entry(income, owed, 1250, "book")
True
>>> body_digest(BOOKED, [entry]).hex()[:8] == body_digest(BOOKED, [entry.turned()]).hex()[:8]
False
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Literal, NamedTuple
from uuid import UUID

from huoshui.kernel.money import HOME
from huoshui.web.audit.rules.digests import canonical

Book = Literal["book", "cash"]
TransferKind = Literal["posted", "pending", "post", "void"]

MOST_FEN = 2**53
"""No transfer is larger: what a table or a page cannot write exactly is a slip of the pen."""

_DAY_ZERO = dt.date(2000, 1, 1)
_ORDINAL_ZERO = _DAY_ZERO.toordinal()
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class AccountName(NamedTuple):
    """An account within an institution: a word of the chart, and the agreement it is kept for."""

    code: str
    agreement: str | None = None
    currency: str = HOME

    def __str__(self) -> str:
        """Say it as people read it."""
        return f"{self.code} {self.agreement}" if self.agreement else self.code


class Entry(NamedTuple):
    """So much from the credited account to the debited one."""

    debit: AccountName
    credit: AccountName
    amount_fen: int
    book: Book = "book"

    def turned(self) -> Entry:
        """Give the entry that takes this one back."""
        return self._replace(debit=self.credit, credit=self.debit)


@dataclass(frozen=True)
class Booking:
    """What is said of a voucher beside its transfers."""

    kind: str  # the event: draw, accrue, reverse ...
    effective_on: dt.date
    why: str
    corrects: int | None = None  # the voucher that this one corrects
    rule: str | None = None  # the posting rule, and the digest of its pack


BOOKED = Booking("manual", _DAY_ZERO, "a doctest")
"""A booking for examples."""


class Line(NamedTuple):
    """A transfer as it is written: its place, its accounts by number, and what it resolves."""

    n: int
    debit: int
    credit: int
    amount_fen: int
    book: Book
    kind: TransferKind = "posted"
    hold_id: int | None = None
    hold_n: int | None = None


def body_digest(booking: Booking, entries: Iterable[Entry], *, form: str = "post") -> bytes:
    """Hash what was asked, so that the same key with another body is noticed."""
    said = [[[*each.debit], [*each.credit], each.amount_fen, each.book] for each in entries]
    day = booking.effective_on.isoformat()
    rest = [booking.kind, day, booking.why, booking.corrects, booking.rule]
    return sha256(canonical([form, *rest, said])).digest()


def transfer_digest(line: Line, effective_on: dt.date) -> bytes:
    """Hash one transfer, as `ledger_transfer_digest` does in the database."""
    n, debit, credit, amount_fen, book, kind, hold_id, hold_n = line
    days = effective_on.toordinal() - _ORDINAL_ZERO
    said = f"{n}|{debit}|{credit}|{amount_fen}|{days}|{kind}|{book}"
    if hold_id is not None:
        said += f"|{hold_id}|{hold_n}"
    return sha256(said.encode()).digest()


def voucher_digest(
    booking: Booking,
    *,
    institution: UUID,
    key: str,
    at: dt.datetime,
    body: bytes,
    transfers: Sequence[bytes],
) -> bytes:
    """Hash a voucher with its transfers' digests in order, as `ledger_voucher_digest` does."""
    parts = [
        "voucher 1",
        str(institution),
        _text(key),
        _word(booking.kind),
        str((booking.effective_on - _DAY_ZERO).days),
        str((at - _EPOCH) // dt.timedelta(microseconds=1)),
        _word(booking.why),
        "" if booking.corrects is None else str(booking.corrects),
        "" if booking.rule is None else _word(booking.rule),
        str(len(transfers)),
        body.hex(),
        sha256(b"".join(transfers)).hexdigest(),
    ]
    return sha256("|".join(parts).encode()).digest()


def _text(said: str) -> str:
    return sha256(said.encode()).hexdigest()


_word = lru_cache(maxsize=256)(_text)
"""What is said of many vouchers, one after another: their kind, why they are, and their rule."""
