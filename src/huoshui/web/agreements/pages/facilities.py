"""One limit: what is drawn, owed and still to be had, its loans, and what may be done about it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from huoshui.kernel.errors import Refused
from huoshui.kernel.period import parse_day
from huoshui.web.agreements.actions import facilities
from huoshui.web.agreements.actions.loans import SERVICE, Sent
from huoshui.web.agreements.forms.facilities import CHANGES, change_typed
from huoshui.web.agreements.forms.loans import amount_typed, day_typed, key_of
from huoshui.web.agreements.queries.agreements import agreement
from huoshui.web.agreements.queries.facilities import Facility, events_told, facility_of
from huoshui.web.agreements.rules.limits import draw_matures
from huoshui.web.agreements.rules.states import STATES
from huoshui.web.audit.pages.doors import door

WAITING = {"zh": "未放款", "en": "not drawn"}
"""A loan whose draw was taken back, or is dated later."""


@door("agreement.read")
def facility_one(request: Any, wanted: UUID) -> HttpResponse:
    """Show how a limit stands, as of today or another day, as known now."""
    facility = _facility(request, wanted)
    asof = parse_day(request.GET.get("asof", "")) or request.today
    state = facility.state(asof)
    standing = facility.standing(asof)
    typed = request.POST if request.method == "POST" else QueryDict()
    is_open = facility.ground(request.today).is_in_force(request.today)
    shown = {
        "agreement": facility.agreement,
        "label": STATES[standing],
        "standing": standing,
        "state": state,
        "ground": state.ground,
        "asof": asof,
        "conditions_open": sorted(facility.conditions - state.ground.met),
        "loans": _loans(facility, asof),
        "events": events_told(request.actor, facility, asof=asof),
        "draw_most": _most(facility, request.today),
        "may_draw": request.actor.may(SERVICE) and is_open,
        "may_adjust": request.actor.may(facilities.ADJUST) and is_open,
        "changes": [
            (kind, label)
            for kind, label in CHANGES.items()
            if kind != ("released" if state.ground.frozen_since is None else "frozen")
        ],
        "key": key_of(typed),
        "typed": typed,
        "on_typed": typed.get("on") or request.today.isoformat(),
        "problems": request.problems,
    }
    return render(request, "agreements/facility.html", shown)


@door(SERVICE, methods=("POST",), again=facility_one)
def facility_draw(request: Any, wanted: UUID) -> HttpResponse:
    """Pay an amount out under the limit."""
    found = _facility(request, wanted).agreement.id
    amount_fen, currency = amount_typed(request.POST)
    matures_on = day_typed(request.POST, "matures") if request.POST.get("matures") else None
    loan = facilities.facility_draw(
        _sent(request), agreement=found, amount_fen=amount_fen, currency=currency,
        on=day_typed(request.POST), matures_on=matures_on,
    )  # fmt: skip
    return redirect("agreements:loan", loan.id)


@door(facilities.ADJUST, methods=("POST",), again=facility_one)
def facility_change(request: Any, wanted: UUID) -> HttpResponse:
    """Set the limit, freeze, release or cancel it."""
    found = _facility(request, wanted).agreement.id
    facilities.facility_change(
        _sent(request), agreement=found, act=change_typed(request.POST), on=request.today
    )
    return redirect("agreements:facility", wanted)


def _loans(facility: Facility, asof: dt.date) -> list[dict[str, Any]]:
    """Give the loans that were there on a day, each as it stood."""
    found = []
    for loan in facility.loans:
        if loan.contract.signed_on > asof:
            continue
        state = loan.state(asof)
        label = WAITING if state.drawn_on is None else STATES[state.standing]
        found.append({"agreement": loan.agreement, "state": state, "label": label})
    return found


def _most(facility: Facility, today: dt.date) -> dt.date | None:
    until = facility.ground(today).until
    return None if until is None else draw_matures(facility.terms, on=today, until=until)


def _facility(request: Any, wanted: UUID) -> Facility:
    """Give the limit; whose it is not, or where there is none, to them it is not there."""
    try:
        seen = agreement(request.actor, wanted)
    except Refused as refused:
        raise Http404(str(refused)) from refused
    found = facility_of(request.actor, seen, today=request.today)
    if found is None:
        raise Http404("no facility")
    return found


def _sent(request: Any) -> Sent:
    return Sent(request.actor, request.at, request.today, key_of(request.POST))
