"""A proof drawn: from an entry's digest up to the root, each time beside its neighbour.

>>> from huoshui.web.audit.rules.merkle import climb, path
>>> leaves = [b"a", b"b", b"c"]
>>> drawn = ladder(climb(b"c", path(leaves, 2)), path(leaves, 2))
>>> [(box.kind, box.x > 140) for box in drawn.boxes]
[('own', True), ('beside', False), ('root', False)]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huoshui.web.audit.rules.merkle import Step

WIDE, TALL, GAP, RISE, EDGE = 126, 34, 16, 62, 4


@dataclass(frozen=True)
class Box:
    """A hash in the drawing: the entry's own way up, a neighbour, or the root."""

    kind: str  # own beside root
    x: int
    y: int
    text: str

    @property
    def middle(self) -> int:
        """Give where its text stands."""
        return self.x + WIDE // 2

    @property
    def line(self) -> int:
        """Give the height of its text."""
        return self.y + TALL // 2 + 4


@dataclass(frozen=True)
class Line:
    """A line from a hash up to the one made of it."""

    x1: int
    y1: int
    x2: int
    y2: int
    is_own: bool


@dataclass(frozen=True)
class Ladder:
    """The drawing and its size."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    box_width: int = WIDE
    box_height: int = TALL


def ladder(hashes: Sequence[bytes], steps: Sequence[Step]) -> Ladder:
    """Lay out the way up, the entry's leaf at the bottom."""
    height = 2 * EDGE + TALL + RISE * len(steps)
    boxes: list[Box] = []
    lines: list[Line] = []
    for level, (own, step) in enumerate(zip(hashes, steps, strict=False)):
        y = height - EDGE - TALL - RISE * level
        own_x, beside_x = (EDGE + WIDE + GAP, EDGE) if step.is_left else (EDGE, EDGE + WIDE + GAP)
        boxes += [Box("own", own_x, y, _short(own)), Box("beside", beside_x, y, _short(step.hash))]
        above = _own_x(steps, level + 1) + WIDE // 2
        for x, is_own in ((own_x, True), (beside_x, False)):
            lines.append(Line(x + WIDE // 2, y, above, y - RISE + TALL, is_own))
    boxes.append(Box("root", _own_x(steps, len(steps)), EDGE, _short(hashes[-1])))
    return Ladder(2 * EDGE + 2 * WIDE + GAP, height, tuple(boxes), tuple(lines))


def _own_x(steps: Sequence[Step], level: int) -> int:
    if level == len(steps):
        return EDGE + (WIDE + GAP) // 2
    return EDGE + WIDE + GAP if steps[level].is_left else EDGE


def _short(digest: bytes) -> str:
    return f"{digest.hex()[:8]}…{digest.hex()[-4:]}"
