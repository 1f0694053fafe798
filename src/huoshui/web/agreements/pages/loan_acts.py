"""Acts about a loan beside paying it: each is tried and shown to every side before it is agreed."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from huoshui.kernel.errors import Refused
from huoshui.kernel.period import add_months
from huoshui.web.agreements.actions import loans
from huoshui.web.agreements.forms.loan_acts import Deed, deed_typed
from huoshui.web.agreements.forms.loans import choice_typed, day_typed, key_of
from huoshui.web.agreements.forms.tables import answers_typed, fields_of, typed_again
from huoshui.web.agreements.pages.loans import loan_found, loan_one, sent_by
from huoshui.web.agreements.queries.loans import Loan, class_of, event_problems
from huoshui.web.agreements.queries.renewals import RENEWALS, renewal_asks, renewals_open
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.classing import CLASSES, UPGRADES, judged_names
from huoshui.web.agreements.rules.loan.events import Act, Event
from huoshui.web.agreements.rules.loan.folding import fold
from huoshui.web.agreements.rules.relief import effect
from huoshui.web.agreements.rules.sides import sides
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on

NOT_CARRIED = ("csrfmiddlewaretoken", "key", "agreed")


@door("loan.relieve", "loan.service", methods=("POST",), again=loan_one)
def loan_act(request: Any, wanted: UUID) -> HttpResponse:
    """Show what an act would change for each side; do it only when that was shown."""
    deed, act = deed_typed(request.POST)
    request.actor.need(deed.permission)
    loan, on = loan_found(request, wanted), _on(request)
    if request.POST.get("agreed") == "yes":
        loans.loan_deed(sent_by(request), agreement=loan.agreement.id, act=act, on=on)
        return redirect("agreements:loan", wanted)
    if isinstance(act, ev.Extend):
        loans.extension_ask(sent_by(request), loan.agreement, act, on=on)
    return _tried(request, loan, act, on, deed)


@door("loan.relieve")
def loan_judge(request: Any, wanted: UUID) -> HttpResponse:
    """Ask what the bank knows of the loan beside its days."""
    loan, pack = loan_found(request, wanted), pack_on(request.today)
    state = loan.state(request.today)
    shown = typed_again(pack, CLASSES, state.judged)
    if request.method == "POST":
        shown = request.POST.dict()
    own, history = judged_names(pack)
    missing = class_of(state, request.today)["missing"] if state.drawn_on else ()
    return render(
        request,
        "agreements/judge.html",
        {
            "agreement": loan.agreement,
            "fields": fields_of(pack, CLASSES, own, shown),
            "later": fields_of(pack, UPGRADES, history, shown),
            "missing": len(missing),
            "key": key_of(request.POST),
            "problems": request.problems,
        },
    )


@door("loan.relieve", methods=("POST",), again=loan_judge)
def loan_judged(request: Any, wanted: UUID) -> HttpResponse:
    """Show the class that a judgement leads to; take it when that was shown."""
    loan, pack = loan_found(request, wanted), pack_on(request.today)
    own, history = judged_names(pack)
    given = {
        **answers_typed(pack, CLASSES, own, request.POST),
        **answers_typed(pack, UPGRADES, history, request.POST),
    }
    plain = {
        name: value if isinstance(value, bool) or value is None else str(value)
        for name, value in given.items()
    }
    act = ev.Judge(plain)
    if request.POST.get("agreed") == "yes":
        loans.loan_deed(sent_by(request), agreement=loan.agreement.id, act=act, on=request.today)
        return redirect("agreements:loan", wanted)
    label = {"zh": "风险判断", "en": "Judge it"}
    deed = Deed(label, "loan.relieve", lambda typed: act)
    return _tried(request, loan, act, request.today, deed)


@door("loan.relieve")
def loan_renewal(request: Any, wanted: UUID) -> HttpResponse:
    """Ask by which new agreement a loan is settled, and what the table of renewals asks."""
    loan, pack = loan_found(request, wanted), pack_on(request.today)
    typed = request.POST if request.method == "POST" else QueryDict()
    known = {"applied_on": request.today.isoformat(), **typed.dict()}
    return render(
        request,
        "agreements/renew.html",
        {
            "agreement": loan.agreement,
            "candidates": [
                (str(each.id), f"{each.ref} · {each.made_at:%Y-%m-%d}")
                for each in renewals_open(request.actor, loan.agreement)
            ],
            "by": typed.get("by", ""),
            "fields": fields_of(pack, RENEWALS, renewal_asks(pack), known),
            "key": key_of(request.POST),
            "problems": request.problems,
        },
    )


@door("loan.relieve", methods=("POST",), again=loan_renewal)
def loan_renewed(request: Any, wanted: UUID) -> HttpResponse:
    """Show whether the loan may be renewed, its class with it, and what changes; then do it."""
    loan, pack = loan_found(request, wanted), pack_on(request.today)
    choices = {str(each.id): each for each in renewals_open(request.actor, loan.agreement)}
    new = choices[choice_typed(request.POST, "by", choices)]
    given = answers_typed(pack, RENEWALS, renewal_asks(pack), request.POST)
    if request.POST.get("agreed") == "yes":
        loans.loan_renew(
            sent_by(request), agreement=loan.agreement.id, by=new.id, on=request.today, given=given
        )
        return redirect("agreements:loan", wanted)
    tried = loans.renewal_try(sent_by(request), loan, new, on=request.today, given=given)
    label = {"zh": "无还本续贷", "en": "Renew without repayment"}
    deed = Deed(label, "loan.relieve", lambda typed: tried.act, moves_payments=True)
    until = add_months(request.today, new.months or 0)
    return _tried(request, loan, tried.act, request.today, deed, until=until, said=tried.say)


def _tried(
    request: Any,
    loan: Loan,
    act: Act,
    on: dt.date,
    deed: Deed,
    *,
    until: dt.date | None = None,
    said: Any = None,
) -> HttpResponse:
    """Show what an act changes on its day, or refuse it as the action would."""
    event = Event(loan.last + 1, on, act)
    Refused.raise_any(event_problems(loan, event, today=request.today))
    before, after = (
        fold(loan.contract, events, asof=on) for events in (loan.events, (*loan.events, event))
    )
    moved = None
    if deed.moves_payments:
        moved = effect(loan.contract, loan.events, act, on=on, renewed_until=until)
    classes = tuple(_class(state, request.today) for state in (before, after))
    shown = {
        "agreement": loan.agreement,
        "what": deed.label,
        "on": on,
        "sides": sides(before, after, classes=(classes[0], classes[1]), effect=moved).named,
        "effect": moved,
        "said": said,
        "back": request.path,
        "carried": [pair for pair in request.POST.items() if pair[0] not in NOT_CARRIED],
        "key": key_of(request.POST),
    }
    return render(request, "agreements/relief.html", shown)


def _class(state: Any, today: dt.date) -> dict[str, str] | None:
    if state.drawn_on is None:
        return None
    found: dict[str, str] | None = class_of(state, today)["class"]
    return found


def _on(request: Any) -> dt.date:
    if request.POST.get("on", "").strip():
        return day_typed(request.POST)
    today: dt.date = request.today
    return today
