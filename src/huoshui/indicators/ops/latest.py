"""`latest`: the column as the report that holds on the day gives it.

Of an item that reports the subject itself again and again (its key is `true_from` alone), a report
that leaves the column blank says nothing of it, so the one before still holds: an office that
registers a firm again without its region has not unsaid where the firm is.  Where several feeds
report, the settlement rule says whose word comes first.  A condition asks of the report that holds;
of other items it chooses among the things that are reported.
"""

from __future__ import annotations

import hashlib

from huoshui.entities.sql import day
from huoshui.indicators.ops.asking import Ask, Flat, contributing, in_force


def measured(ask: Ask) -> Flat:
    """Take the first of the facts that may be read; indicators share the ranking.

    Where all of these have a value, one ranking of every fact does for all indicators.  Where the
    first may leave it unknown, those that may be read are ranked before the others.
    """
    candidate = _candidate(ask)
    if ask.condition is None and (ask.is_sure(ask.measure.column) or _reports_the_subject(ask)):
        place, ranking = _ranking(ask.preferred)
        value = f"min_by({ask.column}, CASE WHEN {candidate} THEN {place} END)"
        return Flat(value, candidate, ((place, ranking),))
    place, ranking = _ranking(f"CASE WHEN {candidate} THEN 0 ELSE 1 END, {ask.preferred}")
    value = ask.column
    if ask.condition is not None and (_reports_the_subject(ask) or not ask.condition_is_sure):
        value = f"CASE WHEN {ask.condition} THEN {value} END"
    return Flat(
        f"max({value}) FILTER (WHERE {place} = 1 AND {candidate})", candidate, ((place, ranking),)
    )


def _ranking(order: str) -> tuple[str, str]:
    """Give a column that ranks an entity's facts, and its name."""
    ranking = f"row_number() OVER (PARTITION BY entity ORDER BY {order})"
    return "newness_" + hashlib.sha256(ranking.encode()).hexdigest()[:8], ranking


def trace(ask: Ask) -> str:
    """Give the one fact that is read."""
    return contributing(ask, _candidate(ask), believed_only=True)


def _reports_the_subject(ask: Ask) -> bool:
    return set(ask.item.key) == {"true_from"}


def _candidate(ask: Ask) -> str:
    """Write: the fact may be the one that is read."""
    if not _reports_the_subject(ask):
        return ask.eligible(in_force(ask.asof))
    holds = f"(true_until IS NULL OR true_until >= {day(ask.asof)})"
    return holds if ask.is_sure(ask.measure.column) else f"{holds} AND {ask.column} IS NOT NULL"
