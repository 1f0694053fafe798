"""Reference rates by day, and when a loan takes them up anew."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from huoshui.cashflow.rates import (
    Fixed,
    Floating,
    RateRefusal,
    Rates,
    Reset,
    last_reset,
    rate_on,
    resets_between,
)
from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from tests.given import ROOT

DRAWN = dt.date(2024, 2, 29)
LPR = Rates({"lpr_1y": {dt.date(2024, 1, 22): Decimal("0.0345"), DRAWN: Decimal("0.0335")}})


def test_a_rate_holds_until_the_next_one_and_before_the_first_there_is_none():
    assert LPR.on("lpr_1y", dt.date(2024, 2, 28)) == Decimal("0.0345")
    assert LPR.on("lpr_1y", dt.date(2030, 1, 1)) == Decimal("0.0335")
    for reference, day in (("lpr_1y", dt.date(2024, 1, 21)), ("lpr_9y", DRAWN)):
        with pytest.raises(Refused) as refused:
            LPR.on(reference, day)
        assert refused.value.problems[0].code == RateRefusal.NOT_KNOWN.code


def test_the_packs_give_the_prime_rates():
    pack = load([ROOT / "packs/common"], asof=dt.date(2026, 11, 20))
    rates = Rates.of(pack)
    assert rates.on("lpr_1y", dt.date(2025, 5, 20)) == Decimal("0.03")
    assert rates.on("lpr_5y", dt.date(2025, 6, 1)) == Decimal("0.035")


@pytest.mark.parametrize(
    ("reset", "day", "expected"),
    [
        (Reset.NEVER, "2029-01-01", "2024-02-29"),
        (Reset.NEW_YEAR, "2024-12-31", "2024-02-29"),
        (Reset.NEW_YEAR, "2026-06-01", "2026-01-01"),
        (Reset.ANNIVERSARY, "2025-02-27", "2024-02-29"),
        (Reset.ANNIVERSARY, "2025-02-28", "2025-02-28"),
        (Reset.ANNIVERSARY, "2028-02-29", "2028-02-29"),
    ],
)
def test_a_rate_is_that_of_the_last_reset(reset, day, expected):
    assert str(last_reset(reset, DRAWN, dt.date.fromisoformat(day))) == expected


def test_a_margin_stands_on_the_reference_and_a_fixed_rate_on_nothing():
    floating = Floating("lpr_1y", -15, Reset.ANNIVERSARY)
    assert rate_on(floating, dt.date(2024, 2, 1), dt.date(2025, 1, 31), LPR) == Decimal("0.0330")
    assert rate_on(floating, dt.date(2024, 2, 1), dt.date(2025, 2, 1), LPR) == Decimal("0.0320")
    assert rate_on(Fixed(Decimal("0.05")), DRAWN, DRAWN, Rates()) == Decimal("0.05")


def test_resets_are_those_within_a_period_and_never_the_draw():
    floating = Floating("lpr_1y", 0, Reset.NEW_YEAR)
    start, end = dt.date(2024, 12, 20), dt.date(2026, 1, 1)
    assert resets_between(floating, DRAWN, start, end) == [dt.date(2025, 1, 1)]
    yearly = Floating("lpr_1y", 0)
    assert resets_between(yearly, DRAWN, dt.date(2023, 1, 1), dt.date(2025, 3, 1)) == [
        dt.date(2025, 2, 28)
    ]
    assert resets_between(Fixed(Decimal(0)), DRAWN, start, end) == []
