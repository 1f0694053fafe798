"""Every page stands behind a door that says who may come in; a test walks all of them.

A page runs in one transaction in its actor's name (`project.middleware`).  Where it is refused,
everything is rolled back, the refusal is recorded, and the problem is shown: on the form itself,
with what was typed, where the door names the view that draws the form (`again`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Door:
    """Who may come in, by which methods, and what is shown after a refusal."""

    permissions: tuple[str, ...] = ()  # any one of them suffices
    open_to_all: str | None = None  # why nobody need be signed in
    signed_in: bool = False  # whoever is signed in, in whichever role
    methods: tuple[str, ...] = ("GET",)
    again: View | None = None  # draws the form anew, given `request.problems`
    own_transactions: bool = False  # the view sets the actor itself


def door(
    *permissions: str,
    open_to_all: str | None = None,
    signed_in: bool = False,
    methods: tuple[str, ...] = ("GET",),
    again: View | None = None,
    own_transactions: bool = False,
) -> Callable[[View], View]:
    """Put a page behind a door."""
    assert permissions or open_to_all or signed_in, "a door says who may come in"

    def put(view: View) -> View:
        view.door = Door(  # type: ignore[attr-defined]
            permissions, open_to_all, signed_in, methods, again, own_transactions
        )
        return view

    return put


def door_of(view: Any) -> Door | None:
    """Give a view's door, if it has one."""
    found: Door | None = getattr(view, "door", None)
    return found


def is_htmx(request: HttpRequest) -> bool:
    """Say whether only a part of the page is asked for."""
    return bool(getattr(request, "htmx", False)) and not request.htmx.boosted  # type: ignore[attr-defined]
