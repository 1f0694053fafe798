"""Dates that come round, with ends of months and odd last periods."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.cashflow.cycles import CycleRefusal, cycle, dates
from huoshui.kernel.errors import Refused


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def days(start: str, text: str, end: str, *, month_end: bool = False, with_end: bool = True):
    found = dates(at(start), cycle(text), at(end), month_end=month_end, with_end=with_end)
    return [str(time.date()) for time in found]


def test_a_long_stub_joins_the_period_before_it_and_a_short_one_stays():
    assert days("2026-01-01", "P1ML0", "2026-04-15") == [
        *("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-15"),
    ]
    assert days("2026-01-01", "P1ML1", "2026-04-15")[-2:] == ["2026-04-01", "2026-04-15"]
    assert days("2026-01-01", "P1ML0", "2026-04-01")[-2:] == ["2026-03-01", "2026-04-01"]


def test_a_schedule_from_a_last_day_keeps_to_last_days_only_where_it_is_asked_to():
    assert days("2026-02-28", "P1ML1", "2026-05-31", month_end=True) == [
        *("2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"),
    ]
    assert days("2026-02-28", "P1ML1", "2026-05-28")[1] == "2026-03-28"
    assert days("2026-01-30", "P1ML1", "2026-04-30", month_end=True)[1:3] == [
        *("2026-02-28", "2026-03-30"),
    ]
    assert days("2026-02-28", "P4WL1", "2026-05-31", month_end=True)[1] == "2026-03-28"


@pytest.mark.parametrize(
    ("text", "months", "length"),
    [
        ("P1D", 0, 1),
        ("P2W", 0, 14),
        ("P1Q", 3, 0),
        ("P1H", 6, 0),
        ("P1Y6M", 18, 0),
        ("1ML0", 1, 0),
        ("P3M", 3, 0),
    ],
)
def test_every_unit_is_read(text, months, length):
    found = cycle(text)
    assert (found.months, found.days) == (months, length)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("P1X", CycleRefusal.NOT_A_CYCLE),
        ("P", CycleRefusal.NOT_A_CYCLE),
        ("", CycleRefusal.NOT_A_CYCLE),
        ("P0D", CycleRefusal.STANDS_STILL),
    ],
)
def test_what_is_no_cycle_is_refused(text, code):
    with pytest.raises(Refused) as refused:
        cycle(text)
    assert refused.value.problems[0].code == code.code


def test_a_settlement_period_may_have_no_length():
    assert cycle("P0D", may_stand=True).after(at("2026-01-01"), 1) == at("2026-01-01")


def test_without_a_cycle_there_is_the_start_and_the_end():
    start, end = at("2026-01-01"), at("2026-06-01")
    assert dates(start, None, end, month_end=False, with_end=True) == (start, end)
    assert dates(start, None, end, month_end=False, with_end=False) == (start,)
    assert dates(None, cycle("P1M"), end, month_end=False, with_end=True) == (end,)
    assert dates(end, None, end, month_end=False, with_end=False) == ()


@given(
    start=st.datetimes(at("2000-01-01"), at("2030-01-01")),
    text=st.sampled_from(["P1ML0", "P1ML1", "P3ML0", "P2WL1", "P1YL0", "P45DL1"]),
    length=st.integers(1, 4000),
    month_end=st.booleans(),
)
def test_dates_rise_and_lie_between_the_start_and_the_end(start, text, length, month_end):
    end = start + dt.timedelta(days=length)
    found = dates(start, cycle(text), end, month_end=month_end, with_end=True)
    assert list(found) == sorted(set(found))
    assert found[0] == start
    assert found[-1] == end
