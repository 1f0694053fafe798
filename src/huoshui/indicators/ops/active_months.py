"""`active_months`: how many of the last closed calendar months have at least one fact."""

from __future__ import annotations

from huoshui.indicators import periods
from huoshui.indicators.ops.asking import Ask, Flat, contributing, within

MONTH = "year(true_from) * 12 + month(true_from)"


def _scope(ask: Ask) -> str:
    assert ask.measure.months is not None
    return within(periods.closed_months(ask.asof, ask.measure.months, ask.measure.months_before))


def measured(ask: Ask) -> Flat:
    """Count the months, unknown where facts that may not count could add one."""
    scope = _scope(ask)
    value = f"count(DISTINCT {MONTH}) FILTER (WHERE {ask.hit(scope)})"
    if ask.item.absence != "means_none":
        value = f"CASE WHEN count(*) FILTER (WHERE {scope}) > 0 THEN {value} END"
    return Flat(ask.unless_in_doubt(scope, value), ask.eligible(scope))


def trace(ask: Ask) -> str:
    """Give the facts of those months."""
    return contributing(ask, _scope(ask))
