"""Consents: what I gave, who read what under it, what I am asked for; and being found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.parties.actions.admissions import subject_findable
from huoshui.web.parties.actions.consents import PURPOSES, consent_answer, consent_withdraw
from huoshui.web.parties.models import Consent, ConsentRequest, Subject
from huoshui.web.parties.queries import consents as asked


@door("consent.read")
def consents(request: Any) -> HttpResponse:
    """List the consents that the viewer gave, or may read under."""
    pack = pack_on(request.today)
    shown = [_shown(pack, consent, request.at) for consent in asked.consents(request.actor)[:200]]
    subject = Subject.objects.filter(id=request.actor.subject).first()
    context = {"consents": shown, "subject": subject, "requests": _requests(request, pack)}
    return render(request, "parties/consents.html", context)


def _requests(request: Any, pack: Any) -> list[dict[str, Any]]:
    if request.actor.kind != "person":
        return []
    return [{"request": each, **_words(pack, each)} for each in asked.requests_open(request.actor)]


def _words(pack: Any, consent: Any) -> dict[str, Any]:
    return {
        "purpose": pack.vocabularies[PURPOSES].entries.get(consent.purpose),
        "items": [pack.items[item].label for item in consent.items if item in pack.items],
    }


def _shown(pack: Any, consent: Consent, at: Any) -> dict[str, Any]:
    state = "in_force"
    if consent.withdrawn_at is not None:
        state = "withdrawn"
    elif consent.valid_until <= at:
        state = "ended"
    return {"consent": consent, "state": state, **_words(pack, consent)}


@door("consent.read")
def consent(request: Any, consent_id: UUID) -> HttpResponse:
    """Show one consent with every read made under it."""
    found = asked.consents(request.actor).filter(id=consent_id).first()
    if found is None:
        raise Http404
    shown = _shown(pack_on(request.today), found, request.at)
    may_withdraw = shown["state"] == "in_force" and (
        found.giver_id == request.actor.person
        if found.giver_id
        else found.subject_id == request.actor.subject
    )
    context = {
        **shown,
        "reads": list(asked.reads(request.actor, consent_id)[:500]),
        "may_withdraw": may_withdraw and request.actor.may("consent.withdraw"),
    }
    return render(request, "parties/consent.html", context)


@door("consent.withdraw", methods=("POST",))
def withdraw(request: Any, consent_id: UUID) -> HttpResponse:
    """End a consent now."""
    consent_withdraw(request.actor, at=request.at, consent=consent_id)
    return HttpResponseRedirect(reverse("parties:consent", args=[consent_id]))


@door("consent.give", methods=("POST",))
def answer(request: Any, request_id: UUID) -> HttpResponse:
    """Agree to a request for one's own data, or not."""
    found = ConsentRequest.objects.filter(id=request_id, person_id=request.actor.person).first()
    if found is None:
        raise Http404
    agree = request.POST.get("answer") == "agree"
    consent_answer(request.actor, at=request.at, today=request.today, request=found, agree=agree)
    return HttpResponseRedirect(reverse("parties:consents"))


@door("consent.give", methods=("POST",))
def findable(request: Any) -> HttpResponse:
    """Let institutions find the subject by its public facts, or no longer."""
    if request.actor.subject is None:
        raise Http404
    subject_findable(
        request.actor,
        at=request.at,
        subject=request.actor.subject,
        findable=request.POST.get("findable") == "yes",
    )
    return HttpResponseRedirect(reverse("parties:consents"))
