"""The challenger: boosted trees, to show what a card of added points leaves on the table.

It never scores anybody; if it does much better than the card, the card misses something.  The
depth of its trees and the number of rounds are chosen on inner folds, as the card's recipe is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from huoshui.modelling.binning import Trend
from huoshui.modelling.faults import library
from huoshui.modelling.folds import folds_of
from huoshui.modelling.table import Sample

INNER_FOLDS = 3
ROUNDS_MOST = 600
PATIENCE = 40
GROWTHS: tuple[Mapping[str, Any], ...] = (
    {"num_leaves": 4, "learning_rate": 0.08, "min_data_in_leaf": 10},
    {"num_leaves": 31, "learning_rate": 0.08, "min_data_in_leaf": 10},
)
ALWAYS: Mapping[str, Any] = {
    "objective": "binary",
    "metric": "binary_logloss",
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "cat_smooth": 20.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


@dataclass(frozen=True, eq=False)
class Challenger:
    """Fitted trees and how words became numbers for them."""

    booster: Any
    words: Mapping[str, Mapping[str, int]]

    def risk(self, sample: Sample) -> np.ndarray:
        """Give the log-odds of being bad."""
        return np.asarray(self.booster.predict(_matrix(sample, self.words), raw_score=True))


def challenger_fit(sample: Sample, *, monotone: Mapping[str, Trend], seed: int) -> Challenger:
    """Fit the trees, choosing growth and rounds inside the sample."""
    words = {
        c.name: {w: i for i, w in enumerate(sorted({v for v in c.values if v is not None}))}
        for c in sample.columns
        if c.kind == "word"
    }
    trees = library("lightgbm")
    matrix = _matrix(sample, words)
    settings = {**ALWAYS, "seed": seed, "monotone_constraints": _directions(sample, monotone)}
    categories = [i for i, c in enumerate(sample.columns) if c.kind == "word"]

    def data(rows: np.ndarray) -> Any:
        return trees.Dataset(
            matrix[rows], sample.bad[rows], categorical_feature=categories, free_raw_data=False
        )

    chosen, least = (GROWTHS[0], 1), np.inf
    for growth in GROWTHS:
        losses, rounds = [], []
        for inside, outside in folds_of(sample.bad, INNER_FOLDS, seed):
            learnt = data(inside)
            booster = trees.train(
                {**settings, **growth},
                learnt,
                num_boost_round=ROUNDS_MOST,
                valid_sets=[trees.Dataset(matrix[outside], sample.bad[outside], reference=learnt)],
                callbacks=[trees.early_stopping(PATIENCE, verbose=False)],
            )
            losses.append(booster.best_score["valid_0"]["binary_logloss"] * len(outside))
            rounds.append(booster.best_iteration)
        if sum(losses) < least:
            chosen, least = (growth, round(sum(rounds) / len(rounds))), sum(losses)
    growth, best = chosen
    everything = data(np.arange(sample.rows))
    booster = trees.train({**settings, **growth}, everything, num_boost_round=max(best, 1))
    return Challenger(booster, words)


def _matrix(sample: Sample, words: Mapping[str, Mapping[str, int]]) -> np.ndarray:
    """Lay the columns side by side; missing and unseen words are missing."""
    parts = []
    for column in sample.columns:
        if column.kind == "number":
            parts.append(column.values)
        else:
            table = words[column.name]
            parts.append(np.array([table.get(v, np.nan) for v in column.values], dtype=float))
    return np.column_stack(parts)


def _directions(sample: Sample, monotone: Mapping[str, Trend]) -> list[int]:
    signs = {"ascending": 1, "descending": -1}
    return [signs.get(monotone.get(c.name, "auto"), 0) for c in sample.columns]
