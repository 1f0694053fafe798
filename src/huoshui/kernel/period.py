"""Days, months and years: whole months between days, ends of months, and days as people write them.

>>> add_months(dt.date(2024, 1, 31), 1)
datetime.date(2024, 2, 29)
>>> months_between(dt.date(2024, 3, 15), dt.date(2024, 1, 16))
1
>>> parse_day("2023年1月5日")
datetime.date(2023, 1, 5)
>>> parse_month("202402")
datetime.date(2024, 2, 29)
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""A year outside is a slip of the pen, not a day that anybody recorded."""

TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
DAY = (
    r"([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})"
    rf"(?: ?日 ?(?:{TIME})?|[T ]{TIME})?"
)
COMPACT_DAY = r"([0-9]{4})([0-9]{2})([0-9]{2})"
MONTH = r"([0-9]{4})(?:[-/.年]([0-9]{1,2})月?|([0-9]{2}))"
YEAR = r"([0-9]{4})(?:年度?|年报)?"
SERIAL = r"([2-7][0-9]{4})(?:\.[0-9]+)?"

_EXCEL_ZERO = dt.date(1899, 12, 30)


def add_months(day: dt.date, months: int) -> dt.date:
    """Move by whole months, to the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def months_between(later: dt.date, earlier: dt.date) -> int:
    """Count the whole months from one day to another; negative where `later` is before."""
    if later < earlier:
        return -months_between(earlier, later)
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months if add_months(earlier, months) <= later else months - 1


def month_end(day: dt.date) -> dt.date:
    """Give the last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def year_end(year: int) -> dt.date:
    """Give the last day of a year."""
    return dt.date(year, 12, 31)


def parse_day(text: str, *, serials: bool = False) -> dt.date | None:
    """Read a day as Chinese records write it, or None; `serials` allows the numbers of Excel."""
    folded = unicodedata.normalize("NFKC", text).strip()
    match = re.fullmatch(DAY, folded) or re.fullmatch(COMPACT_DAY, folded)
    if match:
        return _day(*map(int, match.groups()[:3]))
    serial = re.fullmatch(SERIAL, folded) if serials else None
    return _EXCEL_ZERO + dt.timedelta(int(serial[1])) if serial else None


def parse_month(text: str) -> dt.date | None:
    """Read a month, or a day within it, and give the month's last day, or None."""
    match = re.fullmatch(MONTH, unicodedata.normalize("NFKC", text).strip())
    day = _day(int(match[1]), int(match[2] or match[3]), 1) if match else parse_day(text)
    return month_end(day) if day else None


def parse_year(text: str) -> int | None:
    """Read a year, 2023 or 2023年 or 2023年度, or None."""
    match = re.fullmatch(YEAR, unicodedata.normalize("NFKC", text).strip())
    year = int(match[1]) if match else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None
