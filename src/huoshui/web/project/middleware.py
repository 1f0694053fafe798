"""Every request runs in the name of its actor, in one transaction; every refusal is recorded."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse

from huoshui.kernel.errors import Problem, Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.refusals import refusal_record
from huoshui.web.audit.pages.doors import Door, door_of
from huoshui.web.audit.rules.actor import NOBODY, ActorRefusal
from huoshui.web.audit.rules.language import speak
from huoshui.web.parties.queries.actors import actor_of_session
from huoshui.web.project import clock

LANGUAGE_COOKIE = "huoshui_language"

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing inline: what a page runs and shows comes from this server."""

Next = Callable[[HttpRequest], HttpResponse]


def policy_of_content(get_response: Next) -> Next:
    """Send the content policy with every page."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


class InTheActorsName:
    """Give the request its actor, time and language, and run its view behind its door."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say when the request is made and in which language it is answered."""
        request.at = clock.moment()  # type: ignore[attr-defined]
        request.today = clock.today()  # type: ignore[attr-defined]
        request.language = speak(request.COOKIES.get(LANGUAGE_COOKIE, "zh"))  # type: ignore[attr-defined]
        request.actor = NOBODY  # type: ignore[attr-defined]
        request.memberships = ()  # type: ignore[attr-defined]
        request.problems = ()  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse:
        """Open the door, run the view in one transaction, and show what was refused."""
        door = door_of(view)
        assert door is not None, f"{view} stands behind no door"
        if request.method not in (*door.methods, "HEAD", "OPTIONS"):
            return HttpResponseNotAllowed(door.methods)
        request.actor, request.memberships = actor_of_session(request, request.today)
        try:
            self._open(request, door)
            if door.own_transactions:
                return view(request, *args, **kwargs)
            with acting(request.actor):
                return view(request, *args, **kwargs)
        except Refused as refused:
            return self._refused(request, door, refused.problems, args, kwargs)
        except Http404:
            problem = ActorRefusal.NOT_THERE.problem(path=request.path)
            self._record(request, (problem,))
            raise

    def _open(self, request: Any, door: Door) -> None:
        if door.open_to_all:
            return
        if request.actor.kind == "nobody":
            raise ActorRefusal.NOT_SIGNED_IN.refuse()
        if door.permissions and not any(request.actor.may(p) for p in door.permissions):
            request.actor.need(door.permissions[0])

    def _refused(
        self, request: Any, door: Door, problems: tuple[Problem, ...], args: Any, kwargs: Any
    ) -> HttpResponse:
        code = problems[0].code
        if code == ActorRefusal.NOT_SIGNED_IN.code and request.method == "GET":
            return HttpResponseRedirect(f"{reverse('parties:sign_in')}?next={request.path}")
        self._record(request, problems)
        request.problems = problems
        not_permitted = code in (ActorRefusal.NOT_PERMITTED.code, ActorRefusal.NOT_SIGNED_IN.code)
        status = STATUS.get(code, 422)
        with acting(request.actor):
            if door.again is not None and not not_permitted:
                response = door.again(request, *args, **kwargs)
                response.status_code = status
                return response
            return render(request, "refused.html", {"problems": problems}, status=status)

    def _record(self, request: Any, problems: tuple[Problem, ...]) -> None:
        refusal_record(request.actor, at=request.at, problems=problems, path=request.path)


def not_there(request: Any, exception: Exception) -> HttpResponse:
    """Say, in the reader's language and frame, that there is nothing at an address."""
    del exception  # what it says is for the log; the page does not tell what is from what is not
    if request.actor is NOBODY:  # no view was met at this address, so nobody asked who this is
        request.actor, request.memberships = actor_of_session(request, request.today)
    problems = (ActorRefusal.NOT_THERE.problem(path=request.path),)
    with acting(request.actor):
        return render(request, "refused.html", {"problems": problems}, status=404)


STATUS = {
    ActorRefusal.NOT_SIGNED_IN.code: 401,
    ActorRefusal.NOT_PERMITTED.code: 403,
    ActorRefusal.NOT_THERE.code: 404,
}
"""Refusals with an answer of their own; every other is 422, understood and not done."""


def new_key() -> str:
    """Give a key for a form that opens something: sent twice, it opens once."""
    return str(uuid.uuid4())
