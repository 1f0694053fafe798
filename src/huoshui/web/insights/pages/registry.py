"""The region's list of sci-tech products: policy products, and those that banks tailored."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huoshui import explain
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Listing, Offering
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.insights.pages.offers import KINDS


@door(signed_in=True)
def registry(request: Any) -> HttpResponse:
    """List what stands on the list today, by whom it was proposed and listed, and since when."""
    pack = pack_on(request.today)
    may_open = request.actor.kind == "subject" and request.actor.may("offers.read")
    rows = [
        _row(pack, offering, offering.listing, may_open=may_open)
        for offering in pack.offerings.values()
        if offering.listing is not None and offering.listing.listed_on <= request.today
    ]
    rows.sort(key=lambda r: (r["institution_id"], r["id"]))
    policy = [r for r in rows if r["listing"].kind == "policy"]
    tailored = [r for r in rows if r["listing"].kind == "tailored"]
    context = {
        "policy": policy,
        "tailored": tailored,
        "banks": len({r["institution_id"] for r in tailored}),
        "asof": pack.asof,
        "house": sum(r["mark"] == "house" for r in rows),
    }
    return render(request, "insights/registry.html", context)


def _row(pack: Pack, offering: Offering, listing: Listing, *, may_open: bool) -> dict[str, Any]:
    return {
        "id": offering.id,
        "label": offering.label,
        "kind_label": KINDS[offering.kind],
        "institution_id": offering.institution,
        "institution": pack.institutions[offering.institution],
        "proposed_by": pack.institutions[listing.proposed_by] if listing.proposed_by else None,
        "listed_by": pack.institutions[listing.listed_by],
        "listing": listing,
        "terms_are": offering.terms_are,
        "link": reverse("insights:offer", args=[offering.id]) if may_open else None,
        **explain.citation_report(pack, listing.cite),
    }
