"""Proposals for the list of sci-tech products: what was proposed, and the form to propose one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from huoshui.web.audit.pages.doors import door
from huoshui.web.cases.actions.listings import listing_propose
from huoshui.web.cases.forms.keys import key_for, key_of
from huoshui.web.cases.forms.moves import move_fields, move_said
from huoshui.web.cases.queries.cases import LISTING, listings, machine_on, opening_of
from huoshui.web.cases.queries.offices import offices

READS = ("listing.propose", "listing.check", "listing.decide")


@door(*READS)
def listing_list(request: Any) -> HttpResponse:
    """Show the proposals that the institution made or decides on, with where each stands."""
    machine = machine_on(LISTING, request.today)
    rows = [
        {
            "case": each,
            "state": machine.states[each.state],
            "is_late": each.due_at is not None and each.due_at <= request.at,
        }
        for each in listings(request.actor)
    ]
    shown = {"rows": rows, "may_propose": request.actor.may("listing.propose")}
    return render(request, "cases/listing_list.html", shown)


@door("listing.propose")
def listing_form(request: Any) -> HttpResponse:
    """Show the form that proposes a product, as typed if it was refused."""
    machine = machine_on(LISTING, request.today)
    typed = request.POST if request.method == "POST" else None
    found = offices(request.actor, request.today)
    shown = {
        "fields": move_fields(
            machine, opening_of(machine, request.actor), typed=typed, problems=request.problems
        ),
        "key": key_for(typed),
        "offices": found,
        "office": typed.get("office", "") if typed is not None else "",
        "problems": request.problems,
    }
    return render(request, "cases/listing_new.html", shown)


@door("listing.propose", methods=("POST",), again=listing_form)
def listing_post(request: Any) -> HttpResponse:
    """Propose a product."""
    machine = machine_on(LISTING, request.today)
    fields, _ = move_said(machine, opening_of(machine, request.actor), request.POST)
    case = listing_propose(
        request.actor,
        at=request.at,
        today=request.today,
        key=key_of(request.POST),
        office=request.POST.get("office", ""),
        fields=fields,
    )
    return redirect("cases:case", case.id)
