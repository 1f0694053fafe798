"""How much of a year lies between two days, by the convention a contract names.

The codes are those of the ACTUS dictionary; `months_and_days` is 逐笔计息, a twelfth for each full
month and 1/360 for each odd day (银发〔2005〕129号).  `year_fraction` is exact; `year_fractions`
gives the same in doubles for whole columns of days.

>>> year_fraction(dt.date(2026, 1, 20), dt.date(2026, 4, 20), "A360")
Fraction(1, 4)
>>> year_fraction(dt.date(2026, 1, 31), dt.date(2026, 3, 1), "months_and_days")
Fraction(31, 360)
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huoshui.kernel.period import add_months, months_between

Days = NDArray[np.int64]
Floats = NDArray[np.float64]

EPOCH = dt.date(1970, 1, 1)


def ordinal(day: dt.date) -> int:
    """Count days since 1970-01-01, as the columns do."""
    return day.toordinal() - EPOCH.toordinal()


def year_fraction(
    start: dt.date, end: dt.date, convention: str, *, maturity: dt.date | None = None
) -> Fraction:
    """Give the exact part of a year between two days; `maturity` matters to 30E360ISDA only."""
    return _EXACT[convention](start, end, maturity)


def year_fractions(start: Days, end: Days, convention: str, maturity: Days) -> Floats:
    """Give the same for columns of days, in doubles."""
    return _COLUMNS[convention](start, end, maturity)


def _actual(basis: int) -> Callable[[dt.date, dt.date, dt.date | None], Fraction]:
    def count(start: dt.date, end: dt.date, _: dt.date | None) -> Fraction:
        return Fraction((end - start).days, basis)

    return count


def _actual_actual(start: dt.date, end: dt.date, _: dt.date | None) -> Fraction:
    """Each year's days over that year's length (ISDA)."""
    if start.year == end.year:
        return Fraction((end - start).days, _length(start.year))
    head = Fraction((dt.date(start.year + 1, 1, 1) - start).days, _length(start.year))
    tail = Fraction((end - dt.date(end.year, 1, 1)).days, _length(end.year))
    return head + (end.year - start.year - 1) + tail


def _months_and_days(start: dt.date, end: dt.date, _: dt.date | None) -> Fraction:
    months = months_between(end, start)
    odd = (end - add_months(start, months)).days
    return Fraction(months, 12) + Fraction(odd, 360)


def _of_months(
    month_days: int, last: Callable[[dt.date, bool, dt.date | None], int]
) -> Callable[[dt.date, dt.date, dt.date | None], Fraction]:
    """Count months of a fixed number of days, after moving days of the month by a rule."""

    def count(start: dt.date, end: dt.date, maturity: dt.date | None) -> Fraction:
        months = (end.year - start.year) * 12 + end.month - start.month
        days = last(end, True, maturity) - last(start, False, maturity)
        return Fraction(months * month_days + days, 12 * month_days)

    return count


def _at_most(most: int) -> Callable[[dt.date, bool, dt.date | None], int]:
    return lambda day, _is_end, _maturity: min(day.day, most)


def _isda(day: dt.date, is_end: bool, maturity: dt.date | None) -> int:
    if is_end and day == maturity and day.month == 2:
        return day.day
    return 30 if day.day == calendar.monthrange(day.year, day.month)[1] else day.day


def _length(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


_EXACT: dict[str, Callable[[dt.date, dt.date, dt.date | None], Fraction]] = {
    "A360": _actual(360),
    "A365": _actual(365),
    "AA": _actual_actual,
    "30E360": _of_months(30, _at_most(30)),
    "30E360ISDA": _of_months(30, _isda),
    "28E336": _of_months(28, _at_most(28)),
    "months_and_days": _months_and_days,
}

CONVENTIONS = tuple(_EXACT)
"""Every convention that a contract may name."""


def _parts(days: Days) -> tuple[Days, Days, Days, Days]:
    """Split days into year, month, day of the month and the month's length."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    first = months.astype("datetime64[D]")
    length = ((months + np.timedelta64(1, "M")).astype("datetime64[D]") - first).astype(np.int64)
    count = months.astype(np.int64)
    year, month = count // 12 + 1970, count % 12 + 1
    return year, month, (dates - first).astype(np.int64) + 1, length


def _column_actual(basis: int) -> Callable[[Days, Days, Days], Floats]:
    def count(start: Days, end: Days, _: Days) -> Floats:
        return (end - start) / basis

    return count


def _column_actual_actual(start: Days, end: Days, _: Days) -> Floats:
    first, last = (days.astype("datetime64[D]").astype("datetime64[Y]") for days in (start, end))

    def opening(years: Any) -> Days:
        found: Days = years.astype("datetime64[D]").astype(np.int64)
        return found

    length_first = opening(first + 1) - opening(first)
    length_last = opening(last + 1) - opening(last)
    whole = (last - first).astype(np.int64)
    across = (
        (opening(first + 1) - start) / length_first
        + (whole - 1)
        + (end - opening(last)) / length_last
    )
    found: Floats = np.where(whole == 0, (end - start) / length_first, across)
    return found


def _column_months(month_days: int, is_isda: bool) -> Callable[[Days, Days, Days], Floats]:
    def count(start: Days, end: Days, maturity: Days) -> Floats:
        year1, month1, day1, length1 = _parts(start)
        year2, month2, day2, length2 = _parts(end)
        if is_isda:
            kept = (end == maturity) & (month2 == 2)
            day1 = np.where(day1 == length1, 30, day1)
            day2 = np.where((day2 == length2) & ~kept, 30, day2)
        else:
            day1, day2 = np.minimum(day1, month_days), np.minimum(day2, month_days)
        months = (year2 - year1) * 12 + month2 - month1
        found: Floats = (months * month_days + day2 - day1) / (12 * month_days)
        return found

    return count


def _column_months_and_days(start: Days, end: Days, _: Days) -> Floats:
    year1, month1, day1, _ = _parts(start)
    year2, month2, day2, length2 = _parts(end)
    # A full month has passed on the day of the same number, or on the last day of a shorter month.
    months = (year2 - year1) * 12 + month2 - month1 - (day2 < np.minimum(day1, length2))
    month = start.astype("datetime64[D]").astype("datetime64[M]") + months
    _, _, _, length = _parts(month.astype("datetime64[D]").astype(np.int64))
    passed = month.astype("datetime64[D]").astype(np.int64) + np.minimum(day1, length) - 1
    found: Floats = months / 12 + (end - passed) / 360
    return found


_COLUMNS: dict[str, Callable[[Days, Days, Days], Floats]] = {
    "A360": _column_actual(360),
    "A365": _column_actual(365),
    "AA": _column_actual_actual,
    "30E360": _column_months(30, is_isda=False),
    "30E360ISDA": _column_months(30, is_isda=True),
    "28E336": _column_months(28, is_isda=False),
    "months_and_days": _column_months_and_days,
}
