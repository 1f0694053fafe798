"""`variation`: how unsteady monthly sums are, as standard deviation over mean.

The months are the last closed calendar months.  A month without a fact is a zero where the
register is complete; else it is left out, and fewer than two known months tell nothing.

With x the sum of a month, n months and s = sum of x, the integers d = n*x - s give the variation
as sqrt(sum of d*d / n) / s: everything up to the last root and division is exact.
"""

from __future__ import annotations

from huoshui.indicators import periods
from huoshui.indicators.ops.active_months import MONTH
from huoshui.indicators.ops.asking import Ask, Grouped, contributing, within
from huoshui.policy.schema import ColumnType


def _scope(ask: Ask) -> str:
    assert ask.measure.months is not None
    return within(periods.closed_months(ask.asof, ask.measure.months, ask.measure.months_before))


def measured(ask: Ask) -> Grouped:
    """Sum by month, then compare each month with the sum of all."""
    doubt = ask.doubt(ask.measure.column) or "FALSE"
    amount = ask.column
    definition = ask.item.columns.get(ask.measure.column or "")
    if definition is not None and definition.type is ColumnType.DECIMAL:
        amount = f"{amount} * 1000000"  # millionths are whole; the variation has no unit
    sums = f"""
SELECT entity, {MONTH} AS month, CAST(sum({amount}) AS BIGINT) AS amount,
  count(*) FILTER (WHERE {doubt}) AS doubtful
FROM {{facts}} WHERE {ask.eligible(_scope(ask))} GROUP BY entity, {MONTH}"""
    complete = ask.item.absence == "means_none"
    months = str(ask.measure.months) if complete else "count(*) OVER (PARTITION BY entity)"
    apart = "CAST(months * amount - total AS DECIMAL(19, 0))"
    # By way of text: DuckDB rounds a whole number above 2**63 twice on its way to a double.
    squares = f"CAST(CAST(sum({apart} * {apart}) AS VARCHAR) AS DOUBLE)"
    empty = "CAST(max(months) - count(*) AS DOUBLE) * max(total) * max(total)"
    value = f"""
SELECT entity, CASE WHEN max(doubtful) = 0 AND max(total) > 0 AND max(months) >= 2 THEN
    sqrt(({squares} + {empty}) / max(months)) / max(total)
    END AS value
FROM (SELECT *, {months} AS months,
    CAST(sum(amount) OVER (PARTITION BY entity) AS BIGINT) AS total
  FROM {{sums}}) AS totalled GROUP BY entity"""
    return Grouped(sums, value.replace("max(total)", "CAST(max(total) AS DOUBLE)"))


def trace(ask: Ask) -> str:
    """Give the facts of those months."""
    return contributing(ask, _scope(ask))
