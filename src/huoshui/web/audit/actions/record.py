"""Write the record: one entry per deed, in the deed's own transaction; and erase a payload."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from huoshui.web.audit.actions.statements import answered
from huoshui.web.audit.models import Entry, Payload
from huoshui.web.audit.rules import digests
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.audit.rules.findings import ERASED
from huoshui.web.audit.rules.refusals import RecordRefusal

_WRITE = f"SELECT audit_entry_write({', '.join(f'${n}' for n in range(1, 16))})".encode()


def entry_add(
    actor: Actor,
    *,
    at: dt.datetime,
    action: str,
    object_kind: str,
    object_id: object,
    subject: UUID | None = None,
    institution: UUID | None = None,
    rule: str | None = None,
    payload: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> int:
    """Append one entry within the caller's transaction, which acts as `actor`; give its number.

    The subject and the institution named may read the entry, payload and all.
    """
    assert connection.in_atomic_block, "an entry is written in the transaction of its deed"
    values = entry_said(
        actor, at=at, action=action, object_kind=object_kind, object_id=str(object_id),
        subject=subject, institution=institution, rule=rule, payload=payload, reason=reason,
    )  # fmt: skip
    row = answered(_WRITE, values)
    assert row is not None, "it gives the number of what it wrote"
    return int(row[0] or 0)


def entry_said(
    actor: Actor,
    *,
    at: dt.datetime,
    action: str,
    object_kind: str,
    object_id: str | None,
    subject: UUID | None = None,
    institution: UUID | None = None,
    rule: str | None = None,
    payload: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> list[Any]:
    """Give what `audit_entry_write` takes, for who has the database write entry and deed at once.

    Without an `object_id` the function is given it there: the deed's number is not known before.
    """
    body = digests.canonical_text(digests.plain(payload)) if payload else None
    salt = secrets.token_bytes(digests.SALT_BYTES) if payload else None
    hashed = digests.payload_text_digest(salt, body) if salt and body else None
    columns = {
        "at": at,
        "actor_kind": actor.kind,
        "actor": digests.clean(actor.label),
        "person_id": actor.person,
        "subject_id": subject,
        "institution_id": institution,
        "action": action,
        "object_kind": object_kind,
        "object_id": None if object_id is None else digests.clean(object_id),
        "reason": None if reason is None else digests.clean(reason),
        "rule": None if rule is None else digests.clean(rule),
        "payload_digest": hashed,
    }
    return [digests.entry_form(**columns), *columns.values(), salt, body]


def payload_erase(actor: Actor, *, entry: int, at: dt.datetime, reason: str) -> int:
    """Destroy an entry's payload for good and record who did it and why.

    The entry itself, its digest and every seal stay as they are and still hold.
    """
    actor.need("record.erase")
    if not reason.strip():
        raise RecordRefusal.REASON_MISSING.refuse()
    about = Entry.objects.filter(id=entry).first()
    if about is None:
        raise RecordRefusal.ENTRY_UNKNOWN.refuse()
    if not Payload.objects.filter(entry_id=entry, erased_at=None).exists():
        raise RecordRefusal.PAYLOAD_GONE.refuse(entry=entry)
    number = entry_add(
        actor,
        at=at,
        action=ERASED,
        object_kind="entry",
        object_id=entry,
        subject=about.subject_id,
        institution=about.institution_id,
        reason=reason,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_payload_erase(%s, %s)", [entry, at])
        (was_there,) = cursor.fetchone()
    if not was_there:  # another erased it meanwhile; this transaction rolls back
        raise RecordRefusal.PAYLOAD_GONE.refuse(entry=entry)
    return number
