"""The subject's own lists, and the forms that state a need or draft an application."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from huoshui import matching
from huoshui.explain import offering_report
from huoshui.kernel.errors import Refused
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.cases.actions.applications import PURPOSE, application_draft
from huoshui.web.cases.actions.needs import ALL_THAT_FIT, need_draft
from huoshui.web.cases.forms.keys import key_for, key_of
from huoshui.web.cases.forms.moves import move_fields, move_said
from huoshui.web.cases.queries.cases import APPLICATION, NEED, answers_of, cases_of, machine_on
from huoshui.web.cases.queries.offers import institution_of, offering_for
from huoshui.web.cases.queries.reading import reading_of
from huoshui.web.insights.queries.policy import policy_of
from huoshui.web.insights.queries.profile import known_of
from huoshui.web.insights.queries.snapshots import snapshot_in_use
from huoshui.web.parties.models import Institution

SHOWN_MOST = 200


@door("need.read")
def need_list(request: Any) -> HttpResponse:
    """Show the subject's needs with how many answers each has."""
    machine = machine_on(NEED, request.today)
    words = pack_on(request.today).vocabularies["purpose"].entries
    rows = [
        {
            "case": each,
            "state": machine.states[each.state],
            "purpose": words.get(each.fields.get("purpose"), ""),
            "answers": len(answers_of(request.actor, each)),
        }
        for each in cases_of(request.actor, NEED)[:SHOWN_MOST]
    ]
    return render(request, "cases/need_list.html", {"rows": rows})


@door("need.state")
def need_form(request: Any) -> HttpResponse:
    """Show the form that states a need, as typed if it was refused."""
    machine = machine_on(NEED, request.today)
    typed = request.POST if request.method == "POST" else None
    fields = move_fields(machine, machine.workflow.opening, typed=typed, problems=request.problems)
    institutions = Institution.objects.filter(parent=None).order_by("code")
    shown = {
        "fields": fields,
        "key": key_for(typed),
        "show_to": typed.get("show_to", "") if typed is not None else "",
        "chosen": typed.getlist("institution") if typed is not None else [],
        "institutions": institutions,
        "problems": request.problems,
    }
    return render(request, "cases/need_new.html", shown)


@door("need.state", methods=("POST",), again=need_form)
def need_post(request: Any) -> HttpResponse:
    """State a need."""
    machine = machine_on(NEED, request.today)
    fields, _ = move_said(machine, machine.workflow.opening, request.POST)
    wanted = request.POST.get("show_to")
    show_to: Any = request.POST.getlist("institution") if wanted == "chosen" else ()
    need = need_draft(
        request.actor,
        at=request.at,
        today=request.today,
        key=key_of(request.POST),
        fields=fields,
        show_to=ALL_THAT_FIT if wanted == "all" else show_to,
    )
    return redirect("cases:case", need.id)


@door("case.read")
def application_list(request: Any) -> HttpResponse:
    """Show the subject's applications."""
    machine, pack = machine_on(APPLICATION, request.today), pack_on(request.today)
    rows = [
        {
            "case": each,
            "state": machine.states[each.state],
            "offering": getattr(pack.offerings.get(each.offering or ""), "label", each.offering),
            "is_late": each.due_at is not None and each.due_at <= request.at,
        }
        for each in cases_of(request.actor, APPLICATION)[:SHOWN_MOST]
    ]
    return render(request, "cases/application_list.html", {"rows": rows})


@door("case.open")
def application_form(request: Any, offering: str) -> HttpResponse:
    """Show what an offering gives the subject and what will be read, and ask for how much."""
    machine, pack = machine_on(APPLICATION, request.today), pack_on(request.today)
    typed = request.POST if request.method == "POST" else None
    try:
        wanted = offering_for(request.actor, offering, request.today)
        institution = institution_of(request.actor, offering, request.today)
    except Refused as refused:
        if not request.problems:
            raise
        # It ended while the form was being filled in: there is no form to draw any more.
        return render(request, "refused.html", {"problems": refused.problems})
    fields = move_fields(machine, machine.workflow.opening, typed=typed, problems=request.problems)
    for each in fields:
        if each["name"] == "purpose":
            each["choices"] = [(word, x) for word, x in each["choices"] if word in wanted.purposes]
        if each["name"] == "security":
            each["choices"] = [(word, x) for word, x in each["choices"] if word in wanted.security]
    reading = reading_of(pack, offering)
    shown = {
        "offering": wanted,
        "institution": institution,
        "offer": _offer(request, offering),
        "own_items": [pack.items[item].label for item in reading.own],
        "personal_items": [pack.items[item].label for item in reading.personal],
        "consent_purpose": pack.vocabularies["consent_purpose"].entries[PURPOSE],
        "fields": fields,
        "key": key_for(typed),
        "problems": request.problems,
    }
    return render(request, "cases/application_new.html", shown)


@door("case.open", methods=("POST",), again=application_form)
def application_post(request: Any, offering: str) -> HttpResponse:
    """Draft an application; nothing is sent to the institution yet."""
    machine = machine_on(APPLICATION, request.today)
    fields, _ = move_said(machine, machine.workflow.opening, request.POST)
    drafted = application_draft(
        request.actor,
        at=request.at,
        today=request.today,
        key=key_of(request.POST),
        offering=offering,
        fields=fields,
    )
    return redirect("cases:case", drafted.id)


def _offer(request: Any, offering: str) -> object:
    """Report what the offering is to the subject, where a profile is known."""
    known = known_of(request.actor, subject=request.actor.subject) if snapshot_in_use() else None
    if known is None:
        return None
    policy, asof = policy_of(known.snapshot), known.snapshot.asof
    if offering not in policy.plan.clauses:
        return None
    (trace,) = matching.explain_one(
        policy.pack, known.row, asof=asof, plan=policy.plan, offerings=[offering]
    )
    terms = matching.terms_of(policy.plan.terms[offering], known.row, asof=asof)
    return offering_report(policy.pack, trace, known.row, terms=terms)
