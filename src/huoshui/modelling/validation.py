"""Out-of-fold validation: what the figures would be for rows that no part of the fitting has seen.

Everything that learns from outcomes (bins, selection of columns, ridge, trees, rounds) is done anew
inside each fold.  `auc` is the mean over repeats of the AUC of all held-out rows together, and
`auc_sd` the standard deviation of that figure between repeats; how much single folds differ, which
is much more in a small sample, is `auc_fold_sd`.
"""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from huoshui.kernel.step import Tick, unwatched
from huoshui.modelling.binning import Trend
from huoshui.modelling.challenger import challenger_fit
from huoshui.modelling.folds import folds_of
from huoshui.modelling.metrics import auc_of, brier_of, ks_of, psi_of
from huoshui.modelling.scorecard import scorecard_fit
from huoshui.modelling.table import Sample

WATCHWORD = "validation folds"


@dataclass(frozen=True, eq=False)
class Validation:
    """Held-out log-odds of being bad, one row per repeat, and where each row was held out."""

    bad: np.ndarray
    risk: np.ndarray  # repeats x rows
    challenger_risk: np.ndarray
    fold: np.ndarray  # repeats x rows

    def figures(self) -> dict[str, float | None]:
        """Give the figures by the names that the command prints."""
        aucs = [auc_of(self.bad, risk) for risk in self.risk]
        rivals = [auc_of(self.bad, risk) for risk in self.challenger_risk]
        by_fold = [auc_of(self.bad[rows], risk[rows]) for rows, risk in self._held()]
        psi = [psi_of(np.delete(risk, rows), risk[rows]) for rows, risk in self._held()]
        return {
            "auc": float(np.mean(aucs)),
            "auc_sd": _sd(aucs),
            "auc_fold_sd": _sd(by_fold),
            "ks": float(np.mean([ks_of(self.bad, risk) for risk in self.risk])),
            "brier": float(np.mean([brier_of(self.bad, chance(risk)) for risk in self.risk])),
            "challenger_auc": float(np.mean(rivals)),
            "challenger_auc_sd": _sd(rivals),
            "challenger_brier": float(
                np.mean([brier_of(self.bad, chance(risk)) for risk in self.challenger_risk])
            ),
            "psi_max": max(psi),
        }

    def _held(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for folds, risk in zip(self.fold, self.risk, strict=True):
            for fold in np.unique(folds):
                yield np.flatnonzero(folds == fold), risk


def chance(risk: np.ndarray) -> np.ndarray:
    """Turn log-odds into the chance of being bad."""
    return 1 / (1 + np.exp(-risk))


def _sd(values: list[float]) -> float | None:
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def validate(
    sample: Sample,
    *,
    folds: int,
    repeats: int,
    seed: int,
    monotone: Mapping[str, Trend],
    jobs: int = 1,
    tick: Tick = unwatched,
) -> Validation:
    """Hold every row out once in each repeat; more jobs change the time and nothing else."""
    fold = np.empty((repeats, sample.rows), dtype=np.int64)
    works: list[_Work] = []
    for repeat in range(repeats):
        for nth, (inside, outside) in enumerate(folds_of(sample.bad, folds, _seed(seed, repeat))):
            fold[repeat, outside] = nth
            works.append(
                _Work(repeat, inside, outside, _seed(seed, repeat, nth), dict(monotone), sample)
            )
    risk, challenger_risk = np.empty(fold.shape), np.empty(fold.shape)
    tick(WATCHWORD, 0, len(works))
    for done, (work, card, rival) in enumerate(_worked(works, jobs), 1):
        risk[work.repeat, work.outside] = card
        challenger_risk[work.repeat, work.outside] = rival
        tick(WATCHWORD, done, len(works))
    return Validation(sample.bad, risk, challenger_risk, fold)


def _seed(*parts: int) -> int:
    return int(np.random.SeedSequence(parts).generate_state(1)[0] & 0x7FFFFFFF)


@dataclass(frozen=True, eq=False)
class _Work:
    """One fold of one repeat."""

    repeat: int
    inside: np.ndarray
    outside: np.ndarray
    seed: int
    monotone: dict[str, Trend]
    sample: Sample


_Done = tuple[_Work, np.ndarray, np.ndarray]


def _worked(works: list[_Work], jobs: int) -> Iterator[_Done]:
    if jobs <= 1:
        yield from ((work, *_fold(work)) for work in works)
        return
    # Spawned, not forked: solvers and tree growers keep threads that a fork would leave hanging.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        waiting = {pool.submit(_fold, work): work for work in works}
        for future in as_completed(waiting):
            yield (waiting[future], *future.result())


def _fold(work: _Work) -> tuple[np.ndarray, np.ndarray]:
    """Fit both models on one side of a fold and give the risks of the other."""
    learnt, held = work.sample.only(work.inside), work.sample.only(work.outside)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' hints about their own next versions
        card = scorecard_fit(learnt, monotone=work.monotone, seed=work.seed)
        rival = challenger_fit(learnt, monotone=work.monotone, seed=work.seed)
    return card.risk(held), rival.risk(held)
