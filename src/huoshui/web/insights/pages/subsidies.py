"""Subsidies: what a subject may claim and get unasked, and what an office's programmes come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huoshui import explain
from huoshui.matching.subsidies import subsidy_names
from huoshui.policy.pack import Pack
from huoshui.web.audit.pages.doors import door
from huoshui.web.insights.pages.standing import nothing_known, standing
from huoshui.web.insights.queries.policy import pack_of, policy_of
from huoshui.web.insights.queries.prospects import PAGE
from huoshui.web.insights.queries.snapshots import snapshot_latest
from huoshui.web.insights.queries.subsidies import (
    Sum,
    claims_of,
    taken,
    unasked_named,
    unasked_sums,
)
from huoshui.web.parties.models import Institution

PARTS: tuple[tuple[tuple[str, ...], Mapping[str, str]], ...] = (
    (("claimable",), {"zh": "今天可申领", "en": "May be claimed today"}),
    (("not_open",), {"zh": "未到申领时间", "en": "Not open now"}),
    (
        ("amount_unknown", "unknown"),
        {"zh": "尚不能判断", "en": "Not decided yet"},
    ),
    (
        ("outweighed", "used_up", "taken", "nothing"),
        {"zh": "不能再领", "en": "Cannot be claimed as well"},
    ),
)
"""Standings of claims as the page groups them, each with its heading."""


@door("offers.read")
def subsidies(request: Any) -> HttpResponse:
    """List what the subject may claim today, with windows and what outweighs what."""
    known = standing(request)
    if known is None:
        return nothing_known(request)
    policy = policy_of(known.snapshot)
    pack = policy.pack
    found = claims_of(request.actor, known, policy)
    reports: list[Any] = explain.claims_report(pack, found)
    rows = [_claim(pack, report) for report in reports]
    payable = [c.amount_fen for c in found if c.standing == "claimable"]
    to_us = [c for c in found if c.standing == "claimable" and c.paid_to == "subject"]
    context = {
        "known": known,
        "parts": [
            {"label": label, "rows": [r for r in rows if r["standing"] in standings]}
            for standings, label in PARTS
        ],
        "unasked": [r for r in rows if r["without_application"]],
        "claimable_count": len(payable),
        "to_us_fen": sum(c.amount_fen or 0 for c in to_us),
        "paid": [
            {"label": pack.offerings[t.offering].label, "on": t.on, "amount_fen": t.amount_fen}
            for t in reversed(taken(request.actor, known))
            if t.offering in pack.offerings
        ],
    }
    return render(request, "insights/subsidies.html", context)


def _claim(pack: Pack, report: Any) -> dict[str, Any]:
    """Give a claim's report with the names of what it mentions."""
    return {
        **report,
        "link": reverse("insights:offer", args=[report["offering"]]),
        "missing_labels": [pack.items[i].label for i in report["missing_evidence"]],
        "evidence_labels": [pack.items[i].label for i in report["evidence"]],
        "behind_labels": [pack.offerings[o].label for o in report["behind"]],
        "rival_labels": [pack.offerings[o].label for o in report["rivals"]],
        "terms_are": pack.offerings[report["offering"]].terms_are,
        "is_cut": report["amount_fen"] is not None
        and report["amount_fen"] != report["formula_fen"],
    }


@door("subsidy.read")
def office(request: Any) -> HttpResponse:
    """List an office's programmes, and what each would cost if paid unasked today."""
    snapshot = snapshot_latest()
    pack = pack_of(snapshot)
    sums = {each.offering: each for each in unasked_sums(request.actor)}
    rows = [_programme(pack, name, sums.get(name)) for name in own_programmes(request, pack)]
    context = {
        "snapshot": snapshot,
        "rows": rows,
        "total_fen": sum(each.amount_fen for each in sums.values()),
        "payments": sum(each.subjects for each in sums.values()),
        "consenting": sum(each.consenting for each in sums.values()),
    }
    return render(request, "insights/programmes.html", context)


def own_programmes(request: Any, pack: Pack) -> list[str]:
    """Name the subsidies of the actor's institution and its branches."""
    own = Institution.objects.filter(id=request.actor.institution) | Institution.objects.filter(
        parent_id=request.actor.institution
    )
    codes = set(own.values_list("code", flat=True))
    return [n for n in subsidy_names(pack) if pack.offerings[n].institution in codes]


def _programme(pack: Pack, name: str, found: Sum | None) -> dict[str, Any]:
    offering = pack.offerings[name]
    form = offering.subsidy
    assert form is not None, "only subsidies are named"
    is_unasked = form.without_application
    return {
        "id": name,
        "label": offering.label,
        "terms_are": offering.terms_are,
        "is_unasked": is_unasked,
        "sum": found or (Sum(name, 0, 0, 0, 0) if is_unasked else None),
        "evidence": [pack.items[i] for i in form.evidence],
        "opens": form.opens,
        "closes": form.closes,
        **explain.citation_report(pack, form.cite),
    }


@door("subsidy.read")
def payees(request: Any, offering: str) -> HttpResponse:
    """List whom a programme may pay unasked, a page at a time, of those that may be named."""
    snapshot = snapshot_latest()
    pack = pack_of(snapshot)
    if offering not in own_programmes(request, pack):
        raise Http404
    sums = {each.offering: each for each in unasked_sums(request.actor)}
    after = (request.GET.get("after", ""), request.GET.get("entity", ""))
    met = unasked_named(request.actor, offering, after=after, at_most=PAGE + 1)
    shown = met[:PAGE]
    more = urlencode({"after": shown[-1].sort_key, "entity": shown[-1].entity}) if shown else ""
    row = _programme(pack, offering, sums.get(offering))
    total = row["sum"].findable if row["sum"] else 0
    context = {
        "row": row,
        "payees": shown,
        "pager": {
            "first": "?" if any(after) else None,
            "next": f"?{more}" if len(met) > PAGE else None,
            "shown": len(shown),
            "total": total,
        },
    }
    return render(request, "insights/payees.html", context)
