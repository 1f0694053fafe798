"""The picture of all results: how far each figure goes beyond its target, on one scale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huoshui.bench.report import Results, Target, figures, is_full, said

GREY, REACHED, SHORT, SMALL = "#808890", "#2f9e74", "#d9822b", "#8f9bb3"
"""Colours that can be read on white and on black."""


def plot_save(made: Results, path: Path) -> Path:
    """Draw one bar a figure, its length the target over the figure (or the other way round)."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    shown = [(t, v, is_full(t.name, made[t.name])) for t, v in figures(made)]
    style = {"svg.fonttype": "none", "svg.hashsalt": "bench", "font.family": "sans-serif"}
    with plt.rc_context(style):
        figure, axes = plt.subplots(figsize=(9, 1.2 + 0.42 * len(shown)))
        figure.patch.set_alpha(0)
        axes.patch.set_alpha(0)
        for place, (target, value, full) in enumerate(reversed(shown)):
            _bar(axes, place, target, value, full)
        axes.axvline(1, color=GREY, linewidth=1.2, linestyle="--")
        axes.set_xscale("log")
        axes.set_yticks(range(len(shown)), [t.says for t, _, _ in reversed(shown)], color=GREY)
        axes.set_xlabel("times the target (dashed line), logarithmic: longer is better", color=GREY)
        axes.margins(x=0.35)
        axes.tick_params(colors=GREY)
        for side in axes.spines.values():
            side.set_visible(False)
        figure.tight_layout()
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", transparent=True, metadata={"Date": None})
        plt.close(figure)
    return path


def _bar(axes: Any, place: int, target: Target, value: float, full: bool) -> None:
    times = target.reached(value)
    colour = SMALL if not full else REACHED if times >= 1 else SHORT
    axes.barh(place, times, color=colour, height=0.62)
    sign = "≤" if target.better == "less" else "≥"
    words = f"{said(value, target.unit)} ({sign} {said(target.limit, target.unit)})"
    if not full:
        words += ", a smaller run"
    axes.annotate(
        words, (max(times, 1), place), xytext=(5, 0), textcoords="offset points",
        va="center", fontsize=8.5, color=GREY,
    )  # fmt: skip
