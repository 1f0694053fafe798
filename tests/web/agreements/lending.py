"""Makers of loans for tests: a contract, a stream of events, and a plain planner.

The planner lays monthly instalments by actual days over 360, without holidays, so that a test can
be followed with pencil and paper; that the real schedules fit the fold is tested apart.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from huoshui.kernel.period import add_months
from huoshui.web.agreements.rules.loan.contract import Contract, Order
from huoshui.web.agreements.rules.loan.events import Act, ConditionMet, Draw, Event
from huoshui.web.agreements.rules.loan.state import half_up
from huoshui.web.agreements.rules.loan.walk import Period

SIGNED = dt.date(2026, 1, 5)
DRAWN = dt.date(2026, 1, 10)
MATURES = dt.date(2027, 1, 10)
LAW = Order(None, ("cost", "compound", "penalty", "interest", "principal"), "claim")
LATE = Order(90, ("cost", "principal", "interest", "penalty", "compound"), "claim")
OLDEST = Order(None, ("cost", "compound", "penalty", "interest", "principal"), "instalment")


@dataclass(frozen=True)
class PlainPlanner:
    """Monthly instalments by actual days over 360."""

    rate: Decimal
    method: Literal["level_payment", "level_principal", "interest_first"]

    @property
    def keeps_total(self) -> bool:
        return self.method == "level_payment"

    def interest(
        self, balance_fen: int, annual_rate: Decimal, start: dt.date, end: dt.date
    ) -> Fraction:
        return Fraction(balance_fen) * Fraction(annual_rate) * (end - start).days / 360

    daily_interest = interest

    def plan(
        self,
        *,
        principal_fen: int,
        start: dt.date,
        matures_on: dt.date,
        annual_rate: Decimal | None,
    ) -> list[Period]:
        rate = self.rate if annual_rate is None else annual_rate
        ends: list[dt.date] = []
        while not ends or ends[-1] < matures_on:
            ends.append(min(add_months(start, len(ends) + 1), matures_on))
        growth = (1 + Fraction(rate) / 12) ** len(ends)
        level = principal_fen * Fraction(rate) / 12 * growth / (growth - 1) if rate else 0
        found, opening, since = [], principal_fen, start
        for left, end in zip(range(len(ends), 0, -1), ends, strict=True):
            interest = half_up(self.interest(opening, rate, since, end))
            principal = {
                "level_payment": half_up(Fraction(level)) - interest,
                "level_principal": half_up(Fraction(principal_fen, len(ends))),
                "interest_first": 0,
            }[self.method]
            principal = opening if left == 1 else max(0, min(opening, principal))
            found.append(Period(since, end, end, principal, interest, opening, rate))
            opening, since = opening - principal, end
        return found


def contract(
    method: Literal["level_payment", "level_principal", "interest_first"] = "level_principal",
    **said: Any,
) -> Contract:
    """A loan of 120,000 yuan for a year at 3.60 %, half as much again on what is late."""
    terms: dict[str, Any] = {
        "amount_fen": 120_000_00,
        "signed_on": SIGNED,
        "draw_by": dt.date(2026, 6, 30),
        "matures_on": MATURES,
        "planner": PlainPlanner(Decimal("0.036"), method),
        "orders": (LATE, LAW),
        "penalty_uplift": Decimal("0.5"),
    }
    return Contract(**{**terms, **said})


def drawn(amount_fen: int = 120_000_00, *, on: dt.date = DRAWN) -> Event:
    """The draw, as event 2 after a condition."""
    return Event(2, on, Draw(amount_fen))


def stream(*acts: tuple[dt.date, Act]) -> list[Event]:
    """Events after the draw, numbered as they come."""
    first = [Event(1, SIGNED, ConditionMet("papers")), drawn()]
    return first + [Event(nth, on, act) for nth, (on, act) in enumerate(acts, start=3)]
