"""What a loan costs a year: a fixed rate, or a reference rate and basis points reset once a year.

A reference rate (LPR) is a dated constant of the packs.  A reset takes the last value published by
its day; before the first one known there is no rate, and asking for it is refused.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from huoshui.kernel.errors import Refusal, Where
from huoshui.kernel.period import add_months
from huoshui.policy.pack import Pack

BP = Decimal(10_000)


class RateRefusal(Refusal):
    """Why there is no rate."""

    NOT_KNOWN = (
        "The rate {reference} is not known on {on}.",
        "Add its value by day to constants/{reference}.yaml.",
        "{on} 的 {reference} 未知。",
        "请把该日的取值加入 constants/{reference}.yaml。",
    )


class Reset(StrEnum):
    """When a loan takes up its reference rate anew."""

    NEVER = "never"
    ANNIVERSARY = "anniversary"  # 对月对日: each year on the day of drawing
    NEW_YEAR = "new_year"  # on 1 January


@dataclass(frozen=True)
class Fixed:
    """One rate for the loan's whole life, a year as a part of one: 4.35 % is 0.0435."""

    annual: Decimal


@dataclass(frozen=True)
class Floating:
    """A reference rate and basis points on top (or off), by the value on the reset before."""

    reference: str
    margin_bp: int | Decimal
    reset: Reset = Reset.ANNIVERSARY
    first: Decimal | None = None  # what was agreed until the first reset; null: the reference's


Pricing = Fixed | Floating


@dataclass(frozen=True)
class Rates:
    """Reference rates by name, each a year as a part of one by the day it takes effect."""

    known: Mapping[str, Mapping[dt.date, Decimal]] = field(default_factory=dict)

    @classmethod
    def of(cls, pack: Pack) -> Rates:
        """Read the constants of a pack that are rates in basis points; unknown values are left."""
        return cls(
            {
                name: {
                    day: cited.value / BP
                    for day, cited in constant.values.items()
                    if cited.value is not None
                }
                for name, constant in pack.constants.items()
                if constant.unit == "bp"
            }
        )

    def on(self, reference: str, day: dt.date) -> Decimal:
        """Give the rate in force on a day, or refuse where none is known by then."""
        dated = self.known.get(reference, {})
        days = sorted(dated)
        place = bisect.bisect_right(days, day)
        if place == 0:
            raise RateRefusal.NOT_KNOWN.refuse(
                where=Where(field=f"constants.{reference}"), reference=reference, on=day
            )
        return dated[days[place - 1]]


NO_RATES = Rates()
"""For loans at a fixed rate."""


def rate_on(pricing: Pricing, drawn_on: dt.date, day: dt.date, rates: Rates) -> Decimal:
    """Give a loan's rate on a day."""
    if isinstance(pricing, Fixed):
        return pricing.annual
    reset = last_reset(pricing.reset, drawn_on, day)
    if pricing.first is not None and reset == drawn_on:
        return pricing.first
    return rates.on(pricing.reference, reset) + pricing.margin_bp / BP


def last_reset(reset: Reset, drawn_on: dt.date, day: dt.date) -> dt.date:
    """Give the day on which the rate of a day was fixed: the draw, or the last reset since."""
    if reset == Reset.NEVER or day <= drawn_on:
        return drawn_on
    if reset == Reset.NEW_YEAR:
        return max(drawn_on, dt.date(day.year, 1, 1))
    years = day.year - drawn_on.year
    found = add_months(drawn_on, 12 * years)
    return found if found <= day else add_months(drawn_on, 12 * (years - 1))


def resets_between(
    pricing: Pricing, drawn_on: dt.date, start: dt.date, end: dt.date
) -> list[dt.date]:
    """Give the resets that fall after `start` and before `end`."""
    if isinstance(pricing, Fixed) or pricing.reset == Reset.NEVER:
        return []
    years = range(start.year, end.year + 1)
    if pricing.reset == Reset.NEW_YEAR:
        found = [dt.date(year, 1, 1) for year in years]
    else:
        found = [add_months(drawn_on, 12 * (year - drawn_on.year)) for year in years]
    return [day for day in found if start < day < end and day > drawn_on]
