"""Which grade a score earns, and the line the grade recommends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def band_codes(score_micro: np.ndarray, floors_micro: Sequence[int]) -> np.ndarray:
    """Give each score's band by position, the best first; past the last floor is no grade.

    `floors_micro` descends.  A score below every floor gets the position `len(floors_micro)`.
    """
    codes = np.full(len(score_micro), len(floors_micro), dtype=np.uint8)
    for floor in floors_micro:
        codes -= score_micro >= floor
    return codes


def band_of(score_micro: int, floors_micro: Sequence[int]) -> int:
    """Give one score's band by position.

    >>> band_of(70, [80, 60]), band_of(10, [80, 60])
    (1, 2)
    """
    return sum(score_micro < floor for floor in floors_micro)
