"""Two pictures of a card on rows it has not seen: are its probabilities right, is it stable."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from huoshui.modelling.card import score_of
from huoshui.modelling.faults import library
from huoshui.modelling.metrics import psi_of
from huoshui.modelling.validation import Validation, chance

TENTHS = 10
INK, PALE, ACCENT = "#1f2933", "#c4cdd5", "#0b7285"


def plots_save(validation: Validation, folder: Path, *, name: str) -> tuple[Path, Path]:
    """Write `<name>.calibration.png` and `<name>.stability.png`."""
    library("matplotlib").use("Agg")  # no screen is needed, and none may be there
    folder.mkdir(parents=True, exist_ok=True)
    calibration = folder / f"{name}.calibration.png"
    stability = folder / f"{name}.stability.png"
    _calibration(validation, calibration)
    _stability(validation, stability)
    return calibration, stability


def tenths(probability: np.ndarray, bad: np.ndarray) -> list[tuple[float, float, int]]:
    """Give mean probability, share that went bad and rows, for tenths of rising probability.

    >>> tenths(np.linspace(0, 1, 20), np.zeros(20))[0]
    (0.02631578947368421, 0.0, 2)
    """
    parts = np.array_split(np.argsort(probability, kind="stable"), min(TENTHS, len(bad)))
    return [(float(probability[p].mean()), float(bad[p].mean()), len(p)) for p in parts]


def _calibration(validation: Validation, path: Path) -> None:
    plt = library("matplotlib.pyplot")
    figure, axes = plt.subplots(figsize=(6, 6), dpi=120)
    top = 0.0
    for label, risks, colour, mark in (
        ("challenger", validation.challenger_risk, PALE, "s"),
        ("scorecard", validation.risk, ACCENT, "o"),
    ):
        probability = np.mean([chance(risk) for risk in risks], axis=0)
        points = tenths(probability, validation.bad)
        x, y = [p[0] for p in points], [p[1] for p in points]
        axes.plot(x, y, color=colour, marker=mark, label=label)
        top = max(top, *x, *y)
    axes.plot([0, top], [0, top], color=INK, linewidth=0.8, linestyle=":", label="as stated")
    axes.set_xlabel("probability of default stated, out of fold (tenths of the rows)")
    axes.set_ylabel("share that defaulted")
    axes.set_title(f"Calibration: {int(validation.bad.sum())} bad of {len(validation.bad)} rows")
    axes.legend(frameon=False)
    _finish(figure, path)


def _stability(validation: Validation, path: Path) -> None:
    plt = library("matplotlib.pyplot")
    scores, folds = score_of(validation.risk[0]), validation.fold[0]
    edges = np.histogram_bin_edges(scores, bins=24)
    middles = (edges[:-1] + edges[1:]) / 2
    figure, axes = plt.subplots(figsize=(8, 5), dpi=120)
    for fold in np.unique(folds):
        held, others = scores[folds == fold], scores[folds != fold]
        share = np.histogram(held, edges)[0] / len(held)
        said = f"fold {fold + 1}: PSI {psi_of(others, held):.3f}"
        axes.plot(middles, share, drawstyle="steps-mid", alpha=0.8, label=said)
    axes.set_xlabel("score, out of fold (first repeat)")
    axes.set_ylabel("share of the fold's rows")
    axes.set_title("Stability: how far the folds' score distributions differ")
    axes.legend(frameon=False)
    _finish(figure, path)


def _finish(figure: object, path: Path) -> None:
    plt = library("matplotlib.pyplot")
    for axes in figure.axes:  # type: ignore[attr-defined]
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()  # type: ignore[attr-defined]
    figure.savefig(path, metadata={"Software": None})  # type: ignore[attr-defined]
    plt.close(figure)
