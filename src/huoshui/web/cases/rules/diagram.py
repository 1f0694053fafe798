"""A workflow laid out: its main way in a straight line, what lies beside it and its ends beneath.

A state beside the main way hangs half a column to the left of the state that leads to it.  An end
that is not the purpose stands in the lowest row; all ways to it run together in a lane of its own,
so that twenty moves can be read as a few lines.  Ways that skip states or go back run above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from huoshui.web.audit.rules.diagram import EDGE, GAP_X, TALL, WIDE, Box, Diagram, Line

LANE = 14  # between two lines that run side by side
_STEP = WIDE + GAP_X
_HALF = _STEP // 2


@dataclass(frozen=True)
class FlowDiagram(Diagram):
    """A diagram of a workflow; `main` are the states of its main way, in order."""

    main: tuple[str, ...] = ()
    walked: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def boxes(self) -> list[Box]:
        """Place every node."""
        places = self._layout.places
        return [
            Box(node, *places[node.id], (places[node.id][0] - EDGE) // _STEP) for node in self.nodes
        ]

    def paths(self) -> list[str]:
        """Draw every way as the `d` of a path."""
        return [line.d for line in self.lines()]

    def lines(self) -> list[Line]:
        """Give every way as it is drawn; those that were walked last, so that they lie on top."""
        drawn = [
            Line(d, way in self.walked) for way, d in self._layout.drawn.items() if d is not None
        ]
        return sorted(drawn, key=lambda line: line.is_walked)

    def size(self) -> tuple[int, int]:
        """Give the width and the height of the drawing."""
        places = self._layout.places.values()
        return (
            max((x for x, _ in places), default=0) + WIDE + EDGE,
            max((y for _, y in places), default=0) + TALL + EDGE,
        )

    @cached_property
    def _layout(self) -> _Layout:
        ways = list(dict.fromkeys((way.source, way.target) for way in self.ways))
        return _Layout(self.main, [node.id for node in self.nodes], ways)


class _Layout:
    """Places and lines of one workflow."""

    def __init__(
        self, main: Sequence[str], names: Sequence[str], ways: Sequence[tuple[str, str]]
    ) -> None:
        self.ways = ways
        leaving = {source for source, _ in ways}
        self.main = list(dict.fromkeys(main)) or [name for name in names if name in leaving]
        self.ends = [n for n in names if n not in self.main and n not in leaving]
        self.sides = [n for n in names if n not in self.main and n in leaving]
        self.places: dict[str, tuple[int, int]] = {}
        over = [way for way in ways if self._is_over(way)]
        lanes = _lanes(over, self._column)
        self.top = EDGE + (LANE * (max(lanes.values(), default=-1) + 1) + 8 if over else 0)
        for column, name in enumerate(self.main):
            self.places[name] = (EDGE + column * _STEP, self.top)
        self._place_sides()
        self._place_ends()
        self.drawn = {way: self._line(way, lanes) for way in ways}

    def _column(self, name: str) -> int:
        return self.main.index(name)

    def _is_over(self, way: tuple[str, str]) -> bool:
        source, target = way
        if source not in self.main or target not in self.main:
            return False
        return self._column(target) != self._column(source) + 1

    def _place_sides(self) -> None:
        y, taken = self.top + TALL + 30, set[int]()
        for name in self.sides:
            near = [s for s, t in self.ways if t == name and s in self.main]
            column = self._column(near[0]) if near else 0
            x = EDGE + column * _STEP + (-_HALF if column else _HALF)
            while x in taken:
                x += _STEP
            taken.add(x)
            self.places[name] = (x, y)

    def _place_ends(self) -> None:
        """Put the ends beneath the middle of what leads to them, side by side."""
        deepest = max((y for _, y in self.places.values()), default=self.top) + TALL
        self.lane = {}
        middle = {
            end: sum(self.places[s][0] for s, t in self.ways if t == end)
            / max(1, sum(t == end for _, t in self.ways))
            for end in self.ends
        }
        ordered = sorted(self.ends, key=lambda end: (middle[end], self.ends.index(end)))
        y = deepest + 18 + LANE * len(ordered) + 6
        right = max((x for x, _ in self.places.values()), default=EDGE)
        wanted = right - (len(ordered) - 1) * _STEP
        x = max(EDGE, min(round(middle[ordered[0]]), wanted)) if ordered else EDGE
        for n, end in enumerate(ordered):
            place = max(x, min(round(middle[end]), right - (len(ordered) - 1 - n) * _STEP))
            self.places[end] = (place, y)
            self.lane[end] = deepest + 18 + LANE * n
            x = place + _STEP

    def _line(self, way: tuple[str, str], lanes: dict[tuple[str, str], int]) -> str | None:
        source, target = way
        (x1, y1), (x2, y2) = self.places[source], self.places[target]
        if target in self.ends:
            start = self._foot(way)
            return f"M{start} {y1 + TALL}V{self.lane[target]}H{x2 + WIDE // 2}V{y2 - 2}"
        if way in lanes:
            height = self.top - 12 - LANE * lanes[way]
            out, into = self._head(way, source, lanes), self._head(way, target, lanes)
            return f"M{out} {y1}V{height}H{into}V{y2 - 2}"
        if y1 == y2:
            return f"M{x1 + WIDE} {y1 + TALL // 2}H{x2 - 2}"
        left, right = max(x1, x2), min(x1, x2) + WIDE
        if right - left >= 2 * LANE:  # one above the other: down on the left, up on the right
            x = left + LANE if y2 > y1 else right - LANE
            return f"M{x} {y1 + (TALL if y2 > y1 else 0)}V{y2 - 2 if y2 > y1 else y2 + TALL + 2}"
        middle = (y1 + y2 + TALL) // 2
        start, into = x1 + WIDE // 2, x2 + WIDE // 2
        end = y2 - 2 if y2 > y1 else y2 + TALL + 2
        return f"M{start} {y1 + (TALL if y2 > y1 else 0)}V{middle}H{into}V{end}"

    def _foot(self, way: tuple[str, str]) -> int:
        """Choose where a way to an end leaves a box beneath, clear of what hangs there."""
        source, _ = way
        x, y = self.places[source]
        mine = [w for w in self.ways if w[0] == source and w[1] in self.ends]
        mine.sort(key=lambda w: self.places[w[1]][0])
        beneath = [self.places[name][0] for name in self.sides if self.places[name][1] > y]
        free = [
            at
            for at in range(x + 10, x + WIDE - 9, 2)
            if not any(side - 8 <= at <= side + WIDE + 8 for side in beneath)
        ] or [x + WIDE - 10]
        return _spread(free, len(mine), mine.index(way))

    def _head(self, way: tuple[str, str], name: str, lanes: dict[tuple[str, str], int]) -> int:
        """Choose where a way above leaves or reaches a box: those from the left on the left."""
        x, _ = self.places[name]

        def other(each: tuple[str, str]) -> tuple[int, bool]:
            return self._column(each[1] if each[0] == name else each[0]), each[0] == name

        mine = sorted((each for each in lanes if name in each), key=other)
        return _spread(range(x + 20, x + WIDE - 19), len(mine), mine.index(way))


def _spread(places: Iterable[int], count: int, nth: int) -> int:
    """Take the nth of so many places spread evenly."""
    known = list(places)
    return known[(2 * nth + 1) * len(known) // (2 * count)]


def _lanes(
    ways: Sequence[tuple[str, str]], column: Callable[[str], int]
) -> dict[tuple[str, str], int]:
    """Give each way above a lane, the short ones nearest, so that none lies on another."""
    taken: list[tuple[int, int, int]] = []
    lanes = {}
    for way in sorted(ways, key=lambda w: abs(column(w[0]) - column(w[1]))):
        low, high = sorted((column(way[0]), column(way[1])))
        lane = 0
        while any(n == lane and low <= b and a <= high for a, b, n in taken):
            lane += 1
        taken.append((low, high, lane))
        lanes[way] = lane
    return lanes
