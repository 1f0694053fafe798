"""A party's inbox: what was sent to them, to whom they act for, and to its branches."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.models import Message

SHOWN_MOST = 50


def inbox(viewer: Actor, *, before: UUID | None = None) -> list[Message]:
    """Give the latest messages, or those before one of them, one more than a page holds."""
    if viewer.kind == "nobody":
        return []
    found = Message.objects.all()
    last = Message.objects.filter(id=before).first() if before else None
    if last is not None:
        found = found.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.id))
    return list(found.order_by("-at", "-id")[: SHOWN_MOST + 1])


def unread_count(viewer: Actor) -> int:
    """Count the messages nobody of the party has read."""
    if viewer.kind == "nobody":
        return 0
    return Message.objects.filter(read_at=None).count()


def is_there(viewer: Actor, id: UUID) -> bool:
    """Say whether a message is the viewer's."""
    return Message.objects.filter(id=id).exists()


def link_of(viewer: Actor, id: UUID) -> str | None:
    """Give the page that a message is about: one of this server's own, or none."""
    found = Message.objects.filter(id=id).first() if viewer.kind != "nobody" else None
    link = str(found.body.get("link") or "") if found else ""
    return link if link.startswith("/") and not link.startswith(("//", "/\\")) else None
