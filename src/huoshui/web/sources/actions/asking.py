"""Ask for a job by what it is to do: the same again is the same job, unless that one failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.actions.jobs import job_ask
from huoshui.web.delivery.models import Job


def asked_anew(
    actor: Actor, *, at: dt.datetime, task: str, args: Mapping[str, Any], key: str
) -> Job:
    """Ask for a job; after one of this key that failed, ask for a new one in its place."""
    before = Job.objects.filter(task=task, asked_by=actor.person, key__startswith=key)
    failed = before.filter(status__in=("failed", "dead")).count()
    return job_ask(actor, at=at, task=task, args=args, key=f"{key}+{failed}" if failed else key)
