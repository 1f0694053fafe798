"""Dates that come round: every month from a first one to a last, ends of months, odd last periods.

The text forms are those of ACTUS: P1ML0 is a month, and a last period that is cut short joins the
one before it (a long stub); L1 leaves it short.  Each date is counted from the first, never from
the one before, so that a 31st comes back after February.

>>> [str(time.date()) for time in dates(dt.datetime(2026, 1, 31), cycle("P1ML1"),
...                                     dt.datetime(2026, 4, 15), month_end=False, with_end=True)]
['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-15']
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from huoshui.kernel.errors import Refusal
from huoshui.kernel.period import add_months, month_end

_FORM = re.compile(
    r"P?(?:(?P<Y>\d+)Y)?(?:(?P<H>\d+)H)?(?:(?P<Q>\d+)Q)?(?:(?P<M>\d+)M)?(?:(?P<W>\d+)W)?"
    r"(?:(?P<D>\d+)D)?(?:L(?P<stub>[01]))?"
)
_MONTHS = {"Y": 12, "H": 6, "Q": 3, "M": 1}
_DAYS = {"W": 7, "D": 1}


class CycleRefusal(Refusal):
    """Why a text is no cycle."""

    NOT_A_CYCLE = (
        "{text} is not a cycle.",
        "Write it as P1ML0: a number, one of D W M Q H Y, and L0 (long) or L1 (short last period).",
    )
    STANDS_STILL = "The cycle {text} never moves on.", "Give it a number above zero."


@dataclass(frozen=True)
class Cycle:
    """A period of months and days, and what becomes of an odd last one."""

    months: int
    days: int
    is_long: bool = False  # an odd last period joins the one before it

    def after(self, start: dt.datetime, times: int) -> dt.datetime:
        """Give the date so many periods after a start; negative goes back."""
        day = add_months(start.date(), self.months * times)
        return on_day(day, start) + dt.timedelta(days=self.days * times)


@lru_cache(maxsize=4096)
def cycle(text: str, *, may_stand: bool = False) -> Cycle:
    """Read a cycle, or refuse; `may_stand` allows a period of no length, such as P0D."""
    match = _FORM.fullmatch(text.strip())
    found = match.groupdict() if match else {}
    if not match or not any(found[unit] for unit in "YHQMWD"):
        raise CycleRefusal.NOT_A_CYCLE.refuse(text=text)
    months = sum(int(found[unit] or 0) * size for unit, size in _MONTHS.items())
    days = sum(int(found[unit] or 0) * size for unit, size in _DAYS.items())
    if months == days == 0 and not may_stand:
        raise CycleRefusal.STANDS_STILL.refuse(text=text)
    return Cycle(months, days, is_long=found["stub"] == "0")


@lru_cache(maxsize=65536)
def dates(
    start: dt.datetime | None,
    cycle: Cycle | None,
    end: dt.datetime,
    *,
    month_end: bool,
    with_end: bool,
) -> tuple[dt.datetime, ...]:
    """Give the dates from a start to an end, the end itself where `with_end`.

    `month_end` keeps a schedule that begins on a month's last day on last days; it does nothing to
    one that begins on another day or counts in days.
    """
    if start is None or cycle is None:
        alone = [] if start is None or start == end else [start]
        return tuple(sorted({*alone, *([end] if with_end else [])}))
    on_ends = month_end and cycle.months > 0 and cycle.days == 0 and _is_month_end(start)
    regular: list[dt.datetime] = []
    time = start
    while time < end:
        regular.append(time)
        time = _placed(cycle.after(start, len(regular)), on_ends)
    is_odd = bool(regular) and time != end
    count = len(regular) + (1 if with_end else 0)
    if cycle.is_long and is_odd and count > 2:
        regular.pop()
    return tuple(regular) + ((end,) if with_end else ())


def on_day(day: dt.date, moment: dt.datetime) -> dt.datetime:
    """Give a day at the time of day of a moment."""
    return moment.replace(year=day.year, month=day.month, day=day.day)


def _placed(time: dt.datetime, on_ends: bool) -> dt.datetime:
    return on_day(month_end(time.date()), time) if on_ends else time


def _is_month_end(time: dt.datetime) -> bool:
    return time.day == calendar.monthrange(time.year, time.month)[1]
