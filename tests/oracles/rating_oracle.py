"""A slow, plain rating of one row in `Decimal`, written from the definition of the form alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from huoshui.policy.schema import Criterion, Group, Rating, Tier

Clauses = Mapping[str, Callable[[Mapping[str, Any]], bool | None]]
"""Clause id -> what it is of a row, in Python."""


def rate(
    rating: Rating,
    row: Mapping[str, Any],
    clauses: Clauses,
    lines: Mapping[str, int | None],
    words: Mapping[str, Iterable[str]] | None = None,
):
    """Give (score, low, high, grade, line) of a row; points as Decimals.

    `words` gives the whole vocabulary of columns that have one: a missing word is one of them.
    """
    nothing = (None, None, None, None, None)
    if rating.applies_when and clauses["applies"](row) is not True:
        return nothing
    low = high = rating.base
    lows, highs = [], []
    is_bounded = True
    for counted in _ways_to_count(rating, row, clauses, words or {}):
        sums = [_group(g, row) for g in rating.groups if g.id in counted]
        if any(s is None for s in sums):
            is_bounded = False
        else:
            lows.append(sum(s[0] for s in sums))
            highs.append(sum(s[1] for s in sums))
    low, high = low + min(lows, default=0), high + max(highs, default=0)
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


def _ways_to_count(
    rating: Rating,
    row: Mapping[str, Any],
    clauses: Clauses,
    words: Mapping[str, Iterable[str]],
) -> list[set[str]]:
    """Give each set of groups that may be the ones that count, trying every missing answer."""
    gaps: dict[str, list[Any]] = {}  # what is not known -> the answers it may have
    for group in rating.groups:
        if group.when is None:
            continue
        column, _, word = group.when.partition(" = ")
        if word and row.get(column) is None:
            wanted = [g.when.partition("'")[2][:-1] for g in rating.groups if _asks(g, column)]
            gaps[column] = sorted({*words.get(column, ["no such word"]), *wanted})
        elif not word and clauses[group.id](row) is None:
            gaps[group.when] = [True, False]
    ways = []
    for answers in product(*gaps.values()):
        tried = dict(zip(gaps, answers, strict=True))
        ways.append({g.id for g in rating.groups if _counts(g, row, clauses, tried)})
    return ways


def _asks(group: Group, column: str) -> bool:
    return group.when is not None and group.when.startswith(f"{column} = ")


def _counts(group: Group, row: Mapping[str, Any], clauses: Clauses, tried: Mapping[str, Any]):
    if group.when is None:
        return True
    if group.when in tried:
        return tried[group.when]
    column, _, word = group.when.partition(" = ")
    if word:
        return tried.get(column, row.get(column)) == word.strip("'")
    return clauses[group.id](row)


def _group(group: Group, row: Mapping[str, Any]) -> tuple[Decimal, Decimal] | None:
    sums = [_possible(c, row.get(c.indicator)) for c in group.criteria]
    if any(s is None for s in sums):
        return None
    taken = max if group.take == "best" else sum
    ends = [taken(end(s) for s in sums) for end in (min, max)]
    if group.cap is not None:
        ends = [min(end, group.cap) for end in ends]
    return ends[0], ends[1]


def _possible(criterion: Criterion, value: Any) -> list[Decimal] | None:
    """Give the points a value may earn; None where some of them are unknown."""
    if criterion.tiers:
        every = [p for t in criterion.tiers for p in _ends(t)]
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
        given = _ends(criterion.tiers[0])
        for tier in criterion.tiers[1:]:
            if tier.at_least is not None and value >= float(tier.at_least):
                given = _ends(tier)
            if tier.above is not None and value > float(tier.above):
                given = _ends(tier)
    return None if any(p is None for p in given) else given


def _ends(tier: Tier) -> list[Decimal | None]:
    return [tier.points] if tier.points_most is None else [tier.points, tier.points_most]


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
