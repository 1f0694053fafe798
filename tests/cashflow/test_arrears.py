"""Penalty and compound interest: within the rules of the packs, exact, and simple unless agreed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.cashflow.arrears import PenaltyRefusal, arrears_interest, penalty_rate
from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from tests.given import ROOT

SIGNED = dt.date(2026, 1, 15)
SINCE, UNTIL = dt.date(2026, 3, 20), dt.date(2026, 6, 28)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load([ROOT / "packs/common"], asof=dt.date(2026, 11, 20))


@pytest.mark.parametrize(
    ("uplift_bp", "misused", "rate"),
    [
        (3_000, False, "0.0520"),
        (5_000, False, "0.06"),
        (5_000, True, "0.06"),
        (10_000, True, "0.08"),
    ],
)
def test_an_uplift_within_the_rules_is_taken(pack, uplift_bp, misused, rate):
    found = penalty_rate(
        pack, Decimal("0.04"), uplift_bp, signed_on=SIGNED, is_used_otherwise=misused
    )
    assert found == Decimal(rate)


@pytest.mark.parametrize(
    ("uplift_bp", "misused"), [(2_999, False), (5_001, False), (4_000, True), (10_001, True)]
)
def test_an_uplift_outside_the_rules_is_refused(pack, uplift_bp, misused):
    with pytest.raises(Refused) as refused:
        penalty_rate(pack, Decimal("0.04"), uplift_bp, signed_on=SIGNED, is_used_otherwise=misused)
    assert refused.value.problems[0].code == PenaltyRefusal.OUT_OF_BOUNDS.code


def test_an_old_contract_has_no_bounds_here(pack):
    with pytest.raises(Refused) as refused:
        penalty_rate(pack, Decimal("0.04"), 3_000, signed_on=dt.date(2003, 12, 31))
    assert refused.value.problems[0].code == PenaltyRefusal.UNBOUNDED.code


def late(**said):
    return arrears_interest(
        **{
            "principal_fen": 1_000_000,
            "interest_fen": 50_000,
            "annual_rate": Decimal("0.06"),
            "since": SINCE,
            "until": UNTIL,
            **said,
        }
    )


def test_penalty_runs_on_principal_and_compound_interest_on_interest():
    found = late()
    part = Fraction(6, 100) * Fraction(100, 360)
    assert found.penalty == 1_000_000 * part
    assert found.compound == 50_000 * part
    assert found.total == 1_050_000 * part


def test_settling_makes_compound_interest_bear_interest_and_the_penalty_none():
    settled = late(settled_on=[dt.date(2026, 4, 20), dt.date(2026, 5, 20), UNTIL])
    assert settled.penalty == late().penalty
    assert settled.compound > late().compound
    months = [Fraction(6 * days, 36_000) for days in (31, 30, 39)]
    grown = Fraction(50_000)
    for month in months:
        grown *= 1 + month
    assert settled.compound == grown - 50_000


@given(days=st.integers(0, 100))
def test_penalty_of_a_span_is_the_sum_of_its_parts(days):
    middle = SINCE + dt.timedelta(days=days)
    parts = late(until=middle).penalty + late(since=middle).penalty
    assert parts == late().penalty
