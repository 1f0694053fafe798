"""Bins: ranges of a number, or groups of words, and the weight of evidence that each carries.

The cuts are optbinning's, the optimal ones for the information value with at least a twentieth of
the rows in a bin and, where declared, the bad rate rising or falling throughout.  Missing values
are a bin of their own; words too rare to judge share one, which unseen words fall into as well.

The weight of evidence is ln(share of the bad rows / share of the good rows) of the bin, so that
it rises with risk, each bin first being given five rows more at the sample's own bad rate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from huoshui.modelling.faults import library
from huoshui.modelling.table import Column

Trend = Literal["auto", "auto_asc_desc", "ascending", "descending"]
"""optbinning's words: `auto` may also choose a peak or a valley, `auto_asc_desc` may not."""

RARE_SHARE = 0.01
RARE_ROWS = 10
"""Words with a smaller share of the rows than this, or with fewer rows, are judged together."""

PRIOR_ROWS = 5.0
SECONDS_MOST = 20


@dataclass(frozen=True)
class NumberBins:
    """Ranges from one start to the next; the first has none."""

    starts: tuple[float, ...]  # inclusive
    evidence: tuple[float, ...]  # one more than starts
    missing: float

    def of(self, values: np.ndarray) -> np.ndarray:
        """Give each value's weight of evidence."""
        table = np.array([*self.evidence, self.missing])
        place = np.searchsorted(np.array(self.starts), values, side="right")
        return table[np.where(np.isnan(values), len(table) - 1, place)]


@dataclass(frozen=True)
class WordBins:
    """Groups of words."""

    evidence: dict[str, float]
    otherwise: float  # rare and unseen words
    missing: float

    def of(self, values: np.ndarray) -> np.ndarray:
        """Give each value's weight of evidence."""
        return np.array(
            [self.missing if v is None else self.evidence.get(v, self.otherwise) for v in values]
        )


def bins_of(column: Column, bad: np.ndarray, *, trend: Trend) -> NumberBins | WordBins | None:
    """Bin a column, or give None where one bin is all that its values deserve."""
    weigh = _weighing(bad)
    is_missing = (
        np.isnan(column.values)
        if column.kind == "number"
        else np.array([v is None for v in column.values], dtype=bool)
    )
    missing = weigh(is_missing)
    if column.kind == "number":
        return _number_bins(column.values, is_missing, bad, trend, weigh, missing)
    return _word_bins(column.values, is_missing, bad, weigh, missing)


def information(evidence: np.ndarray, bad: np.ndarray) -> float:
    """Give the information value of a column already turned into weights of evidence."""
    return float(evidence[bad > 0].mean() - evidence[bad == 0].mean())


def _weighing(bad: np.ndarray) -> Callable[[np.ndarray], float]:
    share = bad.mean()

    def weigh(rows: np.ndarray) -> float:
        """Weigh the evidence of some rows; no rows weigh nothing."""
        bads = bad[rows].sum() + PRIOR_ROWS * share
        goods = rows.sum() - bad[rows].sum() + PRIOR_ROWS * (1 - share)
        return float(np.log(bads / goods) - np.log(share / (1 - share)))

    return weigh


def _number_bins(
    values: np.ndarray,
    is_missing: np.ndarray,
    bad: np.ndarray,
    trend: Trend,
    weigh: Callable[[np.ndarray], float],
    missing: float,
) -> NumberBins | None:
    known, outcome = values[~is_missing], bad[~is_missing]
    cuts = _cuts(known, outcome, "numerical", trend=trend)
    starts = tuple(_shortest(known, float(cut)) for cut in cuts)
    if not starts and not is_missing.any():
        return None
    place = np.searchsorted(np.array(starts), values, side="right")
    evidence = np.array([weigh(~is_missing & (place == i)) for i in range(len(starts) + 1)])
    if trend == "ascending":  # the prior draws small bins to nought, across a neighbour at times
        evidence = np.maximum.accumulate(evidence)
    elif trend == "descending":
        evidence = np.minimum.accumulate(evidence)
    return NumberBins(starts, tuple(evidence.tolist()), missing)


def _shortest(known: np.ndarray, cut: float) -> float:
    """Give the number with the fewest digits that parts the rows as the cut does.

    >>> _shortest(np.array([1.0, 2.0, 3.17, 5.0]), 2.585)
    3.0
    >>> _shortest(np.array([8.0, 12.0, 13.0]), 12.5)
    13.0
    """
    below, above = known[known < cut].max(), known[known >= cut].min()
    candidates = [float(f"{cut:.{digits}g}") for digits in range(1, 17)]
    if (known == np.floor(known)).all():  # a whole column is cut at a whole number
        candidates = [c for c in candidates if c == np.floor(c)] + [float(np.ceil(cut))]
    return next((c for c in candidates if below < c <= above), float(above))


def _word_bins(
    values: np.ndarray,
    is_missing: np.ndarray,
    bad: np.ndarray,
    weigh: Callable[[np.ndarray], float],
    missing: float,
) -> WordBins | None:
    words, place = np.unique(values[~is_missing].astype(str), return_inverse=True)
    counts = np.bincount(place, minlength=len(words))
    is_rare = counts < max(RARE_ROWS, RARE_SHARE * len(values))
    common = words[~is_rare]
    is_common = np.zeros(len(values), dtype=bool)
    is_common[~is_missing] = ~is_rare[place]
    evidence: dict[str, float] = {}
    if len(common) > 1:
        groups = _cuts(values[is_common].astype(str), bad[is_common], "categorical")
    else:
        groups = [common]
    for group in groups:
        rows = is_common & np.isin(values, list(group))
        evidence |= dict.fromkeys((str(word) for word in sorted(group)), weigh(rows))
    otherwise = weigh(~is_missing & ~is_common)
    if len({*evidence.values(), otherwise, missing}) < 2:
        return None
    return WordBins(dict(sorted(evidence.items())), otherwise, missing)


def _cuts(
    values: np.ndarray, bad: np.ndarray, kind: str, *, trend: Trend = "auto"
) -> list[np.ndarray]:
    """Ask optbinning for the optimal splits of a number or groups of words."""
    if len(np.unique(values)) < 2 or len(np.unique(bad)) < 2:
        return [] if kind == "numerical" else [np.unique(values)]
    made = library("optbinning").OptimalBinning(
        dtype=kind,
        solver="cp",  # one worker and a fixed seed: the same rows give the same bins
        monotonic_trend=trend if kind == "numerical" else None,
        time_limit=SECONDS_MOST,
    )
    made.fit(values, bad.astype(int))
    return list(made.splits)
