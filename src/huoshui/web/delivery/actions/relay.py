"""The relay: takes what is due out of the outbox, to inboxes and to webhooks.

An inbox gets a message once, by its id.  A webhook may get it more than once, because a receiver
can do its work and lose the connection before it answers; every attempt carries the same key.
"""

from __future__ import annotations

import datetime as dt
import http.client
import urllib.error
import urllib.request
from uuid import UUID

from django.db.models import QuerySet

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.delivery.models import Message, Outgoing, Webhook
from huoshui.web.delivery.rules import signing
from huoshui.web.delivery.rules.patience import (
    POSTED_MOST,
    RELAYED_MOST,
    WEBHOOK_LEASE_SECONDS,
    WEBHOOK_PATIENCE_SECONDS,
    webhook_wait,
)

_TO_INBOX = ("id", "institution_id", "subject_id", "person_id", "topic", "body", "at")


def deliver_due(*, at: dt.datetime) -> int:
    """Deliver what is due; give how many messages left the outbox.

    An institution whose webhook fails is left alone until the next relay.
    """
    sent = 0
    while brought := _into_inboxes(at):
        sent += brought
    failing: set[UUID] = set()
    for _ in range(POSTED_MOST):
        leased = _lease(at, failing)
        if leased is None:
            break
        problem = _posted(*leased, at=at)
        _note(leased[0].id, problem, at=at)
        if problem is None:
            sent += 1
        else:
            assert leased[0].institution_id is not None
            failing.add(leased[0].institution_id)
    return sent


def _due(at: dt.datetime, channel: str) -> QuerySet[Outgoing]:
    waiting = Outgoing.objects.filter(sent_at=None, dead_at=None, next_at__lte=at, channel=channel)
    return waiting.order_by("next_at", "at").select_for_update(skip_locked=True)


def _into_inboxes(at: dt.datetime) -> int:
    """Put messages into inboxes, and copy those of institutions with a webhook, all or none."""
    with acting(SYSTEM):
        rows = list(_due(at, "inbox")[:RELAYED_MOST])
        told = {row.institution_id for row in rows if row.institution_id}
        hooked = set(
            Webhook.objects.filter(institution_id__in=told).values_list("institution_id", flat=True)
        )
        Message.objects.bulk_create(
            [Message(**{name: getattr(row, name) for name in _TO_INBOX}) for row in rows],
            ignore_conflicts=True,
        )
        Outgoing.objects.bulk_create(
            [_for_webhook(row, at) for row in rows if row.institution_id in hooked],
            ignore_conflicts=True,
        )
        Outgoing.objects.filter(id__in=[row.id for row in rows]).update(sent_at=at)
    return len(rows)


def _for_webhook(row: Outgoing, at: dt.datetime) -> Outgoing:
    return Outgoing(
        channel="webhook",
        institution_id=row.institution_id,
        topic=row.topic,
        body=row.body,
        key=row.key,
        at=row.at,
        next_at=at,
    )


def _lease(at: dt.datetime, failing: set[UUID]) -> tuple[Outgoing, Webhook] | None:
    """Take one webhook message for a while, so that it is sent outside any transaction."""
    with acting(SYSTEM):
        row = _due(at, "webhook").exclude(institution_id__in=failing).first()
        if row is None:
            return None
        row.attempts += 1
        row.next_at = at + dt.timedelta(seconds=WEBHOOK_LEASE_SECONDS)
        row.save(update_fields=["attempts", "next_at"])
        hook = Webhook.objects.filter(institution_id=row.institution_id).first()
        return row, hook or Webhook(institution_id=row.institution_id, url="", secret="")


def _posted(row: Outgoing, hook: Webhook, *, at: dt.datetime) -> str | None:
    """Post a message; give None where it was taken, else what went wrong."""
    if not hook.url.startswith(("http://", "https://")):
        return "no webhook is configured"
    body = signing.event(
        str(row.id), topic=row.topic, at=row.at, receiver=str(row.institution_id), body=row.body
    )
    headers = {
        "Content-Type": signing.MEDIA_TYPE,
        signing.KEY: str(row.id),
        signing.SIGNATURE: signing.signature(hook.secret, body, int(at.timestamp())),
    }
    request = urllib.request.Request(hook.url, data=body, headers=headers, method="POST")
    try:
        with _OPENER.open(request, timeout=WEBHOOK_PATIENCE_SECONDS) as answer:
            return None if 200 <= answer.status < 300 else f"HTTP {answer.status}"
    except urllib.error.HTTPError as error:
        with error:
            return f"HTTP {error.code}"
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"[:200]


def _note(id: UUID, problem: str | None, *, at: dt.datetime) -> None:
    with acting(SYSTEM):
        row = Outgoing.objects.select_for_update().get(id=id)
        if problem is None:
            row.sent_at, row.problem = at, ""
        else:
            wait = webhook_wait(row.attempts)
            row.problem = problem
            if wait is None:
                row.dead_at = at
                entry_add(
                    SYSTEM,
                    at=at,
                    action="message.given_up",
                    object_kind="outgoing",
                    object_id=row.id,
                    institution=row.institution_id,
                    payload={"topic": row.topic, "problem": problem},
                )
            else:
                row.next_at = at + dt.timedelta(seconds=wait)
        row.save(update_fields=["sent_at", "dead_at", "next_at", "problem"])


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A webhook is posted where its institution said, and nowhere else."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow none."""
        return


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
