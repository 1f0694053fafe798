"""Months are counted whole, and days are read in the spellings that Chinese records use."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.kernel import period

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))


@given(DAYS)
def test_a_day_is_read_back_from_every_spelling(day: dt.date) -> None:
    y, m, d = day.year, day.month, day.day
    spellings = [
        day.isoformat(),
        f"{y}-{m}-{d}",
        f"{y}/{m:02d}/{d:02d}",
        f"{y}.{m}.{d}",
        f"{y}{m:02d}{d:02d}",
        f"{y}年{m}月{d}日",
        f"{y} 年 {m} 月 {d} 日",
        f"{day.isoformat()} 00:00:00",
        f"{day.isoformat()}T23:59:59.5",
        f" {y}-{m}-{d}\t",
        "".join(chr(ord(c) + 0xFEE0) for c in f"{y}{m:02d}{d:02d}"),
    ]
    assert {period.parse_day(text) for text in spellings} == {day}
    months = [f"{y}{m:02d}", f"{y}-{m}", f"{y}年{m}月", f"{y}/{m:02d}", day.isoformat()]
    assert {period.parse_month(text) for text in months} == {period.month_end(day)}
    assert {period.parse_year(t) for t in (f"{y}", f"{y}年", f"{y}年度")} == {y}


@given(DAYS.filter(lambda day: dt.date(1954, 10, 3) <= day <= dt.date(2118, 12, 30)))
def test_a_serial_of_excel_is_its_day_only_where_serials_are_meant(day: dt.date) -> None:
    serial = str((day - dt.date(1899, 12, 30)).days)
    assert period.parse_day(serial, serials=True) == day
    assert period.parse_day(serial) is None


@pytest.mark.parametrize(
    "text",
    [
        *("2023-02-30", "2023-13-01", "20230230", "2023-1", "23-01-05", "05/01/2023", "今天", ""),
        *("2023-01-05Z", "0203-01-05", "2023-01-05 25", "20231", "1899-12-31", "2023年1月5"[:-1]),
    ],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert period.parse_day(text) is None


@pytest.mark.parametrize("text", ["20231", "2023-13", "2023", "202300", "1月"])
def test_what_is_no_month_is_none(text: str) -> None:
    assert period.parse_month(text) is None


def test_what_is_no_year_is_none() -> None:
    assert period.parse_year("23年") is None
    assert period.parse_year("1066") is None


@given(DAYS, st.integers(-600, 600))
def test_moving_by_months_and_counting_them_agree(day: dt.date, months: int) -> None:
    if not dt.date(1900, 1, 1) <= dt.date(day.year + months // 12, 1, 1):
        return
    moved = period.add_months(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    if moved.day == day.day:
        assert period.months_between(moved, day) == months


@given(DAYS, DAYS)
def test_months_between_are_the_most_that_fit(one: dt.date, other: dt.date) -> None:
    earlier, later = sorted((one, other))
    months = period.months_between(later, earlier)
    assert period.add_months(earlier, months) <= later
    assert period.add_months(earlier, months + 1) > later
    assert period.months_between(earlier, later) == -months


def test_a_year_ends_on_its_last_day() -> None:
    assert period.year_end(2024) == dt.date(2024, 12, 31)
