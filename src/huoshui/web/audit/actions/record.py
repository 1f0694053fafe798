"""Write the record: one entry per deed, in the deed's own transaction; and erase a payload."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from huoshui.web.audit.actions.statements import said
from huoshui.web.audit.models import Entry, Payload
from huoshui.web.audit.rules import digests
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.audit.rules.findings import ERASED
from huoshui.web.audit.rules.refusals import RecordRefusal

NUMBERS = "nextval('audit_entry_id_seq'), pg_current_xact_id()::text::bigint"
"""The two expressions that give an entry its number and its transaction's."""

_COLUMNS = (
    "id, xid, at, actor_kind, actor, person_id, subject_id, institution_id, action, object_kind, "
    "object_id, reason, rule, payload_digest, digest"
)
_ADD = f"INSERT INTO audit_entry ({_COLUMNS}) VALUES (%s, %s::xid8{', %s' * 13})"
_ADD_BOTH = (
    f"WITH entry AS ({_ADD}) "
    "INSERT INTO audit_payload (entry_id, salt, body) VALUES (%s, %s, %s::jsonb)"
)


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
    numbers: tuple[int, int] | None = None,
) -> int:
    """Append one entry within the caller's transaction, which acts as `actor`; give its number.

    The subject and the institution named may read the entry, payload and all.  `numbers` are the
    entry's and the transaction's, where the caller has asked for both already (`NUMBERS`).
    """
    assert connection.in_atomic_block, "an entry is written in the transaction of its deed"
    body = digests.plain(payload) if payload else None
    salt = secrets.token_bytes(digests.SALT_BYTES)
    number, xid = numbers or said(f"SELECT {NUMBERS}").fetchone()
    entry = digests.Entry(
        id=number,
        xid=xid,
        at=at,
        actor_kind=actor.kind,
        actor=digests.clean(actor.label),
        person_id=actor.person,
        subject_id=subject,
        institution_id=institution,
        action=action,
        object_kind=object_kind,
        object_id=digests.clean(str(object_id)),
        reason=None if reason is None else digests.clean(reason),
        rule=None if rule is None else digests.clean(rule),
        payload_digest=digests.payload_digest(salt, body) if body else None,
    )
    row = [
        value
        for name, value in vars(entry).items()
        if name not in ("digest", "payload", "xid", "id")
    ]
    values = [number, str(xid), *row, digests.entry_digest(entry)]
    if body:
        said(_ADD_BOTH, [*values, number, salt, json.dumps(body, ensure_ascii=False)])
    else:
        said(_ADD, values)
    return int(number)


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
