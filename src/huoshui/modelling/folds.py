"""Folds: every row once held out, each fold with its share of bad rows, the same for one seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def folds_of(bad: np.ndarray, folds: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (rows to learn from, rows held out), stratified by outcome and shuffled.

    >>> bad = np.array([1.0, 0, 0, 1, 0, 0])
    >>> [int(bad[held].sum()) for _, held in folds_of(bad, 2, seed=7)]
    [1, 1]
    """
    random = np.random.default_rng(seed)
    place = np.empty(len(bad), dtype=np.int64)
    start = 0
    for outcome in (1.0, 0.0):
        rows = random.permutation(np.flatnonzero(bad == outcome))
        place[rows] = (start + np.arange(len(rows))) % folds
        start = (start + len(rows)) % folds  # so that the folds' sizes differ by one at most
    for fold in range(folds):
        yield np.flatnonzero(place != fold), np.flatnonzero(place == fold)
