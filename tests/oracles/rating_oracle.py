"""A slow, plain rating of one row in `Decimal`, written from the definition of the form alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from huoshui.policy.schema import Criterion, Rating

Clauses = Mapping[str, Callable[[Mapping[str, Any]], bool | None]]
"""Clause id -> what it is of a row, in Python."""


def rate(rating: Rating, row: Mapping[str, Any], clauses: Clauses, lines: Mapping[str, int | None]):
    """Give (score, low, high, grade, line) of a row; points as Decimals."""
    nothing = (None, None, None, None, None)
    if rating.applies_when and clauses["applies"](row) is not True:
        return nothing
    low = high = rating.base
    is_bounded = True
    for group in rating.groups:
        sums = [_possible(c, row.get(c.indicator)) for c in group.criteria]
        if any(s is None for s in sums):
            is_bounded = False
            continue
        group_low, group_high = sum(min(s) for s in sums), sum(max(s) for s in sums)
        if group.cap is not None:
            group_low, group_high = min(group_low, group.cap), min(group_high, group.cap)
        low, high = low + group_low, high + group_high
    bonus_low = bonus_high = Decimal(0)
    for bonus in rating.bonus:
        verdict = clauses[bonus.id](row)
        if bonus.points is None:
            is_bounded = is_bounded and verdict is False
            continue
        could = {True: [bonus.points], False: [Decimal(0)], None: [Decimal(0), bonus.points]}
        bonus_low += min(could[verdict])
        bonus_high += max(could[verdict])
    if rating.bonus_cap is not None:
        bonus_low, bonus_high = (min(b, rating.bonus_cap) for b in (bonus_low, bonus_high))
    low, high = (_clamped(rating, end) for end in (low + bonus_low, high + bonus_high))
    grades = {_grade(rating, low), _grade(rating, high)} if is_bounded else None
    verdicts = [clauses[h.id](row) for h in rating.hard]
    grade, line = _decide(rating, grades, verdicts, _grade(rating, low), lines)
    if not is_bounded:
        return None, None, None, grade, line
    return (low if low == high else None), low, high, grade, line


def _possible(criterion: Criterion, value: Any) -> list[Decimal] | None:
    """Give the points a value may earn; None where some of them are unknown."""
    if criterion.tiers:
        every = [t.points for t in criterion.tiers]
    else:
        every = list(criterion.cases.values())
        if criterion.otherwise is not None:
            every.append(criterion.otherwise)
    if value is None:
        given = every if criterion.missing is None else [criterion.missing]
    elif criterion.cases:
        word = str(value).lower() if isinstance(value, bool) else value
        given = every
        if word in criterion.cases:
            given = [criterion.cases[word]]
        elif criterion.otherwise is not None:
            given = [criterion.otherwise]
    else:
        given = [criterion.tiers[0].points]
        for tier in criterion.tiers[1:]:
            if tier.at_least is not None and value >= float(tier.at_least):
                given = [tier.points]
            if tier.above is not None and value > float(tier.above):
                given = [tier.points]
    return None if any(p is None for p in given) else given


def _clamped(rating: Rating, points: Decimal) -> Decimal:
    if rating.least is not None:
        points = max(points, rating.least)
    if rating.most is not None:
        points = min(points, rating.most)
    return points


def _grade(rating: Rating, points: Decimal) -> str:
    for band in rating.bands:
        if band.at_least is None or points >= band.at_least:
            return band.grade
    return "none"


def _decide(rating, grades, verdicts, low_grade, lines):
    if not rating.bands:
        return None, None
    none_line = 0 if any(line is not None for line in lines.values()) else None
    if False in verdicts or grades == {"none"}:
        return "none", none_line
    if grades is None or None in verdicts:
        return None, None
    line = none_line if low_grade == "none" else lines[low_grade]
    return (low_grade if len(grades) == 1 else None), line
