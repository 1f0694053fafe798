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
    rows = tuple(
        (of[0]["group_label"], _sum(of, "low"), _sum(of, "high"), _sum(of, "possible"))
        for of in groups.values()
    )
    label: Any = report["label"]
    return Chart(
        f"groups-{report['rating']}",
        {"zh": f"{label['zh']}：各组得分", "en": f"{label['en']}: points by group"},
        {
            "zh": "每组现有证据下的最低与最高得分，以及该组满分；最低与最高不同处缺证据。",
            "en": "The least and the most each group earns on the evidence there is, and what it "
            "could earn; where the two differ evidence is missing.",
        },
        (
            {"zh": "指标组", "en": "Group"},
            {"zh": "最低得分", "en": "At least"},
            {"zh": "最高得分", "en": "At most"},
            {"zh": "满分", "en": "Possible"},
        ),
        rows,
        kind="lying",
        unit="number",
    )


def _sum(criteria: list[Any], key: str) -> float | None:
    held = [c[key] for c in criteria]
    if any(points is None for points in held):
        return None
    return float(sum((Decimal(points) for points in held), Decimal(0)))
