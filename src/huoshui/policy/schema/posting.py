"""Charts of accounts, and what is posted for each kind of event, as data.

An accountant reads and changes these files: which accounts there are, on which side they stand
and below what they must not fall; and for a draw, an accrual or a write-off, what is debited and
what is credited.  Every line of a rule has both sides and one amount, so it balances by its form.
"""

from __future__ import annotations

from typing import Literal

from huoshui.policy.schema.parts import Cite, Definition, Form, Identifier, Label


class ChartAccount(Form):
    """A word of a chart: what is kept under it, and on which side."""

    label: Label
    kind: Literal["asset", "liability", "equity", "income", "expense", "memorandum"]
    side: Literal["debit", "credit"]  # on which it normally stands
    per: Literal["agreement", "institution"]  # kept for each agreement, or once
    floor_fen: int | None = None  # it must not fall below; null: no limit
    number: str | None = None  # of the national chart, where it has one
    cite: Cite


class Chart(Definition):
    """A chart of accounts; a word stands in one chart only."""

    accounts: dict[Identifier, ChartAccount]
    cite: Cite


class PostingLine(Form):
    """One line of a rule: so much from the credited to the debited account."""

    debit: Identifier | None = None  # both are needed; one alone is told apart from a slip
    credit: Identifier | None = None
    amount: Identifier  # one of the amounts that the event gives
    book: Literal["book", "cash"]  # cash: it says that money moved at a bank


class PostingEvent(Form):
    """What is posted for one kind of event."""

    label: Label
    amounts: dict[Identifier, Label]  # what the event gives, in fen
    # Which of the amounts is the sum of which others: money that moved is all accounted for.
    sums: dict[Identifier, tuple[Identifier, ...]] = {}
    lines: tuple[PostingLine, ...]
    cite: Cite


class Posting(Definition):
    """The posting rules of one kind of agreement."""

    chart: Identifier
    events: dict[Identifier, PostingEvent]
    cite: Cite
