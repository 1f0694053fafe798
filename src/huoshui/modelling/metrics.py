"""How well scores tell bad rows from good ones, and how stable they are; plain arithmetic."""

from __future__ import annotations

import numpy as np

PSI_BINS_MOST = 10
PSI_BIN_ROWS = 10
"""Bins are wide enough to expect so many rows in each; emptier ones would make noise of it."""

PSI_FLOOR = 0.0001
"""The least share of a bin, so that an empty one leaves the index finite."""


def auc_of(bad: np.ndarray, risk: np.ndarray) -> float:
    """Give the chance that a bad row has the higher risk; ties count half.

    >>> auc_of(np.array([1, 0, 1, 0]), np.array([0.9, 0.9, 0.8, 0.1]))
    0.625
    """
    _, place, counts = np.unique(risk, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[place]  # the mean rank of a tie
    bads = float(bad.sum())
    goods = len(bad) - bads
    return float((ranks[bad > 0].sum() - bads * (bads + 1) / 2) / (bads * goods))


def ks_of(bad: np.ndarray, risk: np.ndarray) -> float:
    """Give the largest distance between the shares of bad and good rows reached by any risk.

    >>> ks_of(np.array([1, 1, 0, 0]), np.array([0.9, 0.4, 0.5, 0.1]))
    0.5
    """
    order = np.argsort(-risk, kind="stable")
    is_last = np.append(np.diff(risk[order]) != 0, True)  # ties are reached together
    bads = np.cumsum(bad[order]) / bad.sum()
    goods = np.cumsum(1 - bad[order]) / (1 - bad).sum()
    return float(np.abs(bads - goods)[is_last].max())


def brier_of(bad: np.ndarray, probability: np.ndarray) -> float:
    """Give the mean squared distance between the probability and what happened."""
    return float(np.mean((probability - bad) ** 2))


def log_loss_of(bad: np.ndarray, logit: np.ndarray) -> float:
    """Give the mean negative log-likelihood of log-odds of being bad."""
    return float(np.mean(np.logaddexp(0.0, logit) - bad * logit))


def psi_of(expected: np.ndarray, actual: np.ndarray) -> float:
    """Give the population stability index of `actual` against tenths (or fewer) of `expected`.

    >>> psi_of(np.arange(100.0), np.arange(100.0))
    0.0
    """
    bins = min(max(len(actual) // PSI_BIN_ROWS, 2), PSI_BINS_MOST)
    cuts = np.unique(np.quantile(expected, np.linspace(0, 1, bins + 1)[1:-1]))
    shares = []
    for scores in (expected, actual):
        counts = np.bincount(np.searchsorted(cuts, scores, "right"), minlength=len(cuts) + 1)
        shares.append(np.maximum(counts / len(scores), PSI_FLOOR))
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def column_auc(values: np.ndarray, bad: np.ndarray, *, is_number: bool) -> float:
    """Give the AUC that a column has by itself on the sample it is looked at on.

    Numbers are ranked, in either direction, missing ones first or last; words are ranked by the
    bad rate of the *other* rows that have the word, so that rare words do not look knowing.
    """
    if not is_number:
        _, place = np.unique(np.array([str(v) for v in values]), return_inverse=True)
        counts, bads = np.bincount(place), np.bincount(place, weights=bad)
        prior = bad.mean()
        risk = (bads[place] - bad + prior) / counts[place]
        return auc_of(bad, risk)
    is_missing = np.isnan(values)
    known = values[~is_missing]
    if len(known) == 0:
        return 0.5
    found = []
    for filler in (known.min() - 1, known.max() + 1):
        auc = auc_of(bad, np.where(is_missing, filler, values))
        found += [auc, 1 - auc]
    return max(found)
