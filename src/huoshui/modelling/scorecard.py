"""The scorecard: columns in bins, and the bins' evidence weighed by a logit held back by a ridge.

A weight below zero would say that a bin with more bad rows is the safer one; such a column only
mends what another says, so the column with the most negative weight is left out and the rest is
fitted anew, until none is left.  The ridge and the freedom of the bins are chosen inside the
sample, by the smaller log-loss of an inner cross-validation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from huoshui.modelling.binning import NumberBins, Trend, WordBins, bins_of, information
from huoshui.modelling.folds import folds_of
from huoshui.modelling.logit import Logit, logit_fit
from huoshui.modelling.metrics import log_loss_of
from huoshui.modelling.table import Sample

INFORMATION_LEAST = 0.02
"""Columns with a smaller information value are noise by the usual reading and are left out."""

RIDGES = (1.0, 3.0, 10.0, 30.0, 100.0)
TRENDS: tuple[Trend, ...] = ("auto", "auto_asc_desc")
PEAK_BADS_LEAST = 100
"""With fewer bad rows a peak or a valley in the bad rate cannot be told from chance: not tried."""
INNER_FOLDS = 3
INNER_ROWS = 500
INNER_REPEATS_MOST = 5
"""Small samples are folded anew until so many rows were held out: one folding is mostly luck."""


@dataclass(frozen=True)
class Recipe:
    """What is chosen by inner cross-validation."""

    trend: Trend
    ridge: float


@dataclass(frozen=True, eq=False)
class Scorecard:
    """A fitted scorecard, before it becomes points."""

    names: tuple[str, ...]  # of the columns read
    bins: tuple[NumberBins | WordBins, ...]
    logit: Logit
    recipe: Recipe
    left_out: Mapping[str, str]  # column -> why

    def risk(self, sample: Sample) -> np.ndarray:
        """Give the log-odds of being bad."""
        if not self.names:
            return np.full(sample.rows, self.logit.intercept)
        values = {c.name: c.values for c in sample.columns}
        parts = [b.of(values[n]) for n, b in zip(self.names, self.bins, strict=True)]
        return self.logit.of(np.column_stack(parts))


def scorecard_fit(sample: Sample, *, monotone: Mapping[str, Trend], seed: int) -> Scorecard:
    """Fit a scorecard, choosing its recipe inside the sample.

    Where no column tells anything the card reads none and gives everybody the same risk.
    """
    recipe = recipe_chosen(sample, monotone=monotone, seed=seed)
    return _Binned.of(sample, monotone, recipe.trend).fitted(sample.bad, recipe)


def recipe_chosen(sample: Sample, *, monotone: Mapping[str, Trend], seed: int) -> Recipe:
    """Try every recipe on inner folds and give the one with the least log-loss."""
    losses: dict[Recipe, float] = {}
    trends = TRENDS if sample.bad.sum() >= PEAK_BADS_LEAST else TRENDS[1:]
    repeats = min(-(-INNER_ROWS // sample.rows), INNER_REPEATS_MOST)
    splits = [s for i in range(repeats) for s in folds_of(sample.bad, INNER_FOLDS, seed + i)]
    for inside, outside in splits:
        learnt, held = sample.only(inside), sample.only(outside)
        for trend in trends:
            binned = _Binned.of(learnt, monotone, trend)
            for ridge in RIDGES:
                recipe = Recipe(trend, ridge)
                card = binned.fitted(learnt.bad, recipe)
                loss = log_loss_of(held.bad, card.risk(held)) * held.rows
                losses[recipe] = losses.get(recipe, 0.0) + loss
    # On a tie the more cautious recipe wins: plain trends and strong ridges come last.
    return min(reversed(losses), key=lambda recipe: losses[recipe])


@dataclass(frozen=True, eq=False)
class _Binned:
    """Bins of every column that has information, shared by all ridges."""

    names: list[str]
    bins: list[NumberBins | WordBins]
    evidence: np.ndarray
    left_out: dict[str, str]

    @classmethod
    def of(cls, sample: Sample, monotone: Mapping[str, Trend], trend: Trend) -> _Binned:
        names, bins, parts, left_out = [], [], [], {}
        for column in sample.columns:
            made = bins_of(column, sample.bad, trend=monotone.get(column.name, trend))
            if made is None:
                left_out[column.name] = "one bin is all that its values deserve"
                continue
            evidence = made.of(column.values)
            value = information(evidence, sample.bad)
            if value < INFORMATION_LEAST:
                left_out[column.name] = f"information value {value:.3f}, below {INFORMATION_LEAST}"
                continue
            names.append(column.name)
            bins.append(made)
            parts.append(evidence)
        evidence = np.column_stack(parts) if parts else np.empty((sample.rows, 0))
        return cls(names, bins, evidence, left_out)

    def fitted(self, bad: np.ndarray, recipe: Recipe) -> Scorecard:
        kept = list(range(len(self.names)))
        left_out = dict(self.left_out)
        while True:
            logit = logit_fit(self.evidence[:, kept], bad, ridge=recipe.ridge)
            if not kept or logit.weights.min() > 0:
                break
            worst = int(np.argmin(logit.weights))
            left_out[self.names[kept[worst]]] = "its weight contradicts its own evidence"
            del kept[worst]
        names = tuple(self.names[i] for i in kept)
        return Scorecard(names, tuple(self.bins[i] for i in kept), logit, recipe, left_out)
