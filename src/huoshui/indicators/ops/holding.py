"""`holding`: an aggregate over the facts that hold on the day."""

from __future__ import annotations

from huoshui.indicators.ops.aggregating import aggregate
from huoshui.indicators.ops.asking import Ask, Flat, contributing, in_force


def measured(ask: Ask) -> Flat:
    """Aggregate what holds."""
    scope = in_force(ask.asof)
    return Flat(aggregate(ask, scope), ask.eligible(scope))


def trace(ask: Ask) -> str:
    """Give the facts that hold."""
    return contributing(ask, in_force(ask.asof))
