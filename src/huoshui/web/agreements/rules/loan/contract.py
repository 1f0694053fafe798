"""What was agreed about a loan, as far as its life depends on it.

The packs' part of it (order of allocation, day counts, graces) is resolved when the agreement is
made, so that a fold reads nothing but its arguments.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from huoshui.kernel.money import HOME
from huoshui.policy.schema.allocation import Allocation, Claim
from huoshui.web.agreements.rules.loan.planning import Planner


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
    planner: Planner
    orders: tuple[Order, ...]
    penalty_uplift_bp: int  # of the contract rate, on top of it, on what is late
    grace_days: int = 0  # paid within them, nothing was late
    compounds: bool = True  # whether unpaid interest bears interest at the penalty rate
    stops_above_days: int | None = None  # so late, interest leaves the books; null: by hand alone
    resumes_at_days: int = 0  # no later than this, it is booked again
    conditions: frozenset[str] = frozenset()  # before a draw
    currency: str = HOME

    @property
    def matures_on(self) -> dt.date:
        """The day on which the loan matures, as it was signed."""
        return self.planner.terms.matures_on

    def penalty_rate(self, annual_rate: Decimal) -> Decimal:
        """Give the rate on what is late."""
        return annual_rate * (10_000 + self.penalty_uplift_bp) / 10_000

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
