"""A diagram of states and the ways between them, laid out in columns from left to right.

A state stands one column to the right of the farthest state that leads to it; a way back is drawn
beneath.  The ways stand in a table as well, so that nothing is told by the drawing alone.

>>> d = Diagram("loan", {"zh": "贷款", "en": "Loan"}, (
...     Node("asked", {"zh": "已申请", "en": "Asked"}),
...     Node("given", {"zh": "已放款", "en": "Given"})),
...     (Way("asked", "given", {"zh": "放款", "en": "Pay out"}),))
>>> [(box.x, box.y, box.node.id) for box in d.boxes()]
[(8, 8, 'asked'), (192, 8, 'given')]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from huoshui.explain import Language

Both = dict[Language, str]
State = Literal["", "now", "done", "end"]

WIDE, TALL, GAP_X, GAP_Y, EDGE = 136, 40, 48, 18, 8
_BACK = 26  # room beneath the boxes for each way back


@dataclass(frozen=True)
class Node:
    """A state: its id, what people call it, and whether it is where things stand."""

    id: str
    label: Both
    state: State = ""


@dataclass(frozen=True)
class Way:
    """A way from one state to another and what takes it."""

    source: str
    target: str
    label: Both


@dataclass(frozen=True)
class Box:
    """A node with its place in the drawing."""

    node: Node
    x: int
    y: int
    column: int

    @property
    def middle_x(self) -> int:
        """Give where its words are centred."""
        return self.x + WIDE // 2

    @property
    def middle_y(self) -> int:
        """Give the height that ways leave and reach it at."""
        return self.y + TALL // 2


@dataclass(frozen=True)
class Line:
    """A way as it is drawn, and whether things went along it."""

    d: str  # of an SVG path
    is_walked: bool = False


@dataclass(frozen=True)
class Diagram:
    """Nodes in the order they are told, and the ways between them."""

    id: str
    title: Both
    nodes: tuple[Node, ...]
    ways: tuple[Way, ...]
    sentence: Both | None = None

    def __post_init__(self) -> None:
        """Insist that every way joins two of the nodes."""
        names = {node.id for node in self.nodes}
        assert all({w.source, w.target} <= names for w in self.ways), "a way joins two nodes"

    def columns(self) -> dict[str, int]:
        """Give each node's column; ways to a node told earlier do not count."""
        order = {node.id: n for n, node in enumerate(self.nodes)}
        column = dict.fromkeys(order, 0)
        for node in self.nodes:
            for way in self.ways:
                if way.target == node.id and order[way.source] < order[node.id]:
                    column[node.id] = max(column[node.id], column[way.source] + 1)
        return column

    def boxes(self) -> list[Box]:
        """Place every node."""
        column, filled = self.columns(), dict[int, int]()
        placed = []
        for node in self.nodes:
            n = column[node.id]
            row = filled.get(n, 0)
            filled[n] = row + 1
            x, y = EDGE + n * (WIDE + GAP_X), EDGE + row * (TALL + GAP_Y)
            placed.append(Box(node, x, y, n))
        return placed

    def paths(self) -> list[str]:
        """Draw every way as the `d` of a path."""
        at = {box.node.id: box for box in self.boxes()}
        floor, drawn, back = self._floor(), [], 0
        for way in self.ways:
            a, b = at[way.source], at[way.target]
            if b.column > a.column:
                x1, y1, x2, y2 = a.x + WIDE, a.middle_y, b.x - 2, b.middle_y
                bend = (x1 + x2) // 2 if b.column == a.column + 1 else x2 - GAP_X // 2
                drawn.append(f"M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}")
            else:
                back += 1
                low = floor + back * _BACK - 8
                out, into = a.x + WIDE + 10 + 3 * back, b.x - 16 - 3 * back
                drawn.append(
                    f"M{a.x + WIDE} {a.middle_y}H{out}V{low}H{into}V{b.middle_y}H{b.x - 2}"
                )
        return drawn

    def lines(self) -> list[Line]:
        """Give every way as it is drawn; those that were walked last, so that they lie on top."""
        return [Line(path) for path in self.paths()]

    def size(self) -> tuple[int, int]:
        """Give the width and the height of the drawing."""
        wide = max((box.x for box in self.boxes()), default=0) + WIDE + EDGE
        column = self.columns()
        backs = sum(column[w.target] <= column[w.source] for w in self.ways)
        return wide, self._floor() + backs * _BACK + EDGE

    def _floor(self) -> int:
        return max((box.y for box in self.boxes()), default=0) + TALL
