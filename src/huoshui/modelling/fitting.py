"""Fits a scorecard and its challenger to any table of outcomes, and says how good they are.

The figures are of rows held out; the card that is saved is then fitted on all rows, which can only
make it better than the figures say.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from huoshui.kernel.step import Tick, unwatched
from huoshui.modelling.binning import Trend
from huoshui.modelling.card import FIFTHS, rating_of
from huoshui.modelling.faults import ModelRefusal, library
from huoshui.modelling.plots import plots_save
from huoshui.modelling.saving import card_save
from huoshui.modelling.scorecard import Scorecard, scorecard_fit
from huoshui.modelling.table import Sample, column_ids, sample_of, table_at
from huoshui.modelling.validation import Validation, validate
from huoshui.policy.schema import Label, Rating

LIBRARIES = ("optbinning", "lightgbm", "matplotlib")
DIGITS = 6


@dataclass(frozen=True, eq=False)
class Fitted:
    """A card fitted on all rows, the figures of rows held out, and what was left out and why."""

    figures: Mapping[str, float | None]
    rows: int
    bads: int
    folds: int
    repeats: int
    seed: int
    target: str
    table: str
    sample: Sample
    card: Scorecard
    validation: Validation

    def to_dict(self) -> dict[str, object]:
        """Give what the command prints as JSON."""
        ids = {c.name: c.id for c in self.sample.columns}
        return {
            **{k: None if v is None else round(v, DIGITS) for k, v in self.figures.items()},
            "rows": self.rows,
            "bads": self.bads,
            "bad_rate": round(self.bads / self.rows, DIGITS),
            "table": self.table,
            "target": self.target,
            "folds": self.folds,
            "repeats": self.repeats,
            "seed": self.seed,
            "recipe": {"trend": self.card.recipe.trend, "ridge": self.card.recipe.ridge},
            "columns": {name: ids[name] for name in self.card.names},
            "left_out": dict(self.card.left_out),
            "dropped": dict(self.sample.dropped),
            "warnings": list(self.sample.warnings),
            "auc_is": "mean over repeats of the AUC of all held-out rows pooled; "
            "auc_sd is its standard deviation between repeats",
        }

    def rating(
        self,
        *,
        checked_on: dt.date,
        id: str | None = None,
        label: Label | None = None,
        grades: Sequence[tuple[str, float]] = FIFTHS,
        named: bool = True,
    ) -> Rating:
        """Write the card as a rating."""
        name = id or card_id(self.table)
        told = {k: f"{v:.4f}" for k, v in self.figures.items() if v is not None}
        fitted = {
            "table": self.table,
            "target": self.target,
            "rows": str(self.rows),
            "bads": str(self.bads),
            **told,
            "validation": f"{self.folds} folds x {self.repeats}, seed {self.seed}",
            "bins": self.card.recipe.trend,
            "ridge": f"{self.card.recipe.ridge:g}",
        }
        en = (
            f"Fitted on {self.rows} rows of which {self.bads} went bad; a statistical estimate "
            "for subjects like these, and no decision."
        )
        zh = (
            f"由{self.rows}个样本（其中{self.bads}个违约）拟合的统计估计，"
            "仅适用于同类主体，不构成授信决定。"
        )
        return rating_of(
            self.card,
            self.sample,
            id=name,
            label=label or Label(zh=f"{name} 评分卡", en=f"Scorecard {name}"),
            checked_on=checked_on,
            fitted=fitted,
            caution=Label(zh=zh, en=en),
            grades=grades,
            named=named,
        )


def card_id(table: str) -> str:
    """Name the card of a table by the table's own name.

    >>> card_id("german_credit.parquet")
    'german_credit_scorecard'
    """
    (name,) = column_ids([Path(table).stem]).values()
    return f"{name[:45]}_scorecard"


def fit(
    table: pa.Table | Path | str,
    *,
    target: str,
    folds: int = 5,
    repeats: int = 5,
    seed: int = 20260101,
    bad: str | None = None,
    monotone: Mapping[str, str] | None = None,
    drop: Collection[str] = (),
    keep: Collection[str] = (),
    jobs: int = 1,
    tick: Tick = unwatched,
    named: str | None = None,
) -> Fitted:
    """Validate a scorecard and a boosted challenger on a table, and fit the card on all of it.

    `monotone` declares in which direction the bad rate goes with a column: ascending, or
    descending.  `bad` says which value of the target is the default, where that is not plain.
    """
    for name in LIBRARIES:
        library(name)
    if folds < 2 or repeats < 1:
        raise ModelRefusal.FOLDS.refuse(folds=folds, repeats=repeats)
    sample = sample_of(table_at(table), target=target, bad=bad, drop=drop, keep=keep)
    bads = int(sample.bad.sum())
    for count, what in ((bads, "bad"), (sample.rows - bads, "good")):
        if count < max(folds, 6):
            raise ModelRefusal.TOO_FEW.refuse(count=count, what=what, folds=max(folds, 6))
    trends = _trends(sample, monotone or {})
    validation = validate(
        sample, folds=folds, repeats=repeats, seed=seed, monotone=trends, jobs=jobs, tick=tick
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' hints about their own next versions
        card = scorecard_fit(sample, monotone=trends, seed=seed)
    if not card.names:
        raise ModelRefusal.NOTHING_TOLD.refuse()
    return Fitted(
        figures=validation.figures(),
        rows=sample.rows,
        bads=bads,
        folds=folds,
        repeats=repeats,
        seed=seed,
        target=target,
        table=named or (Path(table).name if not isinstance(table, pa.Table) else "table"),
        sample=sample,
        card=card,
        validation=validation,
    )


def fitted_save(fitted: Fitted, rating: Rating, folder: Path) -> dict[str, Path]:
    """Write the card as files of a pack, and its plots beside it."""
    card = card_save(rating, folder)
    calibration, stability = plots_save(fitted.validation, card.parent, name=rating.id)
    return {"card": card, "calibration": calibration, "stability": stability}


def _trends(sample: Sample, monotone: Mapping[str, str]) -> dict[str, Trend]:
    kinds = {c.name: c.kind for c in sample.columns}
    made: dict[str, Trend] = {}
    for name, direction in monotone.items():
        if name not in kinds and name not in sample.dropped:
            raise ModelRefusal.NO_COLUMN.refuse(column=name, known=", ".join(kinds))
        if direction == "ascending" or direction == "descending":
            made[name] = direction
        else:
            raise ModelRefusal.BAD_TREND.refuse(trend=direction, column=name)
        if kinds.get(name) == "word":
            raise ModelRefusal.TREND_OF_WORDS.refuse(column=name)
    return made
