"""What a reference rate was when a floating loan took it up, kept in the loan's own stream.

A fold reads nothing but its arguments, so a reset writes down the value that it took.  What the
packs come to say afterwards counts from the next reset on; a value that was wrong is put right by
an event, like anything else, and the books get the difference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from huoshui.cashflow.rates import BP, Floating, Rates, rate_on, resets_between
from huoshui.web.agreements.rules.loan.walk import Walk

_DAY = dt.timedelta(1)


@dataclass(frozen=True)
class RateTaken:
    """A reset: the reference that was taken up on a day, and the loan's rate from then on."""

    on: dt.date
    reference: str
    reference_rate: Decimal
    annual_rate: Decimal

    @property
    def reference_bp(self) -> Decimal:
        """Give the reference as pages write rates."""
        return self.reference_rate * BP

    @property
    def annual_bp(self) -> Decimal:
        """Give the loan's rate as pages write rates."""
        return self.annual_rate * BP

    @property
    def body(self) -> dict[str, Any]:
        """Tell it so that JSON can hold it."""
        return {
            "reference": self.reference,
            "reference_rate": str(self.reference_rate),
            "annual_rate": str(self.annual_rate),
        }


def taken_of(on: dt.date, body: Mapping[str, Any]) -> RateTaken:
    """Read a reset as `body` told it."""
    rates = (Decimal(body[name]) for name in ("reference_rate", "annual_rate"))
    return RateTaken(on, body["reference"], *rates)


def rates_known(reference: str, taken: Mapping[dt.date, Decimal], published: Rates) -> Rates:
    """Give a reference as a loan knows it: as it was taken at resets, then as it is published.

    >>> published = Rates({"lpr": {dt.date(2025, 5, 20): Decimal("0.03")}})
    >>> known = rates_known("lpr", {dt.date(2026, 1, 1): Decimal("0.031")}, published)
    >>> known.on("lpr", dt.date(2026, 1, 1)), known.on("lpr", dt.date(2027, 1, 1))
    (Decimal('0.031'), Decimal('0.03'))
    """
    dated = published.known.get(reference, {})
    if not taken:
        return Rates({reference: dated})
    last = max(taken)
    earlier = [day for day in dated if day <= last]
    next_one = {last + _DAY: dated[max(earlier)]} if earlier else {}
    later = {day: rate for day, rate in dated.items() if day > last}
    return Rates({reference: {**taken, **next_one, **later}})


def resets_due(walk: Walk, taken: Mapping[dt.date, Decimal]) -> list[RateTaken]:
    """Give the resets that a loan has passed by where its walk stands and that are not kept yet."""
    terms, rates = walk.planner.terms, walk.planner.rates
    if not isinstance(terms.rate, Floating) or walk.standing not in ("open", "overdue"):
        return []
    start = terms.rate_from or terms.drawn_on
    passed = resets_between(terms.rate, start, start, walk.day + _DAY)
    return [
        RateTaken(
            day,
            terms.rate.reference,
            rates.on(terms.rate.reference, day),
            rate_on(terms.rate, start, day, rates),
        )
        for day in passed
        if day not in taken
    ]
