"""The institution's side: its queue, needs shown to it, offerings with quotas, what is decided."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.cases.actions.quotas import quota_set
from huoshui.web.cases.queries.cases import (
    APPLICATION,
    NEED,
    Filters,
    counts,
    decided_states,
    machine_on,
    needs_shown,
    queue,
)
from huoshui.web.cases.queries.quotas import Standing, offerings_of, quotas
from huoshui.web.cases.rules.amounts import fen_typed, wan_written
from huoshui.web.insights.queries.prospects import reach


@door("case.read")
def queue_page(request: Any) -> HttpResponse:
    """Show the applications that are under way, the soonest due first."""
    return _list(request, ended=False)


@door("case.read")
def decided_page(request: Any) -> HttpResponse:
    """Show the applications that are decided or have ended otherwise."""
    return _list(request, ended=True)


def _list(request: Any, *, ended: bool) -> HttpResponse:
    machine, pack = machine_on(APPLICATION, request.today), pack_on(request.today)
    decided = decided_states(machine)
    states = {
        name: state
        for name, state in machine.states.items()
        if (name in decided) == ended and name != machine.moves[machine.workflow.opening].to
    }
    asked = [each for each in request.GET.getlist("state") if each in states]
    filters = Filters(
        states=tuple(asked or states),
        offering=request.GET.get("offering") or None,
        words=request.GET.get("words", "")[:100],
        is_late=request.GET.get("late") == "yes",
    )
    page = queue(request.actor, at=request.at, filters=filters, after=request.GET.get("after"))
    here = reverse("cases:decided" if ended else "cases:queue")
    kept = [(k, v) for k, values in request.GET.lists() for v in values if k != "after"]
    following = [*kept, ("after", page.next)] if page.next else None
    counted = counts(request.actor)
    shown = {
        "rows": [
            {
                "case": each,
                "state": machine.states[each.state],
                "offering": getattr(
                    pack.offerings.get(each.offering or ""), "label", each.offering
                ),
                "is_late": each.due_at is not None and each.due_at <= request.at,
            }
            for each in page.cases
        ],
        "states": [
            {"id": n, "label": s.label, "count": counted.get(n, 0), "is_chosen": n in asked}
            for n, s in states.items()
        ],
        "offerings": [(each.id, each.label) for each in offerings_of(request.actor, pack)],
        "filters": filters,
        "ended": ended,
        "here": here,
        "pager": {
            "shown": len(page.cases),
            "total": page.total,
            "first": f"{here}?{urlencode(kept)}" if request.GET.get("after") else None,
            "next": f"{here}?{urlencode(following)}" if following else None,
        },
    }
    return render(request, "cases/queue.html", shown)


@door("need.read")
def needs_shown_page(request: Any) -> HttpResponse:
    """Show the needs that subjects chose to show to this institution."""
    machine, pack = machine_on(NEED, request.today), pack_on(request.today)
    words = pack.vocabularies["purpose"].entries
    rows = [
        {
            "case": each,
            "party": party,
            "state": machine.states[each.state],
            "purpose": words.get(each.fields.get("purpose"), ""),
            "offerings": [pack.offerings[x].label for x in party.offerings if x in pack.offerings],
        }
        for each, party in needs_shown(request.actor)
    ]
    return render(request, "cases/needs_shown.html", {"rows": rows})


@door("offering.read")
def offerings_page(request: Any, offering: str | None = None) -> HttpResponse:
    """Show the institution's offerings: reach, quota, taken today, under way."""
    may_see = request.actor.may("prospects.read")
    rows = [
        {
            "standing": each,
            "offering": each.offering,
            "reach": reach(request.actor, each.offering.id) if may_see else None,
            "share": _share(each),
            "typed": request.POST.get("total", "")
            if each.offering.id == offering
            else _written(each.total_fen),
            "problems": request.problems if each.offering.id == offering else (),
        }
        for each in quotas(request.actor, today=request.today)
    ]
    shown = {
        "rows": rows,
        "year": request.today.year,
        "may_set": request.actor.may("quota.set"),
        "may_see": may_see,
        "problems": request.problems,
    }
    return render(request, "cases/offerings.html", shown)


@door("quota.set", methods=("POST",), again=offerings_page)
def quota_post(request: Any, offering: str) -> HttpResponse:
    """Set the quota of one offering for the year."""
    quota_set(
        request.actor,
        at=request.at,
        today=request.today,
        offering=offering,
        total_fen=fen_typed(request.POST.get("total", ""), field="total"),
    )
    return redirect("cases:offerings")


def _share(standing: Standing) -> int | None:
    """Give how much of the quota is taken, in per cent, for the bar."""
    if standing.quota is None or standing.total_fen is None or standing.total_fen == 0:
        return None if standing.total_fen is None else 0
    return standing.quota.taken_fen * 100 // standing.total_fen


def _written(total_fen: int | None) -> str:
    return "" if total_fen is None else wan_written(total_fen)
