"""What happens to a date that falls on no business day: moved on, moved back, or kept.

A convention's first letters say when interest is counted: S.. counts to the moved day, C.. to the
day as agreed.  A modified one turns round where the next business day lies in another month.

>>> weekdays = lambda day: day.weekday() < 5
>>> moved(dt.date(2026, 5, 31), "SCF", weekdays), moved(dt.date(2026, 5, 31), "SCMF", weekdays)
(datetime.date(2026, 6, 1), datetime.date(2026, 5, 29))
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

Open = Callable[[dt.date], bool]
"""Whether business is done on a day."""

CONVENTIONS = ("NULL", "SCF", "SCMF", "CSF", "CSMF", "SCP", "SCMP", "CSP", "CSMP")

_LONGEST = 60
"""Days without business that no calendar has in a row; more means the calendar is wrong."""


def every_day(_: dt.date) -> bool:
    """Do business on every day: the calendar NC."""
    return True


def weekdays(day: dt.date) -> bool:
    """Do business from Monday to Friday: the calendar MF."""
    return day.weekday() < 5


def counts_to_moved(convention: str) -> bool:
    """Tell whether interest is counted to the moved day."""
    return convention.startswith("SC")


def moved(day: dt.date, convention: str, is_open: Open) -> dt.date:
    """Give the day on which a payment that was agreed for `day` is made."""
    if convention == "NULL" or is_open(day):
        return day
    step = 1 if convention.endswith("F") else -1
    found = _nearest(day, step, is_open)
    if convention[2] == "M" and (found.year, found.month) != (day.year, day.month):
        return _nearest(day, -step, is_open)
    return found


def _nearest(day: dt.date, step: int, is_open: Open) -> dt.date:
    for away in range(1, _LONGEST):
        found = day + dt.timedelta(days=step * away)
        if is_open(found):
            return found
    raise AssertionError(f"no business day within {_LONGEST} days of {day}")
