"""Jobs: one's own, or all for an operator; how far each is; and what was given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from huoshui.web.audit.pages.doors import door
from huoshui.web.delivery import tasks
from huoshui.web.delivery.actions.jobs import job_retry
from huoshui.web.delivery.actions.outbox import outgoing_retry
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.queries import jobs as queries
from huoshui.web.delivery.rules.words import said

STATUSES = {
    "asked": {"zh": "排队中", "en": "Waiting"},
    "running": {"zh": "进行中", "en": "Running"},
    "done": {"zh": "已完成", "en": "Done"},
    "failed": {"zh": "未成功", "en": "Failed"},
    "dead": {"zh": "已停止重试", "en": "Given up"},
}


@door(signed_in=True)
def jobs(request: Any) -> HttpResponse:
    """List the latest jobs, of one status or of all."""
    status = request.GET.get("status", "")
    status = status if status in STATUSES else ""
    before = as_uuid(request.GET.get("before"))
    found = queries.jobs(request.actor, status=status or None, before=before)
    shown = found[: queries.SHOWN_MOST]
    query = f"status={status}&" if status else ""
    pager = {
        "first": reverse("delivery:jobs") + f"?{query}" if before else None,
        "next": f"?{query}before={shown[-1].id}" if len(found) > len(shown) else None,
        "shown": len(shown),
        "total": None,
    }
    context = {
        "rows": [job_row(each) for each in shown],
        "statuses": STATUSES,
        "status": status,
        "pager": pager,
    }
    return render(request, "delivery/jobs.html", context)


@door(signed_in=True)
def job(request: Any, job_id: UUID) -> HttpResponse:
    """Show one job: how far it is, how it ended, what it gave."""
    found = queries.job(request.actor, job_id)
    if found is None:
        raise Http404
    result = found.result or {}
    found.what = said(found.what)  # for the page; the row keeps the word
    context = {
        **job_row(found),
        "url": reverse("delivery:job", args=[found.id]),
        "next": result.get("link"),
        "files": result.get("files"),
        "counts": [
            (said(k), v) for k, v in result.items() if isinstance(v, int | str) and k != "link"
        ],
        "also": (found.problem or {}).get("also", []),
        "may_retry": found.status in ("failed", "dead") and request.actor.may("jobs.retry"),
    }
    return render(request, "delivery/job.html", context)


@door("jobs.read")
def dead(request: Any) -> HttpResponse:
    """List the jobs and the messages that were given up."""
    context = {
        "rows": [job_row(each) for each in queries.dead_jobs(request.actor)],
        "outgoing": queries.dead_outgoing(request.actor),
        "may_retry": request.actor.may("jobs.retry"),
    }
    return render(request, "delivery/dead.html", context)


@door("jobs.retry", methods=("POST",))
def retry(request: Any, job_id: UUID) -> HttpResponse:
    """Ask once more for a job that failed or was given up."""
    if queries.job(request.actor, job_id) is None:
        raise Http404
    job_retry(request.actor, at=request.at, id=job_id)
    return redirect("delivery:job", job_id)


@door("jobs.retry", methods=("POST",))
def send_again(request: Any, outgoing_id: UUID) -> HttpResponse:
    """Send once more what was given up."""
    outgoing_retry(request.actor, at=request.at, id=outgoing_id)
    return redirect("delivery:dead")


def label_of(job: Job) -> Mapping[str, str] | str:
    """Give the words for what a job does."""
    made = tasks.DEEDS.get(job.task)
    return made.label if made else job.task


def as_uuid(text: str | None) -> UUID | None:
    """Read an id of an address; what is none is taken as none given."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def job_row(job: Job) -> dict[str, Any]:
    return {"job": job, "label": label_of(job), "status_label": STATUSES[job.status]}
