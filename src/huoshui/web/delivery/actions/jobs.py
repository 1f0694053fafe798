"""Jobs: asked together with what they follow from, begun by one worker, ended once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import procrastinate
from django.db import connection, transaction
from procrastinate.contrib.django.django_connector import DjangoConnector

from huoshui.kernel.errors import Problem
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import SYSTEM, Actor
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.rules.patience import DEED_ATTEMPTS_MOST, deed_wait
from huoshui.web.delivery.rules.refusals import JobRefusal, as_data

PERFORM = "delivery.perform"

# Defers through Django's own connection, so that a queue's row is committed with its job or not
# at all, in the worker too, where the queue's app has connections of its own.
queue = procrastinate.App(connector=DjangoConnector())


def job_ask(
    actor: Actor,
    *,
    at: dt.datetime,
    task: str,
    args: Mapping[str, Any],
    key: str,
    subject: UUID | None = None,
    institution: UUID | None = None,
) -> Job:
    """Ask for a job within the caller's transaction; the same key again gives the same job."""
    asked = Job(
        id=uuid4(),
        task=task,
        args=dict(args),
        key=key,
        asked_by=actor.person,
        asked_by_name=actor.label,
        subject_id=subject,
        institution_id=institution,
        asked_at=at,
    )
    with transaction.atomic():
        Job.objects.bulk_create([asked], ignore_conflicts=True)
        job = Job.objects.get(task=task, key=key, asked_by=actor.person)
        if job.id == asked.id:
            entry_add(
                actor,
                at=at,
                action="job.asked",
                object_kind="job",
                object_id=job.id,
                subject=subject,
                institution=institution,
                payload={"task": task, "key": key},
            )
            job_defer(job.id)
    return job


def job_defer(id: UUID) -> None:
    """Put a job into the queue, within the caller's transaction."""
    queue.configure_task(name=PERFORM).defer(job_id=str(id))


def job_retry(actor: Actor, *, at: dt.datetime, id: UUID) -> Job:
    """Ask once more for a job that failed or was given up, with all its attempts before it."""
    actor.need("jobs.retry")
    with transaction.atomic():
        changed = Job.objects.filter(id=id, status__in=("failed", "dead")).update(
            status="asked", attempts=0, problem=None, what="", done=0, total=0, ended_at=None
        )
        if not changed:
            raise JobRefusal.NOT_ENDED_BADLY.refuse()
        entry_add(actor, at=at, action="job.retried", object_kind="job", object_id=id)
        job_defer(id)
        return Job.objects.get(id=id)


@contextmanager
def job_held(id: UUID) -> Iterator[bool]:
    """Hold a job for this connection while it is worked on; False where another one holds it.

    The database lets go of it when the connection ends, however the process ended.
    """
    number = lock_number(id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def lock_number(id: UUID) -> int:
    """Give the number by which the database knows the lock of a job."""
    return int.from_bytes(id.bytes[:8], "big", signed=True)


def job_begin(id: UUID, *, at: dt.datetime) -> Job | None:
    """Begin a job that is asked, or one that a dead worker had begun; None if it has ended."""
    with acting(SYSTEM):
        job = _open(id)
        if job is None:
            return None
        if job.attempts >= DEED_ATTEMPTS_MOST:
            died = JobRefusal.WORKER_DIED.problem(attempts=job.attempts)
            _end(job, "dead", at=at, problem=as_data((died,)))
            return None
        job.status = "running"
        job.attempts += 1
        job.started_at = job.started_at or at
        job.save(update_fields=["status", "attempts", "started_at"])
        return job


def job_tell(id: UUID, *, what: str, done: int, total: int) -> None:
    """Write how far a running job is."""
    with acting(SYSTEM):
        Job.objects.filter(id=id, status="running").update(what=what, done=done, total=total)


def job_done(id: UUID, *, at: dt.datetime, result: Mapping[str, Any]) -> bool:
    """End a job with its result, within the caller's transaction; False if it has ended before."""
    with acting(SYSTEM):
        job = _open(id)
        if job is None:
            return False
        job.result = dict(result)
        job.done = job.total
        _end(job, "done", at=at, problem=None)
        return True


def job_refused(id: UUID, *, at: dt.datetime, problems: tuple[Problem, ...]) -> None:
    """End a job that was refused; trying it again would change nothing."""
    with acting(SYSTEM):
        job = _open(id)
        if job is not None:
            _end(job, "failed", at=at, problem=as_data(problems))


def job_stumbled(id: UUID, *, at: dt.datetime, problems: tuple[Problem, ...]) -> int | None:
    """Put a job back that broke off and give the wait before it is tried; None: it is given up."""
    with acting(SYSTEM):
        job = _open(id)
        if job is None:
            return None
        wait = deed_wait(job.attempts)
        if wait is None:
            _end(job, "dead", at=at, problem=as_data(problems))
            return None
        job.status, job.problem = "asked", as_data(problems)
        job.save(update_fields=["status", "problem"])
        return wait


def _open(id: UUID) -> Job | None:
    found = Job.objects.select_for_update().filter(id=id, status__in=("asked", "running"))
    return found.first()


def _end(job: Job, status: str, *, at: dt.datetime, problem: dict[str, Any] | None) -> None:
    job.status, job.problem, job.ended_at = status, problem, at
    job.save(update_fields=["status", "problem", "result", "done", "ended_at"])
    entry_add(
        SYSTEM,
        at=at,
        action=f"job.{status}",
        object_kind="job",
        object_id=job.id,
        subject=job.subject_id,
        institution=job.institution_id,
        payload={"task": job.task, "problem": problem} if problem else {"task": job.task},
    )
