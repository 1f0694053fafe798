"""`financial_year`: an aggregate over the facts of the last closed calendar year, or one before."""

from __future__ import annotations

from huoshui.indicators import periods
from huoshui.indicators.ops.aggregating import aggregate
from huoshui.indicators.ops.asking import Ask, Flat, contributing, within


def _scope(ask: Ask) -> str:
    return within(periods.financial_year(ask.asof, ask.measure.year))


def measured(ask: Ask) -> Flat:
    """Aggregate the year's facts."""
    scope = _scope(ask)
    return Flat(aggregate(ask, scope), ask.eligible(scope))


def trace(ask: Ask) -> str:
    """Give the year's facts."""
    return contributing(ask, _scope(ask))
