"""Prospects of an institution's own offering, with public facts of the register only."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render

from huoshui.web.audit.pages.doors import door
from huoshui.web.insights.queries.policy import pack_of
from huoshui.web.insights.queries.prospects import PAGE, prospects, reach
from huoshui.web.insights.queries.snapshots import snapshot_latest


@door("prospects.read")
def found(request: Any, offering: str) -> HttpResponse:
    """List whom an offering is open to, a page at a time."""
    snapshot = snapshot_latest()
    pack = pack_of(snapshot)
    reached = reach(request.actor, offering)
    if reached is None or offering not in pack.offerings:
        raise Http404
    after = (request.GET.get("after", ""), request.GET.get("entity", ""))
    met = prospects(request.actor, offering, after=after, at_most=PAGE + 1)
    shown = met[:PAGE]
    more = urlencode({"after": shown[-1].sort_key, "entity": shown[-1].entity}) if shown else ""
    context = {
        "offering": pack.offerings[offering],
        "reach": reached,
        "prospects": shown,
        "pager": {
            "first": "?" if any(after) else None,
            "next": f"?{more}" if len(met) > PAGE else None,
            "shown": len(shown),
            "total": reached.findable,
        },
        "snapshot": snapshot,
    }
    return render(request, "insights/prospects.html", context)
