"""Jobs and dead letters, as far as the viewer may see them: their own, or all for an operator."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.models import Job, Outgoing

SHOWN_MOST = 50


def jobs(viewer: Actor, *, status: str | None = None, before: UUID | None = None) -> list[Job]:
    """Give the latest jobs, or those asked before one of them, one more than a page holds."""
    found = _visible(viewer)
    if status:
        found = found.filter(status=status)
    last = _visible(viewer).filter(id=before).first() if before else None
    if last is not None:
        found = found.filter(
            Q(asked_at__lt=last.asked_at) | Q(asked_at=last.asked_at, id__lt=last.id)
        )
    return list(found.order_by("-asked_at", "-id")[: SHOWN_MOST + 1])


def job(viewer: Actor, id: UUID) -> Job | None:
    """Give one job, or None where there is none that the viewer may see."""
    return _visible(viewer).filter(id=id).first()


def dead_jobs(viewer: Actor) -> list[Job]:
    """Give the jobs that were given up, the latest first."""
    return list(_visible(viewer).filter(status="dead").order_by("-ended_at")[:200])


def dead_outgoing(viewer: Actor) -> list[Outgoing]:
    """Give the messages that were given up, the latest first; operators alone see them."""
    if viewer.kind != "operator":
        return []
    return list(Outgoing.objects.filter(dead_at__isnull=False).order_by("-dead_at")[:200])


def _visible(viewer: Actor) -> QuerySet[Job]:
    # The database holds to the same; said here too, so that a mistake there shows at once.
    if viewer.kind in ("operator", "system"):
        return Job.objects.all()
    return Job.objects.filter(asked_by=viewer.person, asked_by__isnull=False)
