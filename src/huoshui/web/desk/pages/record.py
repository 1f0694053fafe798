"""Ask whether the record holds; the jobs process looks."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from huoshui.web.audit.pages.doors import door
from huoshui.web.delivery.actions.jobs import job_ask
from huoshui.web.desk.tasks import VERIFY


@door("record.verify", methods=("POST",))
def record_verify(request: Any) -> HttpResponse:
    """Ask for a verification; within one minute, asking again gives the same one."""
    key = f"{request.at:%Y-%m-%dT%H:%M}"
    job = job_ask(request.actor, at=request.at, task=VERIFY, args={}, key=key)
    return redirect("delivery:job", job.id)
