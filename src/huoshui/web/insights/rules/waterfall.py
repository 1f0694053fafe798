"""Evidence drawn as a waterfall: each bar starts where the one before ended.

Places across are hundredths of the drawing's width, so that it is as wide as its page; places
down are pixels, so that its words stay readable on a narrow one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Both = Mapping[str, str]

ROW, BAR, AXIS = 46, 14, 44
"""Pixels: of a bar with its words, of the bar alone, and of the thresholds' words above."""

LEFT, RIGHT = 1.0, 14.0
"""Hundredths that stay free on either side: on the right the figures stand, on a phone too."""

EVEN_BITS = 0.05
"""What rounds to less than this says neither yes nor no."""


class Weighed(Protocol):
    """A part of the evidence, as the entities stage gives it."""

    @property
    def part(self) -> str: ...
    @property
    def level(self) -> str | None: ...
    @property
    def bits(self) -> float: ...


@dataclass(frozen=True)
class Drawn:
    """A bar and its place."""

    part: str
    label: Both
    side: str  # for against even total
    bits: float
    sum: float  # so far, this bar included
    y: int
    x: float
    width: float
    ends_at: float  # where the next one starts

    @property
    def bar_y(self) -> int:
        """Where the bar itself begins, beneath its words."""
        return self.y + 20

    @property
    def link(self) -> tuple[int, int]:
        """From where to where a thread leads down to the next bar."""
        return self.bar_y + BAR, self.bar_y + ROW

    @property
    def signed(self) -> str:
        """Give the bits with their sign."""
        return signed(self.bits)

    @property
    def summed(self) -> str:
        """Give the sum so far with its sign."""
        return signed(self.sum)


@dataclass(frozen=True)
class Threshold:
    """A line that the sum is held against."""

    name: str  # same review
    label: Both
    bits: float
    x: float
    y: int
    is_right: bool  # its words stand to the left of it

    @property
    def signed(self) -> str:
        """Give the bits with their sign."""
        return signed(self.bits)


@dataclass(frozen=True)
class Waterfall:
    """A drawing of evidence: bars, the sum at the end, and the lines it is held against."""

    bars: tuple[Drawn, ...]
    thresholds: tuple[Threshold, ...]
    zero: float
    height: int
    top: int = AXIS

    @property
    def total(self) -> Drawn:
        """Give the bar of the sum."""
        return self.bars[-1]


def signed(bits: float) -> str:
    """Write bits with a sign, to a tenth.

    >>> signed(3.25), signed(-12.0), signed(0.01)
    ('+3.2', '−12.0', '0.0')
    """
    if abs(bits) < EVEN_BITS:
        return "0.0"
    return f"{'+' if bits > 0 else '−'}{abs(bits):.1f}"


def waterfall(
    weighed: Sequence[tuple[Weighed, Both]],
    *,
    same_bits: float,
    review_bits: float,
    words: Mapping[str, Both],
) -> Waterfall:
    """Draw bars, each with its words, and their sum; `words` has `same`, `review` and `total`."""
    sums = [0.0]
    for bar, _ in weighed:
        sums.append(sums[-1] + bar.bits)
    low = min(*sums, same_bits, review_bits)
    high = max(*sums, same_bits, review_bits)
    span = (high - low) or 1.0

    def across(bits: float) -> float:
        return round(LEFT + (bits - low) / span * (100 - LEFT - RIGHT), 3)

    def drawn(nth: int, part: str, label: Both, side: str, start: float, end: float) -> Drawn:
        left, right = sorted((across(start), across(end)))
        return Drawn(
            part,
            label,
            side,
            end - start,
            end,
            AXIS + nth * ROW,
            left,
            max(round(right - left, 3), 0.4),
            across(end),
        )

    bars = [
        drawn(n, bar.part, label, _side(bar.bits), sums[n], sums[n + 1])
        for n, (bar, label) in enumerate(weighed)
    ]
    bars.append(drawn(len(bars), "total", words["total"], "total", 0.0, sums[-1]))
    lines = (
        Threshold("review", words["review"], review_bits, across(review_bits), 14, False),
        Threshold("same", words["same"], same_bits, across(same_bits), 32, False),
    )
    turned = tuple(Threshold(t.name, t.label, t.bits, t.x, t.y, is_right=t.x > 55) for t in lines)
    return Waterfall(tuple(bars), turned, across(0.0), AXIS + len(bars) * ROW)


def _side(bits: float) -> str:
    if abs(bits) < EVEN_BITS:
        return "even"
    return "for" if bits > 0 else "against"
