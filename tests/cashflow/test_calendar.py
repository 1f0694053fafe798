"""The Chinese business calendar: as announced, loud where it was not, and refused where it errs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huoshui.cashflow.calendar import Calendar, CalendarRefusal, calendar_of
from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from tests.given import ROOT, pack_folder

ASOF = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def china() -> Calendar:
    return calendar_of(load([ROOT / "packs/common"], asof=ASOF), "china")


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2024-02-09", True),  # the eve of the year was no day off in 2024
        ("2024-02-12", False),
        ("2024-02-18", True),  # a Sunday that is worked
        ("2025-01-28", False),
        ("2025-10-08", False),
        ("2025-10-11", True),  # a Saturday that is worked
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2026-11-21", False),  # a Saturday
        ("2026-11-23", True),
    ],
)
def test_days_are_as_the_notices_say(china, day, is_open):
    assert china.is_business_day(dt.date.fromisoformat(day)) == is_open


def test_a_due_day_in_the_holidays_moves_behind_them(china):
    eve = dt.date(2026, 9, 30)
    assert china.shifted(dt.date(2026, 10, 1), "SCF") == dt.date(2026, 10, 8)
    assert china.shifted(dt.date(2026, 10, 1), "CSP") == eve
    assert china.shifted(eve, "SCF") == eve


@pytest.mark.parametrize("year", [2023, 2027, 2040])
def test_a_year_without_a_notice_is_refused(china, year):
    with pytest.raises(Refused) as refused:
        china.is_business_day(dt.date(year, 6, 1))
    (problem,) = refused.value.problems
    assert problem.code == CalendarRefusal.NO_YEAR.code
    assert str(year) in problem.message
    assert problem.zh


def test_moving_out_of_the_last_year_that_is_known_is_refused_too(china):
    assert china.shifted(dt.date(2026, 12, 31), "SCF") == dt.date(2026, 12, 31)
    with pytest.raises(Refused):
        china.shifted(dt.date(2027, 1, 2), "SCF")


def test_provisional_dates_are_asked_for_and_take_weekdays(china):
    later = china.provisional()
    assert later.is_business_day(dt.date(2027, 2, 5))
    assert not later.is_business_day(dt.date(2027, 2, 6))
    assert not later.knows(dt.date(2027, 2, 5))
    assert not later.is_business_day(dt.date(2026, 10, 1))


def test_a_calendar_that_is_not_there_is_refused_with_those_that_are(china):
    with pytest.raises(Refused, match="china"):
        calendar_of(load([ROOT / "packs/common"], asof=ASOF), "moon")


CALENDAR = """
id: china
label: { zh: 日历, en: calendar }
rest_weekdays: [6, 7]
years:
  2026:
    holidays:
      - { label: { zh: 元旦, en: New Year }, first: 2026-01-01, last: 2026-01-03 }
    worked: [2026-01-04]
    cite: house#adr-0001
cite: house#adr-0001
checked_on: 2026-11-20
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("last: 2026-01-03", "last: 2025-12-30", "ends before it begins"),
        ("first: 2026-01-01, last: 2026-01-03", "first: 2027-01-01, last: 2027-01-03", "not lie"),
        ("worked: [2026-01-04]", "worked: [2026-01-05]", "no rest day"),
        ("worked: [2026-01-04]", "worked: [2026-01-03]", "both a holiday and worked"),
        ("    cite: house#adr-0001\ncite", "cite", "no citation"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_where_it_stands(tmp_path: Path, old, new, said):
    assert old in CALENDAR
    files = {"calendars/china.yaml": CALENDAR.replace(old, new, 1)}
    with pytest.raises(Refused) as refused:
        load([pack_folder(tmp_path, files)], asof=ASOF)
    problem = refused.value.problems[0]
    assert said in problem.message
    assert problem.where is not None
    assert problem.where.file == "common/calendars/china.yaml"
    assert problem.where.line
