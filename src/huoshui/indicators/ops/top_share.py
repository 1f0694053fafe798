"""`top_share`: how much of a total the largest few counterparties (or products, ...) make.

Parts whose returns outweigh their sales are left out on both sides, so that a share is never more
than the whole.
"""

from __future__ import annotations

from huoshui.indicators import periods
from huoshui.indicators.ops.asking import Ask, Grouped, contributing, within
from huoshui.kernel.sql import quoted


def _scope(ask: Ask) -> str:
    assert ask.measure.months is not None
    return within(periods.trailing(ask.asof, ask.measure.months, ask.measure.months_before))


def measured(ask: Ask) -> Grouped:
    """Sum by part, order the parts, and divide the sum of the first by the sum of all."""
    scope, measure = _scope(ask), ask.measure
    assert measure.by is not None
    assert measure.top is not None
    doubt = ask.doubt(measure.column, measure.by) or "FALSE"
    sums = f"""
SELECT entity, {quoted(measure.by)} AS part, sum({ask.column}) AS amount,
  count(*) FILTER (WHERE {doubt}) AS doubtful
FROM {{facts}} WHERE {ask.eligible(scope)} GROUP BY entity, {quoted(measure.by)}"""
    value = f"""
SELECT entity, CASE WHEN max(doubtful) = 0 THEN
    CAST(sum(amount) FILTER (WHERE place <= {measure.top} AND amount > 0) AS DOUBLE)
    / CAST(sum(amount) FILTER (WHERE amount > 0) AS DOUBLE) END AS value
FROM (SELECT *, row_number() OVER (PARTITION BY entity ORDER BY amount DESC, part) AS place
  FROM {{sums}}) AS placed GROUP BY entity"""
    return Grouped(sums, value)


def trace(ask: Ask) -> str:
    """Give the window's facts."""
    return contributing(ask, _scope(ask))
