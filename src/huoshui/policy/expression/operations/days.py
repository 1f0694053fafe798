"""Days: adding months, whole months and days between two days, the calendar year.

A month after the 31st of January is the last day of February, and counting months agrees with
adding them: `months_between(later, earlier)` is the largest n whose `add_months(earlier, n)` is
not after `later`.  A sum outside the years 1 to 9999 is unknown.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import numpy as np

from huoshui.policy.expression.nodes import text_of
from huoshui.policy.expression.operations.operation import Operation, Site, known, need
from huoshui.policy.expression.refusals import ExpressionRefusal as Refusal
from huoshui.policy.expression.typed import Constant, Type, Typed
from huoshui.policy.expression.vector import Array, Vector, all_valid, strict

MONTHS_MOST = 12_000
_FIRST_MONTH, _LAST_MONTH = 1 * 12, 9999 * 12 + 11  # as year * 12 + month - 1
_EPOCH_MONTH = 1970 * 12


def _days(site: Site, args: tuple[Typed, ...]) -> None:
    need(site, args, Type.DAY)


def _add(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    _days(site, args[:1])
    count = args[1]
    known_count = count.exact if isinstance(count, Constant) else None
    is_unknown = isinstance(count, Constant) and count.value is None
    if not is_unknown and (
        known_count is None or known_count % 1 or abs(known_count) > MONTHS_MOST
    ):
        wanted = f"a whole number of months up to {MONTHS_MOST} that is the same for all"
        raise site.refuse(Refusal.NOT_CONSTANT, 1, name="add_months", wanted=wanted)
    month = site.scope.units.get("month")
    if count.unit is not None and (month is None or count.unit.dimension != month.dimension):
        raise site.refuse(
            Refusal.OPERAND_TYPE,
            1,
            name="add_months",
            wanted="a number of months",
            text=count.text,
            given="number in another unit",
        )
    return operation.on(Type.DAY, *args, text=text_of(site.node))


def _add_row(day: dt.date, count: float) -> dt.date | None:
    month = day.year * 12 + day.month - 1 + int(count)
    if not _FIRST_MONTH <= month <= _LAST_MONTH:
        return None
    year, index = divmod(month, 12)
    return dt.date(year, index + 1, min(day.day, calendar.monthrange(year, index + 1)[1]))


def _months(days: Array) -> tuple[Array, Array]:
    """Split days since 1970 into months since 1970 and the day of the month, from 1."""
    day = np.asarray(days).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    return month.astype(np.int64), (day - month.astype("datetime64[D]")).astype(np.int64) + 1


def _first_days(months: Array) -> Array:
    days = np.asarray(months).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(days.astype(np.int64))


def _per_day(function: Callable[[Array], tuple[Array, ...]], days: Array) -> tuple[Array, ...]:
    """Ask about each day of the span once, where rows outnumber the days they lie in."""
    if not days.size:
        return function(days)
    first, last = int(days.min()), int(days.max())
    if days.size <= last - first + 1:
        return function(days)
    return tuple(answer[days - first] for answer in function(np.arange(first, last + 1)))


def _add_table(day: Vector, count: Vector) -> Vector:
    def later(days: Array) -> tuple[Array, Array]:
        month, dom = _months(days)
        month = month + int(count.values)
        absolute = month + _EPOCH_MONTH
        first = _first_days(month)
        length = _first_days(month + 1) - first
        is_day = (absolute >= _FIRST_MONTH) & (absolute <= _LAST_MONTH)
        return np.asarray(first + np.minimum(dom, length) - 1), np.asarray(is_day)

    days, is_day = _per_day(later, day.values)
    return Vector(days, np.asarray(all_valid((day, count)) & is_day))


def _add_sql(day: str, count: str) -> str:
    try:
        months = int(Decimal(count.strip("()")))
    except ArithmeticError:  # the count is unknown
        return "CAST(NULL AS DATE)"
    added = f"CAST({day} + INTERVAL '{months}' MONTH AS DATE)"
    # Engines know days outside the years 1 to 9999; the guard ends them where Python's days end.
    low, high = _FIRST_MONTH - min(months, 0), _LAST_MONTH - max(months, 0)
    first = f"DATE '{low // 12:04}-{low % 12 + 1:02}-01'"
    if months > 0:
        return f"(CASE WHEN {day} < {_after(high)} THEN {added} END)"
    return f"(CASE WHEN {day} >= {first} THEN {added} END)"


def _after(month: int) -> str:
    return f"DATE '{(month + 1) // 12:04}-{(month + 1) % 12 + 1:02}-01'"


ADD_MONTHS = Operation("add_months", _add, known(_add_row), _add_table, _add_sql)


def _between(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    _days(site, args)
    name = "month" if operation.name == "months_between" else "day_count"
    unit = site.scope.units.get(name)
    return operation.on(Type.NUMBER, *args, text=text_of(site.node), unit=unit)


def _whole_months(later: dt.date, earlier: dt.date) -> float:
    if later < earlier:
        return -_whole_months(earlier, later)
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    is_last = later.day == calendar.monthrange(later.year, later.month)[1]
    return float(months - (later.day < earlier.day and not is_last))


def _is_last(days: Array) -> tuple[Array, ...]:
    return (np.asarray(_months(days + 1)[1] == 1),)


def _whole_months_table(later: Array, earlier: Array) -> Array:
    last, first = np.maximum(later, earlier), np.minimum(later, earlier)
    month, day = _per_day(_months, last)
    month_0, day_0 = _per_day(_months, first)
    (is_last,) = _per_day(_is_last, last)
    months = month - month_0 - ((day < day_0) & ~is_last)
    return np.asarray(np.where(later < earlier, -months, months), dtype=np.float64)


def _whole_months_sql(later: str, earlier: str) -> str:
    def ordered(last: str, first: str) -> str:
        short = f"day({last}) < day({first}) AND {last} <> last_day({last})"
        return (
            f"(year({last}) - year({first})) * 12 + month({last}) - month({first})"
            f" - CASE WHEN {short} THEN 1 ELSE 0 END"
        )

    forth, back = ordered(later, earlier), ordered(earlier, later)
    return (
        f"CAST(CASE WHEN {later} >= {earlier} THEN {forth}"
        f" WHEN {later} < {earlier} THEN -({back}) END AS DOUBLE)"
    )


MONTHS_BETWEEN = Operation(
    "months_between",
    _between,
    known(_whole_months),
    strict(_whole_months_table),
    _whole_months_sql,
)


def _ordinal_sql(day: str) -> str:
    """Count days from the first of January of year 1 by parts that every engine names alike."""
    past = f"CAST(year({day}) - 1 AS DOUBLE)"
    leaps = f"floor({past} / 4e0) - floor({past} / 100e0) + floor({past} / 400e0)"
    return f"({past} * 365e0 + {leaps} + dayofyear({day}))"


DAYS_BETWEEN = Operation(
    "days_between",
    _between,
    known(lambda later, earlier: float((later - earlier).days)),
    strict(lambda later, earlier: (later - earlier).astype(np.float64)),
    lambda later, earlier: f"CAST({_ordinal_sql(later)} - {_ordinal_sql(earlier)} AS DOUBLE)",
)


def _year(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    _days(site, args)
    return operation.on(Type.NUMBER, *args, text=text_of(site.node))


def _years(days: Array) -> tuple[Array, ...]:
    years = np.asarray(days).astype("datetime64[D]").astype("datetime64[Y]")
    return (np.asarray((years.astype(np.int64) + 1970).astype(np.float64)),)


def _year_table(days: Array) -> Array:
    return _per_day(_years, days)[0]


YEAR = Operation(
    "year",
    _year,
    known(lambda day: float(day.year)),
    strict(_year_table),
    lambda day: f"CAST(year({day}) AS DOUBLE)",
)

OPERATIONS = (ADD_MONTHS, MONTHS_BETWEEN, DAYS_BETWEEN, YEAR)
