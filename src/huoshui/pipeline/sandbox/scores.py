"""How scores move between two packs: how many, how far on average, the farthest, and by grade."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from huoshui import ratings
from huoshui.pipeline.sandbox.sides import Side
from huoshui.ratings.ops.clauses import plain

OPEN, UNRATED = "open", "unrated"
"""Instead of a grade: rated, and missing evidence leaves it between grades; and not rated."""


def scores_moved(base: Side, changed: Side) -> list[dict[str, Any]]:
    """Compare every rating that both packs have; the others are among the definitions."""
    names = sorted(set(base.pack.ratings) & set(changed.pack.ratings))
    return [_rating(base, changed, name) for name in names]


def _rating(base: Side, changed: Side, name: str) -> dict[str, Any]:
    columns = ratings.columns(name)
    before, after = _numbers(base, columns.score), _numbers(changed, columns.score)
    ends = [(_numbers(base, end), _numbers(changed, end)) for end in (columns.low, columns.high)]
    moved = np.zeros(base.profile.num_rows, dtype=bool)
    for was, now in ends:
        moved |= ~((was == now) | (np.isnan(was) & np.isnan(now)))
    exact = moved & ~np.isnan(before) & ~np.isnan(after)
    by = np.where(exact, after - before, 0.0)
    grades = _grades(base, name), _grades(changed, name)
    pairs = Counter(zip(*grades, strict=True))
    matrix: dict[str, dict[str, int]] = {}
    for (old, new), count in sorted(pairs.items()):
        matrix.setdefault(old, {})[new] = count
    return {
        "rating": name,
        "moved": int(moved.sum()),
        "moved_exactly": int(exact.sum()),
        "mean_move": round(float(by[exact].mean()), 6) if exact.any() else None,
        "largest_up": _farthest(base, by, sign=1),
        "largest_down": _farthest(base, by, sign=-1),
        "regraded": sum(n for (old, new), n in pairs.items() if old != new),
        "grades": matrix,
    }


def _numbers(side: Side, column: str) -> np.ndarray:
    values = plain(side.profile[column].cast(pa.float64()))
    return np.asarray(values.to_numpy(zero_copy_only=False))


def _farthest(side: Side, by: np.ndarray, *, sign: int) -> dict[str, Any] | None:
    if not len(by):
        return None
    row = int(np.argmax(by * sign))
    if by[row] * sign <= 0:
        return None
    entity = side.profile["entity"][row].as_py()
    return {"entity": entity, "by": round(float(by[row]), 6)}


def _grades(side: Side, name: str) -> list[str]:
    columns = ratings.columns(name)
    grade = side.profile[columns.grade].to_pylist()
    rated = side.profile[columns.low].is_valid().to_pylist()
    return [g or (OPEN if r else UNRATED) for g, r in zip(grade, rated, strict=True)]
