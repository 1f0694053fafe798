"""Which values of a column are worth trying: one for each piece between thresholds.

All values of a piece answer every clause alike, so the one nearest to today's stands for it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal

from huoshui.matching.moved import is_unknown
from huoshui.matching.nearest.schema import Bound, Step
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Change, Indicator

Ordered = Any
"""A number or a day."""

_STRIDES = 25
_SIGNS = {"any": (1, -1), "higher": (1,), "lower": (-1,)}
_BISECTIONS = 64


def candidates(
    pack: Pack,
    indicator: Indicator,
    today: object,
    points: Iterable[object],
    *,
    whole: bool,
) -> list[Step]:
    """Give every value worth moving a column to, by what its `change` allows."""
    change = indicator.change
    assert change is not None, f"{indicator.id} does not change by its subject's doing"
    if indicator.type == "flag":
        return _flags(change, today)
    if indicator.type == "text":
        return _words(pack, indicator, change, today, {str(p) for p in points})
    ordered: list[Ordered] = sorted(set(points))  # type: ignore[type-var]
    return _ordered(change, today, ordered, whole=whole)


def _flags(change: Change, today: object) -> list[Step]:
    unknown = is_unknown(today)
    wanted = [v for v in (True, False) if unknown or v != today]
    if not unknown and change.toward != "any":
        wanted = [v for v in wanted if v is (change.toward == "higher")]
    return [Step(v, 1, change.effort, "exactly", v) for v in wanted]


def _words(
    pack: Pack, indicator: Indicator, change: Change, today: object, named: set[str]
) -> list[Step]:
    """Offer the words that rules name, and one that none names to leave them all by."""
    vocabulary = pack.vocabularies.get(indicator.vocabulary or "")
    every = list(vocabulary.entries) if vocabulary else sorted(named)
    wanted = [w for w in every if w in named]
    wanted += [w for w in every if w not in named][:1]
    if vocabulary and vocabulary.ordered and change.toward != "any" and today in every:
        place = every.index(str(today))
        further = every[place + 1 :] if change.toward == "higher" else every[:place]
        wanted = [w for w in wanted if w in further]
    return [Step(w, 1, change.effort, "exactly", w) for w in wanted if w != today]


def _ordered(
    change: Change, today: Ordered, points: Sequence[Ordered], *, whole: bool
) -> list[Step]:
    if is_unknown(today):
        return _unknown(change, points, whole=whole)
    found = []
    if change.toward != "lower":
        ahead = [p for p in points if p >= today]
        found += _upward(change, today, ahead, whole=whole)
    if change.toward != "higher":
        behind = [p for p in reversed(points) if p <= today]
        found += _downward(change, today, behind, whole=whole)
    return found


def _upward(change: Change, today: Ordered, ahead: Sequence[Ordered], *, whole: bool) -> list[Step]:
    found: dict[Ordered, Step] = {}
    for i, point in enumerate(ahead):
        after = ahead[i + 1] if i + 1 < len(ahead) else None
        on, past = _not_below(point, whole), _next(point, whole)
        if on == point and point > today:
            found.setdefault(on, _step(change, today, on, points=ahead, bound="at_least", at=point))
        if past > today and (after is None or past < after):
            bound: Bound = "above" if on == point else "at_least"
            found.setdefault(past, _step(change, today, past, points=ahead, bound=bound, at=point))
    return list(found.values())


def _downward(
    change: Change, today: Ordered, behind: Sequence[Ordered], *, whole: bool
) -> list[Step]:
    found: dict[Ordered, Step] = {}
    for i, point in enumerate(behind):
        after = behind[i + 1] if i + 1 < len(behind) else None
        on, past = _not_above(point, whole), _previous(point, whole)
        if on == point and point < today:
            found.setdefault(on, _step(change, today, on, points=behind, bound="at_most", at=point))
        if past < today and (after is None or past > after):
            bound: Bound = "below" if on == point else "at_most"
            found.setdefault(past, _step(change, today, past, points=behind, bound=bound, at=point))
    return list(found.values())


def _unknown(change: Change, points: Sequence[Ordered], *, whole: bool) -> list[Step]:
    """Offer a value of every piece: whatever it is, showing it is one step."""
    if not points:
        return []
    found: dict[Ordered, Step] = {}
    first = _previous(points[0], whole)
    found[first] = Step(first, 1, change.effort, "below", points[0])
    for i, point in enumerate(points):
        after = points[i + 1] if i + 1 < len(points) else None
        on, past = _not_below(point, whole), _next(point, whole)
        if on == point:
            found.setdefault(on, Step(on, 1, change.effort, "at_least", point))
        if after is None or past < after:
            found.setdefault(past, Step(past, 1, change.effort, "above", point))
    return list(found.values())


def _step(
    change: Change,
    today: Ordered,
    value: Ordered,
    *,
    points: Sequence[Ordered],
    bound: Bound,
    at: Ordered,
) -> Step:
    low, high = min(today, value), max(today, value)
    reached = [p for p in points if low <= p <= high and p != today]
    steps = max(1, len(reached))
    return Step(value, steps, change.effort * Decimal(steps), bound, at)


def _not_below(point: Ordered, whole: bool) -> Ordered:
    return math.ceil(point) if whole else point


def _not_above(point: Ordered, whole: bool) -> Ordered:
    return math.floor(point) if whole else point


def _next(point: Ordered, whole: bool) -> Ordered:
    """Give the nearest value above a point."""
    if isinstance(point, dt.date):
        return point + dt.timedelta(days=1)
    return math.floor(point) + 1 if whole else math.nextafter(float(point), math.inf)


def _previous(point: Ordered, whole: bool) -> Ordered:
    if isinstance(point, dt.date):
        return point - dt.timedelta(days=1)
    return math.ceil(point) - 1 if whole else math.nextafter(float(point), -math.inf)


def flips(
    answer: Callable[[Ordered], object],
    today: object,
    *,
    whole: bool,
    toward: Literal["higher", "lower", "any"] = "any",
) -> list[int | float]:
    """Find the numbers at which an answer changes, going up and down from today's by strides.

    For what computes with a column and so has no threshold written.  Each stride is four times
    the one before; an answer that changes and changes back within one is not seen.
    """
    if isinstance(today, dt.date | str | bool):
        return []
    start = 0 if is_unknown(today) else today
    assert isinstance(start, int | float), "a number"
    found: list[int | float] = []
    unit = 1 if whole else 2.0**-20 * max(1.0, abs(start))
    for sign in _SIGNS["any" if is_unknown(today) else toward]:
        near, here = start, answer(start)
        for stride in range(_STRIDES):
            far = start + sign * unit * 4**stride
            there = answer(far)
            while there != here:
                near = _edge(answer, near, far, here, whole=whole)
                here = answer(near)
                found.append(near)
            near = far
    return found


def _edge(
    answer: Callable[[Ordered], object],
    near: Ordered,
    far: Ordered,
    here: object,
    *,
    whole: bool,
) -> int | float:
    """Halve a stretch at whose ends the answer differs, down to the first value that differs."""
    for _ in range(_BISECTIONS):
        middle = (near + far) // 2 if whole else (near + far) / 2
        if whole and abs(far - near) <= 1:
            break
        if middle in (near, far):
            break
        if answer(middle) == here:
            near = middle
        else:
            far = middle
    return far  # type: ignore[no-any-return]
