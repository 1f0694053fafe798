"""A loan as it stands on a day: what was drawn, what is due, late, paid, given up and left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from huoshui.policy.schema.allocation import Claim
from huoshui.web.agreements.rules.loan.allocation import Open
from huoshui.web.agreements.rules.loan.planning import Period

Standing = Literal["waiting", "open", "overdue", "closed", "written_off"]
"""Not drawn; drawn and in time; late; nothing owed any more; off the books."""


def half_up(amount: Fraction) -> int:
    """Round to a fen, half a fen up; amounts here are at least nothing."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


@dataclass(frozen=True)
class Fallen:
    """An instalment whose period is over."""

    n: int
    due_on: dt.date
    principal_fen: int
    interest_fen: int
    principal_left_fen: int
    interest_left_fen: int
    is_late: bool  # not paid when its days of grace were over; stays so once paid late
    settled_on: dt.date | None  # when all of it was paid or given up

    @property
    def is_open(self) -> bool:
        """Whether any of it is left."""
        return self.principal_left_fen > 0 or self.interest_left_fen > 0


@dataclass(frozen=True)
class Spell:
    """A time without a break in which something was late."""

    since: dt.date  # the due day of the oldest that was late
    cleared_on: dt.date | None
    days_most: int  # the most days of lateness in it


@dataclass(frozen=True)
class Move:
    """An amount that was booked on a day; `kind` names the posting."""

    on: dt.date
    kind: str
    amount_fen: int


@dataclass(frozen=True)
class Stretch:
    """Nights in which a claim grew: at the end of each it was `base` and interest on a balance.

    Interest counts from `since`, which may be before the first of these nights.
    """

    kind: str
    start: dt.date
    end: dt.date
    since: dt.date
    base: Fraction
    balance_fen: int
    annual_rate: Decimal | None  # null: the contract's


@dataclass(frozen=True)
class LoanState:
    """What a loan's events come to as of a day, all of that day's events counted."""

    asof: dt.date
    drawn_on: dt.date | None
    drawn_fen: int
    matures_on: dt.date
    annual_rate: Decimal | None  # of the day; null before the draw
    fallen: tuple[Fallen, ...]
    coming: tuple[Period, ...]  # what the schedule in force lays after the day
    undue_fen: int  # principal that is not due yet
    running_fen: int  # interest of the running period, to the day, unpaid
    carried_fen: int  # of it, that of periods that rested: due with the next instalment
    cost_fen: int
    penalty_fen: int
    compound_fen: int
    surplus_fen: int  # paid and set against nothing yet
    received_fen: int
    refunded_fen: int
    refunded_unduly_fen: int  # of it, what was owed, as it turned out
    repaid: Mapping[Claim, int]
    renewed_fen: int
    waived: Mapping[Claim, int]
    written_off: Mapping[Claim, int]
    recovered: Mapping[Claim, int]
    written_off_on: dt.date | None
    is_accruing: bool
    is_stopped_by_days: bool  # else by hand, where it does not accrue
    spells: tuple[Spell, ...]
    judged: Mapping[str, bool | str | None]
    class_set: str | None
    renewals: tuple[bool | None, ...]  # of each renewal: whether it keeps the class
    moves: tuple[Move, ...]
    stretches: tuple[Stretch, ...]

    @property
    def principal_fen(self) -> int:
        """All principal that is owed."""
        return self.undue_fen + sum(each.principal_left_fen for each in self.fallen)

    @property
    def due(self) -> Open:
        """What is due and unpaid, as a payment is set against it."""
        parts = tuple(
            (each.interest_left_fen, each.principal_left_fen)
            for each in self.fallen
            if each.is_open
        )
        return Open(self.cost_fen, self.penalty_fen, self.compound_fen, parts)

    @property
    def due_fen(self) -> int:
        """All that is due and unpaid."""
        whole = self.cost_fen + self.penalty_fen + self.compound_fen
        return whole + sum(map(sum, self.due.instalments))

    @property
    def interest_due_fen(self) -> int:
        """Interest that fell due and is unpaid."""
        return sum(each.interest_left_fen for each in self.fallen)

    @property
    def payoff_fen(self) -> int:
        """What settles the loan today."""
        return self.due_fen + self.running_fen + self.undue_fen

    @property
    def overdue(self) -> tuple[Fallen, ...]:
        """The instalments that are late and open, the oldest first."""
        return tuple(each for each in self.fallen if each.is_late and each.is_open)

    @property
    def overdue_days(self) -> int:
        """Days since the oldest late instalment was due; 0 where none is late."""
        late = self.overdue
        return (self.asof - late[0].due_on).days if late else 0

    @property
    def overdue_principal_fen(self) -> int:
        """Principal that is late."""
        return sum(each.principal_left_fen for each in self.overdue)

    @property
    def standing(self) -> Standing:
        """Say in one word how it stands."""
        if self.written_off_on is not None:
            return "written_off"
        if self.drawn_on is None:
            return "waiting"
        if self.payoff_fen == 0:
            return "closed"
        return "overdue" if self.overdue else "open"
