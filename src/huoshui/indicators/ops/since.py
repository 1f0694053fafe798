"""`since`: whole months from the first or the last of some days to the day asked for."""

from __future__ import annotations

from huoshui.entities.sql import day
from huoshui.indicators.ops.asking import Ask, Flat, contributing
from huoshui.kernel.sql import quoted


def _scope(ask: Ask) -> str:
    return f"{quoted(ask.measure.column or 'true_from')} <= {day(ask.asof)}"


def measured(ask: Ask) -> Flat:
    """Take the first or last of the days that are known and not after the day asked for."""
    scope = f"coalesce({_scope(ask)}, FALSE)"
    extreme = "min" if ask.measure.edge == "first" else "max"
    column = quoted(ask.measure.column or "true_from")
    found = f"{extreme}({column}) FILTER (WHERE {ask.hit(scope)})"
    months = (
        f"({ask.asof.year * 12 + ask.asof.month} - year({found}) * 12 - month({found})"
        f" - CASE WHEN day({found}) > {ask.asof.day} THEN 1 ELSE 0 END)"
    )
    return Flat(ask.unless_in_doubt(scope, months), ask.eligible(scope))


def trace(ask: Ask) -> str:
    """Give the facts with such a day."""
    return contributing(ask, f"coalesce({_scope(ask)}, FALSE)")
