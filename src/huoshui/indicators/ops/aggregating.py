"""The aggregates that `holding`, `financial_year` and `trailing` share.

Only integers, decimals, days and words are aggregated, so that the result does not depend on the
order in which threads add.
"""

from __future__ import annotations

from huoshui.indicators.ops.asking import Ask


def aggregate(ask: Ask, scope: str) -> str:
    """Write the measure's aggregate over the facts in scope, null where it is unknown."""
    kind = ask.measure.aggregate
    if kind == "any":
        return _any(ask, scope)
    hit = ask.hit(scope)
    if kind == "count":
        given = f"{hit} AND {ask.column} IS NOT NULL" if ask.measure.column else hit
        return _counted(ask, scope, f"count(*) FILTER (WHERE {given})", None)
    column = ask.measure.column
    if kind == "count_distinct":
        value = f"count(DISTINCT {ask.column}) FILTER (WHERE {hit})"
        return _counted(ask, scope, value, column)
    if kind == "sum":
        value = f"coalesce(sum({ask.column}) FILTER (WHERE {hit}), 0)"
        return _counted(ask, scope, value, column)
    return ask.unless_in_doubt(scope, f"{kind}({ask.column}) FILTER (WHERE {hit})", column)


def _any(ask: Ask, scope: str) -> str:
    """Write whether there is such a fact: one that surely is decides, then one that may be."""
    tests = [f"({ask.condition})"] if ask.condition else []
    if ask.measure.column is not None:
        tests.append(ask.column)
    met = " AND ".join(tests) or "TRUE"
    doubtful = "0"
    if ask.doubt(ask.measure.column):
        doubtful = f"count(*) FILTER (WHERE {scope} AND ({met}) IS NULL)"
    none = "FALSE" if ask.item.absence == "means_none" else _if_any_known(scope, "FALSE")
    return (
        f"CASE WHEN count(*) FILTER (WHERE {scope} AND {met}) > 0 THEN TRUE"
        f" WHEN {doubtful} > 0 THEN NULL ELSE {none} END"
    )


def _counted(ask: Ask, scope: str, value: str, column: str | None) -> str:
    """Write a count or a sum: with no fact in scope it is known only of a complete register."""
    if ask.item.absence != "means_none":
        value = _if_any_known(scope, value)
    return ask.unless_in_doubt(scope, value, column)


def _if_any_known(scope: str, value: str) -> str:
    return f"CASE WHEN count(*) FILTER (WHERE {scope}) > 0 THEN {value} END"
