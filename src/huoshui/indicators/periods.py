"""The spans of days that measures read, as of a day.

A trailing window of months ends on the day and begins so many months earlier; when the day is the
last of its month the beginning is too, so that twelve months before 28 February hold twelve ends
of months and not thirteen.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """The days after `after`, up to and including `until`."""

    after: dt.date
    until: dt.date


def months_before(day: dt.date, months: int) -> dt.date:
    """Give the day so many months earlier; the last day of a month gives the last of a month.

    >>> months_before(dt.date(2026, 2, 28), 1)
    datetime.date(2026, 1, 31)
    >>> months_before(dt.date(2026, 3, 30), 1)
    datetime.date(2026, 2, 28)
    """
    month = day.year * 12 + day.month - 1 - months
    year, month = month // 12, month % 12 + 1
    last = calendar.monthrange(year, month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(year, month, last if is_last else min(day.day, last))


def trailing(asof: dt.date, months: int, months_earlier: int = 0) -> Span:
    """Give the `months` months that end on the day, or so many months earlier.

    >>> trailing(dt.date(2026, 6, 30), 12, 12)
    Span(after=datetime.date(2024, 6, 30), until=datetime.date(2025, 6, 30))
    """
    return Span(months_before(asof, months + months_earlier), months_before(asof, months_earlier))


def closed_months(asof: dt.date, months: int, months_earlier: int = 0) -> Span:
    """Give the last `months` calendar months that had closed by the day.

    >>> closed_months(dt.date(2026, 11, 20), 1)
    Span(after=datetime.date(2026, 9, 30), until=datetime.date(2026, 10, 31))
    """
    tomorrow = asof + dt.timedelta(days=1)
    return trailing(tomorrow.replace(day=1) - dt.timedelta(days=1), months, months_earlier)


def financial_year(asof: dt.date, year: int = 0) -> Span:
    """Give the last calendar year that had ended before the day, or one so many years from it.

    >>> financial_year(dt.date(2026, 11, 20), -1)
    Span(after=datetime.date(2023, 12, 31), until=datetime.date(2024, 12, 31))
    """
    closed = asof.year - 1 + year
    return Span(dt.date(closed - 1, 12, 31), dt.date(closed, 12, 31))
