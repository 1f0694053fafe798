"""Parts of a year: exact ones by each convention, and columns of doubles that agree with them."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.cashflow.daycount import CONVENTIONS, ordinal, year_fraction, year_fractions

DAYS = st.dates(dt.date(1999, 1, 1), dt.date(2060, 12, 31))


@pytest.mark.parametrize(
    ("convention", "start", "end", "expected"),
    [
        ("A360", "2026-01-01", "2027-01-01", Fraction(365, 360)),
        ("A365", "2024-01-01", "2025-01-01", Fraction(366, 365)),
        ("AA", "2024-01-01", "2025-01-01", Fraction(1)),
        ("AA", "2012-12-30", "2013-01-09", Fraction(2, 366) + Fraction(8, 365)),
        ("AA", "2011-07-01", "2014-07-01", Fraction(184, 365) + 2 + Fraction(181, 365)),
        ("30E360", "2026-01-31", "2026-02-28", Fraction(28, 360)),
        ("30E360", "2026-02-28", "2026-03-31", Fraction(32, 360)),
        ("30E360ISDA", "2026-01-31", "2026-02-28", Fraction(30, 360)),
        ("30E360ISDA", "2026-02-28", "2026-03-31", Fraction(30, 360)),
        ("28E336", "2026-01-31", "2026-02-28", Fraction(28, 336)),
        ("28E336", "2026-01-15", "2026-02-10", Fraction(23, 336)),
        ("months_and_days", "2026-01-31", "2026-02-28", Fraction(1, 12)),
        ("months_and_days", "2026-01-20", "2027-03-25", Fraction(14, 12) + Fraction(5, 360)),
    ],
)
def test_a_convention_counts_as_it_is_known_to(convention, start, end, expected):
    days = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    assert year_fraction(*days, convention) == expected


def test_the_last_february_day_of_a_contract_is_not_stretched():
    start, end = dt.date(2025, 8, 31), dt.date(2026, 2, 28)
    assert year_fraction(start, end, "30E360ISDA") == Fraction(180, 360)
    assert year_fraction(start, end, "30E360ISDA", maturity=end) == Fraction(178, 360)


@given(start=DAYS, end=DAYS, is_maturity=st.booleans(), convention=st.sampled_from(CONVENTIONS))
def test_columns_agree_with_the_exact_part(start, end, is_maturity, convention):
    start, end = min(start, end), max(start, end)
    maturity = end if is_maturity else dt.date(2099, 1, 1)
    exact = year_fraction(start, end, convention, maturity=maturity)
    columns = [np.array([ordinal(day)], dtype=np.int64) for day in (start, end, maturity)]
    (found,) = year_fractions(columns[0], columns[1], convention, columns[2])
    assert found == pytest.approx(float(exact), abs=1e-12)


@given(days=st.lists(DAYS, min_size=3, max_size=3), convention=st.sampled_from(CONVENTIONS[:3]))
def test_by_actual_days_a_period_is_the_sum_of_its_parts(days, convention):
    first, middle, last = sorted(days)
    whole = year_fraction(first, last, convention)
    parts = year_fraction(first, middle, convention) + year_fraction(middle, last, convention)
    assert whole == parts
