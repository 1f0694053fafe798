"""What every page shows around its own content: who acts, the menu, and what it all rests on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.delivery.queries.messages import unread_count
from huoshui.web.desk.queries.menu import menu
from huoshui.web.insights.queries.snapshots import snapshot_in_use
from huoshui.web.parties.queries.actors import Standing


def page(request: HttpRequest) -> dict[str, Any]:
    """Give the context of every page; see docs/how-to/add-a-page.md for the names."""
    actor = getattr(request, "actor", None)
    language = getattr(request, "language", "zh")
    if actor is None or actor.kind == "nobody":
        return {"language": language, "actor": actor, "basis": _basis(request, None)}
    standing = _standing(request)
    party = standing.party if standing else None
    return {
        "language": language,
        "actor": actor,
        "acting_for": _named(party),
        "actor_role": standing.role.label if standing else None,
        "memberships_count": len(request.memberships),  # type: ignore[attr-defined]
        "menu": menu(actor, request.path),
        "unread_count": unread_count(actor),
        "today": request.today,  # type: ignore[attr-defined]
        "basis": _basis(request, snapshot_in_use()),
        "problems": request.problems,  # type: ignore[attr-defined]
    }


def _standing(request: Any) -> Standing | None:
    return next((s for s in request.memberships if s.actor == request.actor), None)


def _named(party: Any) -> object:
    if party is None:
        return None
    return getattr(party, "label", None) or party.name


def _basis(request: Any, snapshot: Any) -> dict[str, Any]:
    day = getattr(request, "today", None)
    fictional = day is not None and any(i.fictional for i in pack_on(day).institutions.values())
    if snapshot is None:
        return {"fictional": fictional, "known": None}
    return {
        "fictional": fictional,
        "known": snapshot.known,
        "asof": snapshot.asof,
        "pack_digest": snapshot.pack_digest,
    }
