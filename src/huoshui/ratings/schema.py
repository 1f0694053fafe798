"""What rating adds to the profile: five columns a scheme, and how points are held.

Points are whole millionths, so that a sum is exact and does not depend on its order; they become
floating points once, at the end.  A published score is therefore the same on every machine.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import pyarrow as pa

MICRO = 1_000_000
"""How many units of an integer make one point."""

POINTS_MOST = Decimal(1_000_000_000)
"""Larger points than this are refused, so that no sum can pass an integer of 64 bits."""

NO_GRADE = "none"
"""The grade of a subject that is rated and earns no grade: below the bands, or a hard condition
is false.  It is a word and its line is 0 fen, both known; null means that nobody can tell yet."""


class RatingColumns(NamedTuple):
    """The names of a scheme's columns."""

    score: str  # points; null while low < high
    low: str  # the least the score can be, whatever the missing evidence turns out to be
    high: str  # the most it can be
    grade: str  # null when low and high fall in different grades
    line: str  # fen that the scheme recommends at the grade of `low`


@lru_cache(maxsize=1024)
def columns(rating: str) -> RatingColumns:
    """Name the columns that a scheme adds.

    >>> columns("kv").line
    'kv_line'
    """
    return RatingColumns(
        rating, f"{rating}_low", f"{rating}_high", f"{rating}_grade", f"{rating}_line"
    )


def fields(rating: str) -> list[pa.Field]:
    """Give the Arrow fields of a scheme's columns."""
    names = columns(rating)
    return [
        pa.field(names.score, pa.float64()),
        pa.field(names.low, pa.float64()),
        pa.field(names.high, pa.float64()),
        pa.field(names.grade, pa.string()),
        pa.field(names.line, pa.int64()),
    ]


def micro(points: Decimal) -> int:
    """Give points as whole millionths; the caller has checked that they are.

    >>> micro(Decimal("12.5"))
    12500000
    """
    scaled = points * MICRO
    assert scaled == scaled.to_integral_value(), f"{points} is finer than a millionth"
    return int(scaled)


def is_representable(points: Decimal) -> bool:
    """Say whether points can be held exactly."""
    scaled = points * MICRO
    return scaled == scaled.to_integral_value() and abs(points) <= POINTS_MOST
