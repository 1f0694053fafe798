"""A subject's scores: each scheme with its criteria, its interval, and what would move it most."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from huoshui import explain, ratings
from huoshui.explain import Report
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.rules.charts import Chart
from huoshui.web.insights.pages.standing import nothing_known, standing
from huoshui.web.insights.queries.policy import pack_of

HOUSE_MARKS = ("house", "memory", "derived", "unknown")
"""Marks of weights that nobody official is known to have set."""


@door("profile.read")
def scores(request: Any) -> HttpResponse:
    """Show every score of the subject, how it came about, and what is missing."""
    known = standing(request)
    if known is None:
        return nothing_known(request)
    pack = pack_of(known.snapshot)
    shown = []
    for name in pack.ratings:
        trace = ratings.explain(pack, name, known.row, asof=pack.asof)
        report = explain.rating_report(pack, trace, known.row)
        shown.append({"rating": report, "chart": groups_chart(report), "house": _house(report)})
    return render(request, "insights/scores.html", {"known": known, "ratings": shown})


def _house(report: Report) -> int:
    """Count the criteria whose points are not taken from a text that somebody read."""
    criteria: Any = report["criteria"]
    return sum(c["mark"] in HOUSE_MARKS for c in criteria)


def groups_chart(report: Report) -> Chart | None:
    """Draw what each group of criteria earns at least and at most, and what it could."""
    if report["applies"] is not True:
        return None
    groups: dict[str, list[Any]] = {}
    criteria: Any = report["criteria"]
    for one in criteria:
        groups.setdefault(one["group"], []).append(one)
    rows = tuple((of[0]["group_label"], *_shares(of)) for of in groups.values())
    label: Any = report["label"]
    return Chart(
        f"groups-{report['rating']}",
        {"zh": f"{label['zh']}：各组得分", "en": f"{label['en']}: points by group"},
        {
            "zh": "每组已得的分、补证据可能再得的分和按现有证据得不到的分，合起来是该组满分。",
            "en": "What each group has earned, what evidence may yet add, and what is out of "
            "reach on the evidence there is; together they are what it could earn.",
        },
        (
            {"zh": "指标组", "en": "Group"},
            {"zh": "已得", "en": "Earned"},
            {"zh": "待证据", "en": "Awaits evidence"},
            {"zh": "未得", "en": "Not earned"},
        ),
        rows,
        kind="stack",
        unit="number",
    )


def _shares(criteria: list[Any]) -> tuple[float | None, ...]:
    """Give the points of a group that are sure, open and not earned; None where nobody knows."""
    held = [(c["low"], c["high"], c["possible"]) for c in criteria]
    if any(points is None for row in held for points in row):
        return (None, None, None)
    low, high, possible = (sum(map(Decimal, each), Decimal(0)) for each in zip(*held, strict=True))
    return float(low), float(high - low), float(possible - high)
