"""Signing in and out, choosing whom to act for, and the language."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.rules.actor import NOBODY
from huoshui.web.parties.actions.signing_in import sign_in as let_in
from huoshui.web.parties.queries.actors import ACTING_AS
from huoshui.web.parties.rules.refusals import SignInRefusal

LANGUAGE_COOKIE = "huoshui_language"
LANGUAGES = ("zh", "en")
YEAR_SECONDS = 365 * 24 * 3600


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if here and wanted.startswith("/") else "/"


def _form(request: Any) -> HttpResponse:
    typed = request.POST.get("name", "")
    context = {"name": typed, "next": _next(request), "problems": request.problems}
    return render(request, "parties/sign_in.html", context)


@door(
    open_to_all="Nobody is known before they sign in.",
    methods=("GET", "POST"),
    again=_form,
    own_transactions=True,
)
def sign_in(request: Any) -> HttpResponse:
    """Show the form, or let somebody in."""
    if request.method != "POST":
        with acting(NOBODY):
            return _form(request)
    person = let_in(
        at=request.at,
        name=request.POST.get("name", ""),
        password=request.POST.get("password", ""),
        address=request.META.get("REMOTE_ADDR", ""),
    )
    login(request, person)
    return HttpResponseRedirect(_next(request))


@door(open_to_all="Leaving needs no leave.", methods=("POST",))
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect(reverse("parties:sign_in"))


@door(signed_in=True, methods=("GET", "POST"))
def acting_as(request: Any) -> HttpResponse:
    """Choose whom to act for, of the roles one has."""
    if request.method == "POST":
        wanted = request.POST.get("as", "")
        if wanted not in {standing.key for standing in request.memberships}:
            raise SignInRefusal.NO_SUCH_ROLE.refuse()
        request.session[ACTING_AS] = wanted
        return HttpResponseRedirect("/")
    return render(request, "parties/acting.html", {"standings": request.memberships})


@door(open_to_all="Everybody may choose a language.", methods=("POST",))
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language that was chosen."""
    wanted = request.POST.get("language", "")
    response = HttpResponseRedirect(_next(request))
    response.set_cookie(
        LANGUAGE_COOKIE,
        wanted if wanted in LANGUAGES else LANGUAGES[0],
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="Lax",
    )
    return response
