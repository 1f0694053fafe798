"""The growth path: which titles a subject holds, which are next, and what each takes and opens."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huoshui import explain, matching
from huoshui.policy.pack import Pack
from huoshui.web.audit.pages.doors import door
from huoshui.web.insights.pages.standing import nothing_known, standing
from huoshui.web.insights.queries.policy import policy_of
from huoshui.web.insights.rules.rungs import drawn, place_of

SHOWN_OPENED = 5
"""Offerings that a title would open are named up to so many on the path; its own page has all."""


@door("offers.read")
def growth(request: Any) -> HttpResponse:
    """Draw the ladder of titles, and say for each next one what it lacks and would open."""
    known = standing(request)
    if known is None:
        return nothing_known(request)
    policy = policy_of(known.snapshot)
    pack = policy.pack
    report: Any = explain.growth_report(
        pack, known.row, pack.asof, rules=policy.rules, plan=policy.plan
    )
    places = {
        r["title"]: place_of(held=r["held"], is_next=r["is_next"], verdict=r["verdict"])
        for r in report["titles"]
    }
    rungs = [_rung(pack, r) for r in report["titles"]]
    context = {
        "known": known,
        "drawn": drawn(pack, places),
        "held": [r for r in rungs if r["held"]],
        "next": [r for r in rungs if r["is_next"]],
        "later": [r for r in rungs if not r["held"] and not r["is_next"]],
        "titles_count": len(rungs),
    }
    return render(request, "insights/growth.html", context)


def _rung(pack: Pack, report: Any) -> dict[str, Any]:
    """Give what the path says of one title."""
    whynot, opens = report["whynot"], report["opens"]
    lacks = [c for c in whynot["clauses"] if c["verdict"] is not True] if whynot else []
    return {
        **report,
        "link": reverse("insights:title", args=[report["title"]]),
        "failing": [c for c in lacks if c["verdict"] is False],
        "undecided": [c for c in lacks if c["verdict"] is None],
        "opens": opens[:SHOWN_OPENED],
        "opens_count": len(opens),
        "subsidies": [o for o in opens if o["kind"] == "subsidy"],
        "after_labels": [pack.titles[b].label for b in report["after"] if b in pack.titles],
    }


@door("offers.read")
def title(request: Any, title: str) -> HttpResponse:
    """Show one title clause by clause: what stands between, the ways to it, what it opens."""
    known = standing(request)
    if known is None:
        return nothing_known(request)
    policy = policy_of(known.snapshot)
    pack = policy.pack
    if title not in pack.titles:
        raise Http404
    given = pack.titles[title]
    (rung,) = matching.ladder(
        policy.rules, known.row, asof=pack.asof, plan=policy.plan, titles=[title]
    )
    context = {
        "known": known,
        "given": given,
        "rung": rung,
        "place": place_of(held=rung.held, is_next=rung.is_next, verdict=rung.verdict),
        "why": explain.whynot_report(
            pack, "titles", title, known.row, pack.asof, rules=policy.rules
        ),
        "after": [(b, pack.titles[b].label) for b in given.after if b in pack.titles],
        "opens": [
            {
                "label": pack.offerings[offer.offering].label,
                "kind": pack.offerings[offer.offering].kind,
                "link": reverse("insights:offer", args=[offer.offering]),
                "terms": offer.terms,
                "terms_are": pack.offerings[offer.offering].terms_are,
            }
            for offer in rung.opens
        ],
        "why_cite": explain.citation_report(pack, given.cite),
    }
    return render(request, "insights/title.html", context)
