"""Institutions and who acts for them, as the operator sees them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render

from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.parties.models import Institution, Membership
from huoshui.web.parties.rules.kinds import KINDS


@door("institution.admit")
def institutions(request: Any) -> HttpResponse:
    """List the institutions, with what each offers and how many people act for it."""
    pack = pack_on(request.today)
    offered: dict[str, int] = {}
    for offering in pack.offerings.values():
        offered[offering.institution] = offered.get(offering.institution, 0) + 1
    people = dict(
        Membership.objects.exclude(institution=None)
        .values_list("institution")
        .annotate(count=Count("person", distinct=True))
    )
    rows = [
        {
            "institution": each,
            "kind": KINDS[each.kind],
            "offerings": offered.get(each.code, 0),
            "people": people.get(each.id, 0),
        }
        for each in Institution.objects.select_related("parent").order_by("kind", "code")
    ]
    return render(request, "parties/institutions.html", {"rows": rows})
