"""Which tier a number falls in: `at_least` starts a tier inclusively, `above` exclusively.

A tier is told by how many starts a value has reached.  An exclusive start becomes the inclusive
start one step higher (the next whole number, or the next double), so one comparison serves both.
A threshold is compared as the rule language compares it: as a double, or exactly between integers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from huoshui.policy.schema import Tier

Start = tuple[Decimal, bool]
"""A tier's start and whether the start itself belongs to the tier."""


def tier_starts(tiers: Sequence[Tier]) -> tuple[Start, ...]:
    """Give the starts of all tiers but the first, which has none."""
    made: list[Start] = []
    for tier in tiers[1:]:
        if tier.at_least is not None:
            made.append((tier.at_least, True))
        else:
            assert tier.above is not None, "a tier after the first has a start"
            made.append((tier.above, False))
    return tuple(made)


def first_inside(start: Start, *, whole: bool) -> int | float:
    """Give the least value of the column's type that a tier with this start holds.

    >>> first_inside((Decimal("2.5"), True), whole=True)
    3
    >>> first_inside((Decimal(3), False), whole=True)
    4
    """
    number, inclusive = start
    if whole:
        return math.ceil(number) if inclusive else math.floor(number) + 1
    double = float(number)
    return double if inclusive else math.nextafter(double, math.inf)


def tier_codes(values: np.ndarray, starts: Sequence[Start]) -> np.ndarray:
    """Give each value's tier by position; a null's place holds a code of no meaning."""
    whole = values.dtype.kind == "i"
    codes = np.zeros(len(values), dtype=np.uint8)
    for start in starts:
        codes += values >= values.dtype.type(_clipped(first_inside(start, whole=whole), whole))
    return codes


def tier_of(value: int | float, starts: Sequence[Start]) -> int:
    """Give one value's tier by position.

    >>> tier_of(0.03, ((Decimal("0.03"), True), (Decimal("0.05"), False)))
    1
    """
    whole = isinstance(value, int)
    return sum(value >= first_inside(start, whole=whole) for start in starts)


def _clipped(start: int | float, whole: bool) -> int | float:
    if not whole:
        return start
    return min(max(int(start), -(2**63)), 2**63 - 1)
