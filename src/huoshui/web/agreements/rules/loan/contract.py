"""What was agreed about a loan, as far as its life depends on it, and how its instalments are laid.

The packs' part of it (order of allocation, day counts, graces) is resolved when the agreement is
made, so that a fold reads nothing but its arguments.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Protocol

from huoshui.kernel.money import HOME
from huoshui.policy.schema.allocation import Allocation, Claim


class Planned(Protocol):
    """An instalment as the schedule lays it."""

    @property
    def period_from(self) -> dt.date:
        """The day from which its interest runs."""

    @property
    def period_until(self) -> dt.date:
        """The day to which its interest runs, itself left out."""

    @property
    def due_on(self) -> dt.date:
        """The day on which it is paid: the period's end, moved to a business day."""

    @property
    def principal_fen(self) -> int:
        """What is repaid."""

    @property
    def interest_fen(self) -> int:
        """What the period's interest comes to if nothing happens."""

    @property
    def opening_fen(self) -> int:
        """What is owed before it."""

    @property
    def annual_rate(self) -> Decimal:
        """The rate of the period."""


class Planner(Protocol):
    """How instalments are laid and interest counted for one contract."""

    @property
    def keeps_total(self) -> bool:
        """Whether instalments are equal in sum (等额本息), so that a shorter term keeps the sum."""

    def plan(
        self,
        *,
        principal_fen: int,
        start: dt.date,
        matures_on: dt.date,
        annual_rate: Decimal | None,
    ) -> Sequence[Planned]:
        """Lay the instalments of a principal; the rate is the contract's where none is given."""

    def interest(
        self, balance_fen: int, annual_rate: Decimal, start: dt.date, end: dt.date
    ) -> Fraction:
        """Count interest exactly, by the contract's days."""

    def daily_interest(
        self, balance_fen: int, annual_rate: Decimal, start: dt.date, end: dt.date
    ) -> Fraction:
        """Count interest exactly by days, as penalty interest is counted."""


@dataclass(frozen=True)
class Order:
    """An order of claims, and above which days of lateness it applies."""

    overdue_above: int | None  # null: otherwise
    claims: tuple[Claim, ...]
    by: Literal["claim", "instalment"]


@dataclass(frozen=True)
class Contract:
    """The terms of a loan."""

    amount_fen: int  # the most that is drawn
    signed_on: dt.date
    draw_by: dt.date  # the last day of drawing
    matures_on: dt.date
    planner: Planner
    orders: tuple[Order, ...]
    penalty_uplift: Decimal  # of the contract rate, on top of it, on what is late
    grace_days: int = 0  # paid within them, nothing was late
    compounds: bool = True  # whether unpaid interest bears interest at the penalty rate
    conditions: frozenset[str] = frozenset()  # before a draw
    currency: str = HOME

    def order(self, overdue_days: int) -> Order:
        """Give the order that applies at so many days of lateness."""
        return next(
            order
            for order in self.orders
            if order.overdue_above is None or overdue_days > order.overdue_above
        )


def orders_of(allocation: Allocation, *, asof: dt.date) -> tuple[Order, ...]:
    """Read a pack's orders as at a day; one whose days nobody knows cannot apply."""
    found = []
    for order in allocation.orders:
        above: int | None = None
        if order.overdue_above is not None:
            dated = allocation.values[order.overdue_above]
            started = [day for day in dated if day <= asof]
            value = dated[max(started)].value if started else None
            if value is None:
                continue
            above = int(value)
        found.append(Order(above, order.claims, order.by))
    return tuple(found)
