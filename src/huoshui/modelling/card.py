"""A fitted scorecard written as a rating: points that any reader can add up without a computer.

Twenty points double the odds of staying good, and 600 points stand for odds of 50 to 1: the usual
scale, so that score and probability are one statement (`probability_of`).  A criterion's points are
what its bin adds to, or takes off, the sample's average; points are rounded to a thousandth.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from math import log

import numpy as np

from huoshui.modelling.binning import NumberBins, WordBins
from huoshui.modelling.scorecard import Scorecard
from huoshui.modelling.table import Sample
from huoshui.policy.schema import Label, Rating, Source

DOUBLING_POINTS = 20
ANCHOR_POINTS = 600
ANCHOR_ODDS = 50
THOUSANDTH = Decimal("0.001")

FACTOR = DOUBLING_POINTS / log(2)

FIFTHS = (("A", 0.2), ("B", 0.2), ("C", 0.2), ("D", 0.2), ("E", 0.2))
"""Grades from the best down and the share of the sample that each takes."""


def score_of(risk: np.ndarray) -> np.ndarray:
    """Give the score of log-odds of being bad."""
    return ANCHOR_POINTS - FACTOR * (risk + log(ANCHOR_ODDS))


def risk_of(scores: np.ndarray) -> np.ndarray:
    """Give the log-odds of being bad that scores stand for.

    >>> risk_of(score_of(np.array([-1.5])))
    array([-1.5])
    """
    return (ANCHOR_POINTS - scores) / FACTOR - log(ANCHOR_ODDS)


def probability_of(score: float) -> float:
    """Give the probability of default that a fitted card's score states.

    >>> round(probability_of(600) * 51, 12)
    1.0
    """
    return 1 / (1 + ANCHOR_ODDS * 2 ** ((score - ANCHOR_POINTS) / DOUBLING_POINTS))


def rating_of(
    card: Scorecard,
    sample: Sample,
    *,
    id: str,
    label: Label,
    checked_on: dt.date,
    fitted: Mapping[str, str],
    caution: Label,
    grades: Sequence[tuple[str, float]] = FIFTHS,
    named: bool = True,
) -> Rating:
    """Write a scorecard as a rating that every profile with its columns can be given.

    `named` calls criteria as the table calls its columns; else an indicator's own label holds.
    """
    cite = f"{source_id(id)}#points"
    ids = {c.name: c.id for c in sample.columns}
    criteria = []
    for name, bins, weight in zip(card.names, card.bins, card.logit.weights, strict=True):
        criterion: dict[str, object] = {"id": ids[name], "indicator": ids[name], "cite": cite}
        if named:
            criterion["label"] = {"zh": name, "en": name.replace("_", " ")}
        criteria.append(criterion | _points(bins, float(weight)))
    given = {f"column_{ids[n]}": n for n in card.names if ids[n] != n}
    return Rating.model_validate(
        {
            "id": id,
            "label": label,
            "meaning": "Points of a scorecard fitted to outcomes: twenty more double the odds of "
            "staying good, and 600 stand for odds of 50 to 1. Points add to, or take off, what the "
            "average of the sample starts with.",
            "kind": "scorecard",
            "base": _rounded(float(score_of(np.array(card.logit.intercept)))),
            "groups": [
                {"id": "fitted", "label": {"zh": "拟合指标", "en": "Fitted"}, "criteria": criteria}
            ],
            "bands": _bands(score_of(card.risk(sample)), grades, cite),
            "cite": cite,
            "caution": caution,
            "fitted": {**fitted, **given},
            "checked_on": checked_on,
        }
    )


def source_id(rating: str) -> str:
    """Name the source file that a fitted card cites: its own fitting."""
    return f"fit-{rating.replace('_', '-')}"


def source_of(rating: Rating) -> Source:
    """Write down what the points rest on."""
    told = rating.fitted or {}
    return Source.model_validate(
        {
            "id": source_id(rating.id),
            "title": {"zh": f"{rating.label.zh}的拟合", "en": f"Fitting of {rating.label.en}"},
            "issuer": "Huoshui, `huoshui model fit`",
            "found_at": told.get("table", "a table"),
            "places": {
                "points": {
                    "mark": "derived",
                    "says": "Points and grades come out of fitting, not of anybody's judgement: "
                    + ", ".join(f"{k} {v}" for k, v in told.items() if not k.startswith("column_"))
                    + ".",
                }
            },
            "checked_on": rating.checked_on,
        }
    )


def _points(bins: NumberBins | WordBins, weight: float) -> dict[str, object]:
    def worth(evidence: float) -> Decimal:
        return _rounded(-FACTOR * weight * evidence)

    if isinstance(bins, NumberBins):
        starts = [None, *(Decimal(repr(start)) for start in bins.starts)]
        tiers = [
            {"points": worth(evidence), **({} if start is None else {"at_least": start})}
            for start, evidence in zip(starts, bins.evidence, strict=True)
        ]
        return {"tiers": tiers, "missing": worth(bins.missing)}
    return {
        "cases": {word: worth(evidence) for word, evidence in bins.evidence.items()},
        "otherwise": worth(bins.otherwise),
        "missing": worth(bins.missing),
    }


def _rounded(points: float) -> Decimal:
    return Decimal(repr(points)).quantize(THOUSANDTH, ROUND_HALF_EVEN) + 0  # no negative zero


def _bands(
    scores: np.ndarray, grades: Sequence[tuple[str, float]], cite: str
) -> list[dict[str, object]]:
    """Cut the sample's scores, the best share first; cuts that fall together make one grade."""
    bands: list[dict[str, object]] = []
    reached = 0.0
    for nth, (grade, share) in enumerate(grades):
        reached += share
        band = {"grade": grade, "label": {"zh": f"{grade}级", "en": f"Grade {grade}"}, "cite": cite}
        if nth + 1 < len(grades):
            floor = Decimal(repr(float(np.quantile(scores, 1 - min(reached, 1.0))))).quantize(
                Decimal("0.1")
            )
            if bands and floor >= bands[-1]["at_least"]:  # type: ignore[operator]
                continue
            band["at_least"] = floor
        bands.append(band)
    return bands
