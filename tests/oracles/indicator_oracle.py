"""A slow plain version of every operation of measures, written from their meaning."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction

from huoshui.policy.schema import Indicator, Item
from tests.entities.worlds import Row

Condition = Callable[[Row], bool | None]


def measured(
    indicator: Indicator,
    item: Item,
    rows: Sequence[Row],
    condition: Condition | None,
    *,
    asof: dt.date,
    is_known: bool,
) -> object:
    """Give the value of one entity's indicator from its settled facts, None where unknown."""
    measure = indicator.measure
    assert measure is not None
    exist = [r for r in rows if r["true_from"] <= asof]  # type: ignore[operator]
    if measure.op == "latest" and set(item.key) == {"true_from"}:
        return _reported(indicator, item, exist, condition, asof, is_known)
    scope = [r for r in exist if _is_in_scope(indicator, item, r, exist, asof)]
    met = [(r, condition(r) if condition else True) for r in scope]
    surely, maybe = [r for r, m in met if m], [r for r, m in met if m is None]
    complete = item.absence == "means_none"
    counts = measure.aggregate in ("any", "count", "count_distinct", "sum")
    if counts or measure.op == "active_months":
        if not scope and not (complete and is_known):
            return None
        return _counted(measure, surely, maybe)
    if indicator.when_missing != "unknown" and complete and not surely + maybe:
        return (False if indicator.type == "flag" else 0) if is_known else None
    if measure.op == "latest":
        newest = sorted(surely + maybe, key=_newness)
        if not newest or newest[-1] in maybe:
            return None
        return newest[-1][measure.column or ""]
    if maybe:
        return None
    if measure.op == "since":
        return _since(measure, surely, asof)
    if measure.op == "edge_day":
        return _edge(measure, surely)
    if measure.op == "top_share":
        return _top_share(measure, surely)
    if measure.op == "variation":
        return _variation(measure, surely, complete)
    values = [r[measure.column or ""] for r in surely]
    if not values or None in values:
        return None
    return (max if measure.aggregate == "max" else min)(values)  # type: ignore[type-var]


def _reported(
    indicator: Indicator,
    item: Item,
    exist: Sequence[Row],
    condition: Condition | None,
    asof: dt.date,
    is_known: bool,
) -> object:
    """Give what the newest report that fills the column says, if the condition holds of it."""
    column = indicator.measure.column if indicator.measure else None
    filled = [
        r
        for r in exist
        if r[column or ""] is not None and (r["true_until"] is None or r["true_until"] >= asof)  # type: ignore[operator]
    ]
    if not filled:
        complete = indicator.when_missing != "unknown" and item.absence == "means_none" and is_known
        return (False if indicator.type == "flag" else 0) if complete else None
    newest = max(filled, key=_newness)
    return newest[column or ""] if condition is None or condition(newest) else None


def _newness(row: Row) -> tuple[object, ...]:
    feed = "".join(chr(0x10FFFF - ord(c)) for c in str(row["feed"]))  # the first feed by name wins
    return row["true_from"], row["batch"], feed, row["source_file"], row["source_row"]


def _month_end(day: dt.date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def _months_back(day: dt.date, months: int) -> dt.date:
    """Step back month by month from the first of the month, then find the day of the month."""
    first = day.replace(day=1)
    for _ in range(months):
        first = (first - dt.timedelta(days=1)).replace(day=1)
    last = calendar.monthrange(first.year, first.month)[1]
    return first.replace(day=last if _month_end(day) else min(day.day, last))


def _is_in_scope(
    indicator: Indicator, item: Item, row: Row, exist: Sequence[Row], asof: dt.date
) -> bool:
    measure, day = indicator.measure, row["true_from"]
    assert measure is not None
    assert isinstance(day, dt.date)
    if measure.op in ("latest", "holding"):
        until = row["true_until"]
        if until is not None and until < asof:  # type: ignore[operator]
            return False
        if "true_from" not in item.key:
            return True
        same = [k for k in item.key if k != "true_from"]
        later = [r for r in exist if all(r[k] == row[k] for k in same)]
        return all(r["true_from"] <= day for r in later)  # type: ignore[operator]
    if measure.op == "financial_year":
        return day.year == asof.year - 1 + measure.year
    if measure.op in ("since", "edge_day"):
        read = row[measure.column or "true_from"]
        return read is not None and read <= asof  # type: ignore[operator]
    months = measure.months or 0
    end = asof
    if measure.op in ("active_months", "variation"):
        while not _month_end(end):
            end -= dt.timedelta(days=1)
    last = _months_back(end, measure.months_before)
    return _months_back(end, months + measure.months_before) < day <= last


def _counted(measure: object, surely: list[Row], maybe: list[Row]) -> object:
    kind, column = measure.aggregate, measure.column  # type: ignore[attr-defined]
    if kind == "any":
        if column:
            found = [r[column] for r in surely] + [
                None if r[column] is not False else False for r in maybe
            ]
        else:
            found = [True] * len(surely) + [None] * len(maybe)
        return True if True in found else None if None in found else False
    if maybe:
        return None
    if kind is None:  # active months
        return len({(r["true_from"].year, r["true_from"].month) for r in surely})  # type: ignore[attr-defined]
    if kind == "count":
        return sum(1 for r in surely if not column or r[column] is not None)
    values = [r[column] for r in surely]
    if None in values:
        return None
    return len(set(values)) if kind == "count_distinct" else sum(values)  # type: ignore[arg-type]


def _edge(measure: object, rows: list[Row]) -> dt.date | None:
    days = [r[measure.column or "true_from"] for r in rows]  # type: ignore[attr-defined]
    if not days:
        return None
    return (min if measure.edge == "first" else max)(days)  # type: ignore[attr-defined, return-value]


def _since(measure: object, rows: list[Row], asof: dt.date) -> int | None:
    day = _edge(measure, rows)
    if day is None:
        return None
    months = 0
    while _plus(day, months + 1) <= (asof.year, asof.month, asof.day):
        months += 1
    return months


def _plus(day: dt.date, months: int) -> tuple[int, int, int]:
    month = day.year * 12 + day.month - 1 + months
    return month // 12, month % 12 + 1, day.day


def _top_share(measure: object, rows: list[Row]) -> float | None:
    sums: dict[object, Fraction] = defaultdict(Fraction)
    for row in rows:
        part, amount = row[measure.by], row[measure.column]  # type: ignore[attr-defined]
        if part is None or amount is None:
            return None
        sums[part] += Fraction(amount)  # type: ignore[arg-type]
    parts = sorted((s for s in sums.values() if s > 0), reverse=True)
    return float(sum(parts[: measure.top]) / sum(parts)) if parts else None  # type: ignore[attr-defined]


def _variation(measure: object, rows: list[Row], complete: bool) -> float | None:
    sums: dict[tuple[int, int], Fraction] = defaultdict(Fraction)
    for row in rows:
        day, amount = row["true_from"], row[measure.column]  # type: ignore[attr-defined]
        if amount is None:
            return None
        sums[day.year, day.month] += Fraction(amount)  # type: ignore[arg-type, attr-defined]
    months = list(sums.values())
    if complete and months:
        months += [Fraction(0)] * (measure.months - len(months))  # type: ignore[attr-defined]
    if len(months) < 2 or sum(months) <= 0:
        return None
    mean = sum(months) / len(months)
    spread = sum((m - mean) ** 2 for m in months) / len(months)
    return math.sqrt(spread) / float(mean)
