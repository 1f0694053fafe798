"""Moving a date off a day without business, by every convention."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.cashflow.businessday import CONVENTIONS, counts_to_moved, every_day, moved, weekdays

SUNDAY = dt.date(2026, 5, 31)  # the last day of its month
FIRST = dt.date(2026, 8, 1)  # a Saturday


@pytest.mark.parametrize(
    ("convention", "at_the_end", "at_the_start"),
    [
        ("NULL", "2026-05-31", "2026-08-01"),
        ("SCF", "2026-06-01", "2026-08-03"),
        ("CSF", "2026-06-01", "2026-08-03"),
        ("SCMF", "2026-05-29", "2026-08-03"),
        ("CSMF", "2026-05-29", "2026-08-03"),
        ("SCP", "2026-05-29", "2026-07-31"),
        ("CSP", "2026-05-29", "2026-07-31"),
        ("SCMP", "2026-05-29", "2026-08-03"),
        ("CSMP", "2026-05-29", "2026-08-03"),
    ],
)
def test_a_convention_moves_to_the_right_side_of_the_month(convention, at_the_end, at_the_start):
    assert str(moved(SUNDAY, convention, weekdays)) == at_the_end
    assert str(moved(FIRST, convention, weekdays)) == at_the_start


@given(
    day=st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    convention=st.sampled_from(CONVENTIONS[1:]),
)
def test_a_moved_day_is_open_and_modified_ones_stay_in_their_month(day, convention):
    found = moved(day, convention, weekdays)
    assert weekdays(found)
    assert moved(found, convention, weekdays) == found
    assert "M" not in convention or (found.year, found.month) == (day.year, day.month)
    assert moved(day, convention, every_day) == day


def test_only_conventions_that_shift_first_count_interest_to_the_moved_day():
    shifting = [name for name in CONVENTIONS if counts_to_moved(name)]
    assert shifting == ["SCF", "SCMF", "SCP", "SCMP"]


def test_a_calendar_that_is_never_open_is_our_mistake():
    with pytest.raises(AssertionError, match="no business day"):
        moved(SUNDAY, "SCF", lambda _: False)
