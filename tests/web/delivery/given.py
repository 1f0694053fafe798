"""Makers: who asks and who is told, deeds to be done, and one deed at a time done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery import tasks
from huoshui.web.delivery.actions.jobs import job_ask
from huoshui.web.delivery.actions.outbox import message_send
from huoshui.web.delivery.models import Job, Outgoing

AT = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
TOLD = {"zh": "您的申请已受理。", "en": "Your application was taken up.", "link": "/applications/1"}


def later(seconds: float) -> dt.datetime:
    """Give a moment after AT."""
    return AT + dt.timedelta(seconds=seconds)


def operator() -> Actor:
    """Give an operator who may retry."""
    return Actor(
        "operator", "赵平", person=uuid4(), permissions=frozenset({"jobs.read", "jobs.retry"})
    )


def officer(institution: UUID | None = None) -> Actor:
    """Give somebody who acts for an institution."""
    return Actor("institution", "李敏", person=uuid4(), institution=institution or uuid4())


def owner(subject: UUID | None = None) -> Actor:
    """Give somebody who acts for a subject."""
    return Actor("subject", "王芳", person=uuid4(), subject=subject or uuid4())


def asked(actor: Actor, task: str, key: str = "1", **args: Any) -> Job:
    """Ask for a job in a transaction of its own."""
    with acting(actor):
        return job_ask(actor, at=AT, task=task, args=args, key=key)


def sent(actor: Actor, key: str = "1", **receiver: UUID) -> None:
    """Send a message in a transaction of its own."""
    with acting(actor):
        message_send(actor, at=AT, topic="case.taken", body=TOLD, key=key, **receiver)


@contextmanager
def deed(work: Callable[..., Any], *, whole: bool = False) -> Iterator[str]:
    """Teach the jobs process a deed for a while; give its name."""
    name = f"test.{uuid4().hex}"
    tasks.keep_time(lambda: AT)
    tasks.deed(name, zh="测试", en="A test", in_one_transaction=whole)(work)
    yield name
    del tasks.DEEDS[name]


def job_now(actor: Actor, job: Job) -> Job:
    """Read a job as it is now."""
    with acting(actor):
        return Job.objects.get(id=job.id)


def outgoing_now(actor: Actor) -> list[Outgoing]:
    """Read the outbox as an operator or the system sees it."""
    with acting(actor):
        return list(Outgoing.objects.order_by("channel", "at"))
