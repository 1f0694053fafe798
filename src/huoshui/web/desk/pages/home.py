"""The home page of each kind of actor."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from huoshui.web.audit.pages.doors import door
from huoshui.web.desk.queries import home as asked


@door(signed_in=True)
def home(request: Any) -> HttpResponse:
    """Show what waits for whoever is signed in, in the role they act in."""
    actor, today = request.actor, request.today
    if actor.kind == "subject":
        found = asked.subject_home(actor, today=today)
    elif actor.kind == "institution":
        found = asked.institution_home(actor, at=request.at, today=today)
    elif actor.kind == "operator":
        found = asked.operator_home(actor, today=today)
    else:
        found = asked.person_home(actor)
    return render(request, f"desk/home_{actor.kind}.html", found)
