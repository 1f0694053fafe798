"""`trailing`: an aggregate over the facts of the months that end on the day, or some before."""

from __future__ import annotations

from huoshui.indicators import periods
from huoshui.indicators.ops.aggregating import aggregate
from huoshui.indicators.ops.asking import Ask, Flat, contributing, within


def _scope(ask: Ask) -> str:
    assert ask.measure.months is not None
    return within(periods.trailing(ask.asof, ask.measure.months, ask.measure.months_before))


def measured(ask: Ask) -> Flat:
    """Aggregate the window's facts."""
    scope = _scope(ask)
    return Flat(aggregate(ask, scope), ask.eligible(scope))


def trace(ask: Ask) -> str:
    """Give the window's facts."""
    return contributing(ask, _scope(ask))
