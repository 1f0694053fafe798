"""`edge_day`: the first or the last of some days, such as the day of the latest penalty.

What lapses by time is counted from such a day; `since` counts the months from it to the day asked.
"""

from __future__ import annotations

from huoshui.entities.sql import day
from huoshui.indicators.ops.asking import Ask, Flat, contributing
from huoshui.kernel.sql import quoted


def _scope(ask: Ask) -> str:
    return f"coalesce({quoted(ask.measure.column or 'true_from')} <= {day(ask.asof)}, FALSE)"


def measured(ask: Ask) -> Flat:
    """Take the first or last of the days that are known and not after the day asked for."""
    scope = _scope(ask)
    extreme = "min" if ask.measure.edge == "first" else "max"
    column = quoted(ask.measure.column or "true_from")
    found = f"{extreme}({column}) FILTER (WHERE {ask.hit(scope)})"
    return Flat(ask.unless_in_doubt(scope, found), ask.eligible(scope))


def trace(ask: Ask) -> str:
    """Give the facts with such a day."""
    return contributing(ask, _scope(ask))
