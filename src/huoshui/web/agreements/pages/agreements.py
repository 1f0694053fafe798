"""The list of agreements and one agreement: terms, conditions before a draw, what happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from huoshui.kernel.errors import Refused
from huoshui.web.agreements.actions.agreements import condition_meet
from huoshui.web.agreements.forms.loans import key_of
from huoshui.web.agreements.models import Agreement
from huoshui.web.agreements.queries.agreements import (
    agreement,
    agreements,
    conditions,
    events,
    state_label,
)
from huoshui.web.agreements.queries.facilities import loans_under
from huoshui.web.agreements.queries.loans import loan_of
from huoshui.web.agreements.queries.securities import assets, securities
from huoshui.web.agreements.rules.limits import FACILITY
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on

SHOWN_MOST = 200
"""So many agreements are listed, those drawn under a limit beneath it."""


@door("agreement.read")
def agreement_list(request: Any) -> HttpResponse:
    """Show the agreements of whom the viewer acts for."""
    pack = pack_on(request.today)
    shown = list(agreements(request.actor).filter(facility=None)[:SHOWN_MOST])
    under = loans_under(request.actor, shown)
    rows = [
        {
            "agreement": each,
            "state": state_label(each),
            "offering": _offering_label(pack, each.offering),
            "is_facility": each.kind == FACILITY,
            "is_nested": each.facility_id is not None,
        }
        for above in shown
        for each in (above, *under.get(above.id, ()))
    ]
    return render(request, "agreements/list.html", {"rows": rows})


@door("agreement.read")
def agreement_one(request: Any, wanted: UUID) -> HttpResponse:
    """Show one agreement."""
    found = _found(request, wanted)
    pack = pack_on(request.today)
    return render(
        request,
        "agreements/one.html",
        {
            "agreement": found,
            "state": state_label(found),
            "offering": _offering_label(pack, found.offering),
            "conditions": conditions(request.actor, found),
            "events": events(request.actor, found),
            "is_facility": found.kind == FACILITY,
            "has_loan": loan_of(request.actor, found, today=request.today) is not None,
            "securities": securities(request.actor, found, today=request.today),
            "assets": assets(request.today),
            "key": key_of(request.POST),
            "typed": request.POST,
            "may_confirm": request.actor.may("agreement.confirm"),
            "problems": request.problems,
        },
    )


@door("agreement.confirm", methods=("POST",), again=agreement_one)
def condition_confirm(request: Any, wanted: UUID) -> HttpResponse:
    """Confirm that a condition is met."""
    condition_meet(
        request.actor,
        at=request.at,
        on=request.today,
        agreement=_found(request, wanted).id,
        code=request.POST.get("code", ""),
    )
    return redirect("agreements:one", wanted)


def _found(request: Any, wanted: UUID) -> Agreement:
    """Give the agreement; whose it is not, to them it is not there."""
    try:
        return agreement(request.actor, wanted)
    except Refused as refused:
        raise Http404(str(refused)) from refused


def _offering_label(pack: Any, offering: str) -> Any:
    known = pack.offerings.get(offering)
    return known.label if known else offering
