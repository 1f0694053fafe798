"""Snapshots, for the operator: what is in use, and how the counts changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.rules.charts import Chart
from huoshui.web.insights.queries.policy import pack_of
from huoshui.web.insights.queries.snapshots import (
    Compared,
    counts_compared,
    snapshot_in_use,
    snapshots,
)

DRAWN_MOST = 12
"""Offerings in the drawing: those whose reach changed most; the table has all."""


@door("numbers.read")
def listed(request: Any) -> HttpResponse:
    """List the snapshots and compare the last two by offering."""
    in_use = snapshot_in_use()
    two, compared = counts_compared(request.actor)
    pack = pack_of(in_use) if in_use else None
    rows = [
        {
            "compared": one,
            "label": pack.offerings[one.offering].label
            if pack and one.offering in pack.offerings
            else {"zh": one.offering, "en": one.offering},
        }
        for one in compared
    ]
    context = {
        "snapshots": snapshots(request.actor),
        "in_use": in_use,
        "two": two,
        "rows": rows,
        "chart": _chart(rows, has_two=len(two) > 1) if rows else None,
    }
    return render(request, "insights/snapshots.html", context)


def _chart(rows: list[dict[str, Any]], *, has_two: bool) -> Chart:
    def weight(row: dict[str, Any]) -> tuple[int, int]:
        one: Compared = row["compared"]
        return -abs(one.change or 0), -(one.now.yes if one.now else 0)

    drawn = sorted(rows, key=weight)[:DRAWN_MOST]
    changed = sum(bool(r["compared"].change) for r in rows)
    now = {"zh": "现用快照", "en": "In use"}
    before = {"zh": "上一快照", "en": "The one before"}
    return Chart(
        "reach",
        {"zh": "产品可及的主体数", "en": "How many subjects an offering is open to"},
        {
            "zh": f"与上一快照相比，{changed} 个产品的可及数有变化。"
            if has_two
            else f"按可及数列出前 {len(drawn)} 个产品。",
            "en": f"Against the snapshot before, the reach of {changed} offerings changed."
            if has_two
            else f"The {len(drawn)} offerings that reach most.",
        },
        ({"zh": "产品", "en": "Offering"}, now, *([before] if has_two else [])),
        tuple(
            (
                {"zh": r["label"]["zh"], "en": r["label"]["en"]}
                if isinstance(r["label"], dict)
                else {"zh": r["label"].zh, "en": r["label"].en},
                r["compared"].now.yes if r["compared"].now else None,
                *([r["compared"].before.yes if r["compared"].before else None] if has_two else []),
            )
            for r in drawn
        ),
        kind="lying",
    )
