"""One case on one page, for each of its sides, with a form for each move that may be made now."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from huoshui.kernel.errors import Refused
from huoshui.web.agreements.queries.agreements import agreement_of
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.templatetags.said import REGION
from huoshui.web.cases.actions import needs
from huoshui.web.cases.actions.applications import PURPOSE, application_submit
from huoshui.web.cases.actions.documents import document_add, may_supply
from huoshui.web.cases.actions.evidence import evidence_read
from huoshui.web.cases.actions.moving import case_move
from huoshui.web.cases.forms.moves import move_fields, move_said
from huoshui.web.cases.models import Case, Quota
from huoshui.web.cases.pages.finding import found_or_404
from huoshui.web.cases.queries.cases import (
    APPLICATION,
    NEED,
    answers_of,
    case,
    case_of_kind,
    decided_states,
    document,
    institutions_shown,
    machine_on,
    moves_now,
)
from huoshui.web.cases.queries.quotas import offerings_of
from huoshui.web.cases.queries.reading import consents_of, items_missing, reading_of
from huoshui.web.cases.queries.shown import case_shown, evidence_shown
from huoshui.web.insights.queries.policy import policy_at
from huoshui.web.parties.actions.consents import consent_ask
from huoshui.web.parties.queries.consents import members

CONSENT_DAYS = 180
"""How long the form proposes that a consent lasts; whoever consents may choose another day."""

READS = ("case.read", "need.read", "listing.propose", "listing.check", "listing.decide")
MOVES = (
    *("case.open", "case.submit", "case.supply", "case.withdraw", "case.accept"),
    *("case.take", "case.ask", "case.decide", "case.approve"),
    *("need.state", "need.withdraw", "need.answer"),
    *("listing.propose", "listing.check", "listing.decide"),
)
"""Any of these opens the door; which move needs which is the workflow's to say."""


@door(*READS)
def case_page(request: Any, wanted: UUID, move: str | None = None) -> HttpResponse:
    """Show a case; after a refusal, with the form of the move as it was typed."""
    found = found_or_404(lambda: case(request.actor, wanted))
    shown = case_shown(request.actor, found, today=request.today)
    shown |= {
        "problems": request.problems,
        "forms": _forms(request, found, move),
        "is_late": found.due_at is not None and found.due_at <= request.at,
        "may_supply": _may_supply(request, found),
        "document_kinds": [
            (kind, document.label) for kind, document in shown["workflow"].documents.items()
        ],
    }
    if found.kind == NEED:
        return render(request, "cases/need.html", shown | _of_need(request, found))
    if found.about_id is not None:
        return render(request, "cases/listing.html", shown)
    if request.actor.kind == "subject":
        return render(request, "cases/application.html", shown | _of_applicant(request, found))
    return render(request, "cases/application_bank.html", shown | _of_officer(request, found))


@door(*MOVES, methods=("POST",), again=case_page)
def case_do(request: Any, wanted: UUID, move: str) -> HttpResponse:
    """Make a move with what was typed for it."""
    found = found_or_404(lambda: case(request.actor, wanted))
    told = {"at": request.at, "today": request.today, "case": found.id}
    machine = machine_on(found.kind, request.today)
    if move not in machine.moves:
        case_move(request.actor, move=move, **told)  # refuses, and says which moves there are
    if move == "submit":
        until = _until(request) if request.POST.get("consent") else None
        application_submit(request.actor, consent_until=until, **told)
        return redirect("cases:case", found.id)
    fields, reasons = move_said(machine, move, request.POST)
    if found.kind == NEED and move == "apply":
        offering = str(fields.get("offering") or "")
        return redirect("cases:case", needs.need_apply(request.actor, offering=offering, **told).id)
    step = case_move(request.actor, move=move, fields=fields, reasons=reasons, **told)
    if "open_agreement" in step.made:
        return redirect("agreements:one", step.made["open_agreement"].id)
    return redirect("cases:case", found.id)


def _may_supply(request: Any, found: Case) -> bool:
    try:
        return may_supply(request.actor, found, machine_on(found.kind, request.today))
    except Refused:
        return False


@door("case.supply", "listing.propose", methods=("POST",), again=case_page)
def document_post(request: Any, wanted: UUID) -> HttpResponse:
    """Put a file to a case."""
    found = found_or_404(lambda: case(request.actor, wanted))
    given = request.FILES.get("file")
    document_add(
        request.actor,
        at=request.at,
        today=request.today,
        case=found.id,
        kind=request.POST.get("kind", ""),
        name=given.name if given else "—",
        body=given.read() if given else b"",
    )
    return redirect(reverse("cases:case", args=[wanted]) + "#documents")


@door(*READS)
def document_get(request: Any, wanted: UUID) -> HttpResponse:
    """Give a document's file to whoever may see its case."""
    found = found_or_404(lambda: document(request.actor, wanted))
    response = HttpResponse(bytes(found.body), content_type=found.media_type)
    plain = found.name.encode("ascii", "replace").decode().replace('"', "'").replace("?", "_")
    response["Content-Disposition"] = f'attachment; filename="{plain}"'
    return response


@door("consent.give", methods=("POST",), again=case_page)
def consent_request(request: Any, wanted: UUID) -> HttpResponse:
    """Ask a person of the firm for consent to what tells of them."""
    found = found_or_404(lambda: case_of_kind(request.actor, wanted, APPLICATION))
    people = {str(m.person_id): m.person_id for m in _members(request, found)}
    person = people.get(request.POST.get("person", ""))
    reading = reading_of(pack_on(request.today), found.offering or "")
    if person is not None and reading.personal and found.institution_id is not None:
        consent_ask(
            request.actor,
            at=request.at,
            subject=found.subject_id,
            person=person,
            reader=found.institution_id,
            purpose=PURPOSE,
            items=reading.personal,
            valid_until=_until(request),
            case_id=found.id,
        )
    return redirect("cases:case", found.id)


def _forms(request: Any, found: Case, typed_for: str | None) -> list[dict[str, Any]]:
    machine = machine_on(found.kind, request.today)
    pack = pack_on(request.today)
    offerings = [(each.id, each.label) for each in offerings_of(request.actor, pack)]
    made = []
    for each in moves_now(request.actor, found, at=request.at, today=request.today):
        is_typed = each.name == typed_for
        made.append(
            {
                "name": each.name,
                "move": each.move,
                "stopped": each.problems,
                "is_open": is_typed,
                "fields": move_fields(
                    machine,
                    each.name,
                    typed=request.POST if is_typed else None,
                    known=found.fields
                    if each.move.party in ("subject", "proposer")
                    else _granted(found),
                    problems=request.problems if is_typed else (),
                    offerings=offerings,
                ),
            }
        )
    return made


def _granted(found: Case) -> dict[str, object]:
    """Propose to grant what was asked for."""
    asked = {
        "granted_fen": found.fields.get("asked_fen"),
        "granted_months": found.fields.get("asked_months"),
    }
    return {**asked, **found.fields}


def _of_need(request: Any, found: Case) -> dict[str, Any]:
    actor = request.actor
    pack = pack_on(request.today)
    is_own = actor.kind == "subject"
    answers = [
        {**each, "label": pack.offerings[each["offering"]].label}
        for each in answers_of(actor, found)
        if each["offering"] in pack.offerings
    ]
    fits = needs.fits_of(actor, found) if is_own else []
    return {
        "answers": answers,
        "shown_to": institutions_shown(actor, found) if is_own else [],
        "fits": [
            {"offering": pack.offerings[fit.offering], "fit": fit}
            for fit in fits[:20]
            if fit.offering in pack.offerings
        ],
        "may_apply": is_own and actor.may("case.open"),
    }


def _of_applicant(request: Any, found: Case) -> dict[str, Any]:
    pack = pack_on(request.today)
    context: dict[str, Any] = {"agreement": agreement_of(request.actor, found.id)}
    if found.offering not in pack.offerings or found.institution_id is None:
        return context
    missing = items_missing(
        request.actor,
        subject=found.subject_id,
        institution=found.institution_id,
        offering=found.offering,
        at=request.at,
        today=request.today,
        case_id=found.id,
    )
    return context | {
        "consents": consents_of(request.actor, found, at=request.at),
        "missing_own": [pack.items[item].label for item in missing.own],
        "missing_personal": [pack.items[item].label for item in missing.personal],
        "consent_purpose": pack.vocabularies["consent_purpose"].entries[PURPOSE],
        "until": request.POST.get("until") or _suggested(request.today),
        "people": [(str(m.person_id), m.person.name) for m in _members(request, found)],
    }


def _of_officer(request: Any, found: Case) -> dict[str, Any]:
    """Read the applicant's profile under consent, while there is something to decide."""
    context: dict[str, Any] = {"agreement": agreement_of(request.actor, found.id)}
    machine = machine_on(found.kind, request.today)
    if found.state in decided_states(machine) or not request.actor.may("profile.read"):
        return context
    quota = Quota.objects.filter(
        institution_id=found.institution_id, offering=found.offering, year=request.today.year
    ).first()
    read = evidence_read(request.actor, at=request.at, today=request.today, case=found, quota=quota)
    if read is None:
        return context | {"no_consent": True}
    policy = policy_at(read.pack_digest, read.asof)
    return context | {
        "evidence": evidence_shown(policy.pack, json.loads(read.text)),
        "withheld_count": len(read.inputs["withheld"]),
    }


def _members(request: Any, found: Case) -> QuerySet[Any]:
    return members(request.actor, found.subject_id, request.today)


def _suggested(today: dt.date) -> str:
    return (today + dt.timedelta(days=CONSENT_DAYS)).isoformat()


def _until(request: Any) -> dt.datetime:
    """Give the end of the day that was typed, in the region; without one, of the suggested day."""
    try:
        day = dt.date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        day = dt.date.fromisoformat(_suggested(request.today))
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), REGION)
