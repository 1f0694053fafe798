"""The inbox: what a party was told, and the links to act on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from huoshui.web.audit.pages.doors import door
from huoshui.web.delivery.actions.outbox import message_read
from huoshui.web.delivery.pages.jobs import as_uuid
from huoshui.web.delivery.queries import messages as queries


@door(signed_in=True)
def inbox(request: Any) -> HttpResponse:
    """List the messages, the latest first."""
    before = as_uuid(request.GET.get("before"))
    found = queries.inbox(request.actor, before=before)
    shown = found[: queries.SHOWN_MOST]
    pager = {
        "first": reverse("delivery:inbox") if before else None,
        "next": f"?before={shown[-1].id}" if len(found) > len(shown) else None,
        "shown": len(shown),
        "total": None,
    }
    context = {
        "messages_shown": shown,
        "pager": pager,
        "unread": any(each.read_at is None for each in shown),
    }
    return render(request, "delivery/inbox.html", context)


@door(signed_in=True, methods=("POST",))
def read(request: Any, message_id: UUID) -> HttpResponse:
    """Mark a message as read, and go to what it is about where that is asked."""
    if not queries.is_there(request.actor, message_id):
        raise Http404
    message_read(request.actor, at=request.at, id=message_id)
    link = queries.link_of(request.actor, message_id) if "open" in request.POST else None
    return redirect(link or reverse("delivery:inbox"))


@door(signed_in=True, methods=("POST",))
def read_all(request: Any) -> HttpResponse:
    """Mark every message as read."""
    message_read(request.actor, at=request.at)
    return redirect("delivery:inbox")
