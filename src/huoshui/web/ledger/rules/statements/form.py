"""What a bank's statement says, whatever file it came in: balances, and lines with their places.

Amounts are signed as the account moves: above nothing came in, below it went out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from huoshui.kernel.errors import Problem, Where
from huoshui.web.ledger.rules.entries import MOST_FEN
from huoshui.web.ledger.rules.statements.refusals import StatementRefusal as No

_AMOUNT = re.compile(r"\d{1,15}(?:\.\d{1,5})?")


@dataclass(frozen=True)
class BankLine:
    """One movement on the account."""

    n: int
    place: int  # the line of the file
    bank_ref: str  # the bank's own number of it, by which it is known for ever
    amount_fen: int
    booked_on: dt.date
    value_on: dt.date
    end_to_end: str = ""  # what we called it when we instructed it
    reference: str = ""  # what the payer called it
    party_name: str = ""
    party_account: str = ""
    text: str = ""


@dataclass(frozen=True)
class BankStatement:
    """An account's lines between two balances."""

    account: str
    currency: str
    ref: str  # the bank's number of the statement
    from_on: dt.date
    until_on: dt.date
    opening_fen: int
    closing_fen: int
    lines: tuple[BankLine, ...]
    place: int = 1

    @property
    def moved_fen(self) -> int:
        """Give what all lines come to."""
        return sum(line.amount_fen for line in self.lines)


def fen_of(text: str) -> int | None:
    """Read an amount in yuan, exactly; None: it is none, or finer than a fen.

    >>> fen_of("1234.50000"), fen_of("0.001"), fen_of("1,234"), fen_of("-1")
    (123450, None, None, None)
    """
    if not _AMOUNT.fullmatch(text):
        return None
    fen = Decimal(text) * 100
    return int(fen) if fen == int(fen) and fen <= MOST_FEN else None


def sum_problems(statement: BankStatement, *, file: str) -> Iterator[Problem]:
    """Yield what is wrong with a statement by itself: its sum, and lines that stand twice."""
    first: dict[str, int] = {}
    for line in statement.lines:
        if line.bank_ref in first:
            yield No.DUPLICATE_LINE.problem(
                where=Where(file, line=line.place, field="reference"),
                reference=line.bank_ref, first=first[line.bank_ref],
            )  # fmt: skip
        first.setdefault(line.bank_ref, line.place)
    if statement.opening_fen + statement.moved_fen != statement.closing_fen:
        yield No.BAD_SUM.problem(
            where=Where(file, line=statement.place, field="balance"), ref=statement.ref,
            opening_fen=statement.opening_fen, moved_fen=statement.moved_fen,
            closing_fen=statement.closing_fen,
        )  # fmt: skip
