"""Messages, written with the deed that they tell of and delivered afterwards by the relay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID, uuid4

import procrastinate.exceptions
from django.db import transaction

from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.actions.jobs import queue
from huoshui.web.delivery.models import Message, Outgoing
from huoshui.web.delivery.rules.refusals import JobRefusal

RELAY = "delivery.relay"


def message_send(
    actor: Actor,
    *,
    at: dt.datetime,
    topic: str,
    body: Mapping[str, str],
    key: str,
    institution: UUID | None = None,
    subject: UUID | None = None,
    person: UUID | None = None,
) -> None:
    """Send a message to one receiver; the same key again to the same receiver sends nothing.

    `body` says it in both languages, {zh, en}, with the page it is about as {link}.  It leaves
    with the caller's transaction; an institution's webhook, if it has one, is told as well.
    """
    receivers = [each for each in (institution, subject, person) if each is not None]
    assert len(receivers) == 1, "a message has one receiver"
    assert {"zh", "en"} <= set(body), "a message is written in both languages"
    assert actor.kind != "nobody", "somebody sends a message"
    row = Outgoing(
        id=uuid4(),
        channel="inbox",
        institution_id=institution,
        subject_id=subject,
        person_id=person,
        topic=topic,
        body=dict(body),
        key=key,
        at=at,
        next_at=at,
    )
    Outgoing.objects.bulk_create([row], ignore_conflicts=True)
    transaction.on_commit(relay_wake, robust=True)


def relay_wake() -> None:
    """Ask for a relay now; if this is lost, the next one by the clock delivers all the same."""
    try:
        # Not within the sender's transaction: all senders would wait for each other at the lock.
        queue.configure_task(name=RELAY, queueing_lock=RELAY).defer()
    except procrastinate.exceptions.AlreadyEnqueued:
        return


def message_read(actor: Actor, *, at: dt.datetime, id: UUID | None = None) -> int:
    """Mark one message as read, or all of the inbox; reading is nobody's business to record."""
    unread = Message.objects.filter(read_at=None)
    if id is not None:
        unread = unread.filter(id=id)
    return 0 if actor.kind == "nobody" else unread.update(read_at=at)


def outgoing_retry(actor: Actor, *, at: dt.datetime, id: UUID) -> None:
    """Send once more what was given up, with all its attempts before it."""
    actor.need("jobs.retry")
    with transaction.atomic():
        dead = Outgoing.objects.filter(id=id, dead_at__isnull=False)
        if not dead.update(dead_at=None, attempts=0, next_at=at):
            raise JobRefusal.NOT_ENDED_BADLY.refuse()
        entry_add(actor, at=at, action="message.retried", object_kind="outgoing", object_id=id)
        transaction.on_commit(relay_wake, robust=True)
