"""Diagrams: a clause over several conditions, decided by their answers alone, as bit operations.

The rule language is asked once for every combination of yes, no and unknown.  The table that comes
out is made into a decision diagram: at each point one question about one condition (is it true, is
it not false), and two ways on.  Points that lead to the same are one, so `a or b or c` is two
operations and not 27 rows.  Nothing here knows what `or` or `case` means.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from huoshui.matching.ops.bits import ALL
from huoshui.matching.ops.cells import FALSE, TRUE, UNKNOWN
from huoshui.policy.expression import Type, Typed, evaluate_table
from huoshui.policy.expression.typed import Apply, Read
from huoshui.ratings.ops.buffers import FLAGS, flag_codes

CONDITIONS_MOST = 8
"""The most conditions of one clause whose combinations are asked (6,561 of them)."""

NEVER, ALWAYS = 0, 1
"""The two ends of a diagram; further points are numbered from 2."""

IS_TRUE, IS_NOT_FALSE = 0, 1
"""The two questions, which are also the two sides of a slice."""


@dataclass(frozen=True)
class Point:
    """A question about a condition: where it holds on to `high`, elsewhere to `low`."""

    condition: int
    question: int
    high: int
    low: int


@dataclass(frozen=True)
class Diagram:
    """Both sides of one clause: where it is true, and where it is not false."""

    points: tuple[Point, ...]
    ends: tuple[int, int]


def diagram(clause: Typed, conditions: Sequence[Typed], *, asof: dt.date) -> Diagram:
    """Ask a clause of every combination of its conditions' answers."""
    assert len(conditions) <= CONDITIONS_MOST, "so many combinations are not asked"
    names = {condition: f"condition_{i}" for i, condition in enumerate(conditions)}
    count = len(conditions)
    every = np.arange(3**count)
    inputs = {
        name: FLAGS.take(pa.array(every // 3 ** (count - 1 - i) % 3))
        for i, name in enumerate(names.values())
    }
    made = evaluate_table(_with_flags(clause, names), inputs, asof=asof, rows=len(every))
    answers = flag_codes(made).reshape((3,) * count)
    maker = _Maker()
    ends = (maker.point(answers == TRUE, 0), maker.point(answers != FALSE, 0))
    return Diagram(tuple(maker.points), ends)


def _with_flags(part: Typed, names: Mapping[Typed, str]) -> Typed:
    """Put a flag of its own in the place of each condition."""
    if part in names:
        return Read(type=Type.FLAG, column=names[part], text=names[part])
    if isinstance(part, Apply):
        return replace(part, args=tuple(_with_flags(arg, names) for arg in part.args))
    return part


@dataclass
class _Maker:
    points: list[Point] = field(default_factory=list)
    known: dict[Point, int] = field(default_factory=dict)

    def point(self, holds: np.ndarray, condition: int) -> int:
        """Give the point that decides a table of three ways for each condition still open."""
        if holds.all():
            return ALWAYS
        if not holds.any():
            return NEVER
        false, true, unknown = (
            self.point(holds[answer], condition + 1) for answer in (FALSE, TRUE, UNKNOWN)
        )
        if true == unknown:
            return self._asked(condition, IS_NOT_FALSE, true, false)
        below = self._asked(condition, IS_NOT_FALSE, unknown, false)
        return self._asked(condition, IS_TRUE, true, below)

    def _asked(self, condition: int, question: int, high: int, low: int) -> int:
        if high == low:
            return high
        made = Point(condition, question, high, low)
        if made not in self.known:
            self.known[made] = len(self.points) + 2
            self.points.append(made)
        return self.known[made]


def run(made: Diagram, conditions: np.ndarray, places: Sequence[int], out: np.ndarray) -> None:
    """Write both sides of a clause, uint64 [2, numbers], from those of conditions."""
    ways: list[np.ndarray] = []

    def way(point: int) -> np.ndarray:
        return ways[point - 2]

    for point in made.points:
        asked = conditions[point.question, places[point.condition]]
        if point.low == NEVER:
            way_on = asked if point.high == ALWAYS else asked & way(point.high)
        elif point.high == ALWAYS:
            way_on = asked | way(point.low)
        elif point.high == NEVER:
            way_on = ~asked if point.low == ALWAYS else ~asked & way(point.low)
        elif point.low == ALWAYS:
            way_on = ~asked | way(point.high)
        else:
            way_on = way(point.low) ^ (asked & (way(point.high) ^ way(point.low)))
        ways.append(way_on)
    for side, end in enumerate(made.ends):
        if end == NEVER:
            out[side] = 0
        elif end == ALWAYS:
            out[side] = ALL
        else:
            out[side] = way(end)
