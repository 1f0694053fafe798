"""What the snapshot in use knows of the subject that a page is for, or a page saying why not."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from huoshui.web.insights.queries.profile import Known, entity_of, known_of
from huoshui.web.insights.queries.snapshots import snapshot_in_use


def standing(request: Any) -> Known | None:
    """Give what is known of the subject whom the actor acts for."""
    if request.actor.kind != "subject":
        raise Http404
    snapshot = snapshot_in_use()
    if snapshot is None:
        return None
    return known_of(request.actor, subject=request.actor.subject, snapshot=snapshot)


def nothing_known(request: Any) -> HttpResponse:
    """Say why nothing is known of the subject, and what to do."""
    snapshot = snapshot_in_use()
    context = {
        "published": snapshot,
        "entity": entity_of(request.actor, request.actor.subject),
    }
    return render(request, "insights/nothing.html", context)
