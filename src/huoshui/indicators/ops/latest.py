"""`latest`: the column of the newest fact that holds on the day."""

from __future__ import annotations

import hashlib

from huoshui.indicators.ops.asking import NEWEST_FIRST, Ask, Flat, contributing, in_force


def measured(ask: Ask) -> Flat:
    """Rank the facts of an entity by newness and take the first; indicators share the ranking."""
    scope = in_force(ask.asof)
    eligible = ask.eligible(scope)
    ranking = (
        f"row_number() OVER (PARTITION BY entity ORDER BY"
        f" CASE WHEN {eligible} THEN 0 ELSE 1 END, {NEWEST_FIRST})"
    )
    place = "newness_" + hashlib.sha256(ranking.encode()).hexdigest()[:8]
    value = ask.column
    if ask.condition is not None and not ask.condition_is_sure:
        value = f"CASE WHEN {ask.condition} THEN {value} END"  # it may not be the one meant
    return Flat(
        f"max({value}) FILTER (WHERE {place} = 1 AND {eligible})", eligible, ((place, ranking),)
    )


def trace(ask: Ask) -> str:
    """Give the one fact that is read."""
    return contributing(ask, in_force(ask.asof), last_only=True)
