"""Ratings laid out as leaves: each measure with its tiers, what is asked beside, and the grades."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huoshui.explain.numbers import LANGUAGES
from huoshui.explain.reports import MARKS
from huoshui.pipeline.handbook import labels
from huoshui.pipeline.handbook.leaves import NOTHING, Block, Grid, Line, Lines, Words

Told = Mapping[str, Any]


def rating_blocks(told: Told) -> list[Block]:
    """Lay out a scheme of points."""
    return [
        _score(told),
        *(_group(group) for group in told["groups"]),
        Lines(labels.HARD, tuple(_clause(clause) for clause in told["hard"])),
        Lines(labels.BONUS, tuple(_bonus(each) for each in told["bonus"])),
        _grades(told),
    ]


def _clause(clause: Told) -> Line:
    return Line(clause["say"], clause["cite"], is_unknown=bool(clause["undecidable"]))


def _score(told: Told) -> Grid:
    rows = []
    if told["applies_when"]:
        rows.append((Line(labels.APPLIES), Line(told["applies_when"])))
    rows.append((Line(labels.FULL_MARKS), _points(told["full_marks"], _least_sure(told))))
    return Grid(labels.SCORE, tuple(rows))


def _least_sure(told: Told) -> str:
    """Cite the least sure of what a score is summed from: the sum is no surer than its parts."""
    parts = [told, *(each for group in told["groups"] for each in group["criteria"])]
    order = [mark.value for mark in MARKS]
    return str(max(parts, key=lambda each: order.index(each["mark"]))["cite"])


def _points(points: str | None, cite: str | None = None) -> Line:
    if points is None:
        return Line(labels.UNKNOWN, cite, is_unknown=True)
    return Line(dict.fromkeys(LANGUAGES, points), cite)


def _group(group: Told) -> Grid:
    rows: list[tuple[Line, ...]] = []
    for criterion in group["criteria"]:
        name = Line(criterion["label"], criterion["cite"])
        for tier in criterion["tiers"]:
            rows.append((name, Line(tier["range"]), _earned(tier)))
            name = NOTHING
        if criterion["missing"] is not None:
            rows.append((name, Line(labels.MISSING), _points(criterion["missing"])))
    head = (labels.MEASURE, labels.TIER, labels.POINTS)
    return Grid(group["label"], tuple(rows), head, lead=_lead(group))


def _earned(tier: Told) -> Line:
    most = tier["points_most"]
    if tier["points"] is None and most is not None:
        return Line({x: labels.UP_TO[x].format(most=most) for x in LANGUAGES})
    if most is not None:
        return Line(dict.fromkeys(LANGUAGES, f"{tier['points']}–{most}"))
    return _points(tier["points"])


def _lead(group: Told) -> Words | None:
    parts: list[Words] = []
    if group["cap"] is not None:
        parts.append({x: labels.GROUP_CAP[x].format(cap=group["cap"]) for x in LANGUAGES})
    if group["take"] == "best":
        parts.append(labels.GROUP_BEST)
    if group["when"]:
        parts.append({x: labels.GROUP_WHEN[x].format(when=group["when"][x]) for x in LANGUAGES})
    if not parts:
        return None
    return {"zh": "；".join(p["zh"] for p in parts), "en": "; ".join(p["en"] for p in parts)}


def _bonus(bonus: Told) -> Line:
    points = bonus["points"]
    text: Words = {
        x: labels.BONUS_POINTS[x].format(
            say=bonus["say"][x], points=labels.UNKNOWN[x] if points is None else points
        )
        for x in LANGUAGES
    }
    return Line(text, bonus["cite"], is_unknown=points is None)


def _grades(told: Told) -> Grid:
    has_lines = any(band["line"] for band in told["bands"])
    head = (labels.GRADE, labels.AT_LEAST, *((labels.LINE,) if has_lines else ()))
    rows = []
    for band in told["bands"]:
        cells = [Line(band["label"]), _points(band["at_least"], band["cite"])]
        if has_lines:
            cells.append(_line_of_credit(band))
        rows.append(tuple(cells))
    return Grid(labels.GRADES, tuple(rows), head)


def _line_of_credit(band: Told) -> Line:
    if not band["line"]:
        return Line(dict.fromkeys(LANGUAGES, "–"))
    cite = band["line_cite"]["cite"] if band["line_cite"] else None
    return Line(band["line"], cite, is_unknown=band["line"] == labels.UNKNOWN)
