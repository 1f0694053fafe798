"""Write the record: one entry per deed, in the deed's own transaction; and erase a payload."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from huoshui.web.audit.actions.statements import answered, bytes_listed, texts_listed
from huoshui.web.audit.models import Entry, Payload
from huoshui.web.audit.rules import digests
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.audit.rules.findings import ERASED
from huoshui.web.audit.rules.refusals import RecordRefusal

_WRITE = f"SELECT audit_entry_write({', '.join(f'${n}' for n in range(1, 16))})".encode()


class Deed(NamedTuple):
    """What one of many entries that are written together says by itself."""

    reason: str
    rule: str | None
    payload: Mapping[str, Any]


class Said(NamedTuple):
    """What `audit_entries_write` takes beside what the deed knows: lists as their texts."""

    forms: str
    at: dt.datetime
    actor_kind: str
    actor: str
    person: UUID | None
    subject: UUID | None
    reasons: str
    rules: str
    payload_digests: str
    salts: str
    bodies: str


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
    body = digests.canonical_text(digests.plain(payload)) if payload else None
    salt = _salt() if payload else None
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
        "object_id": digests.clean(str(object_id)),
        "reason": None if reason is None else digests.clean(reason),
        "rule": None if rule is None else digests.clean(rule),
        "payload_digest": hashed,
    }
    row = answered(_WRITE, [digests.entry_form(**columns), *columns.values(), salt, body])
    assert row is not None, "it gives the number of what it wrote"
    return int(row[0] or 0)


def entries_said(
    actor: Actor,
    *,
    at: dt.datetime,
    action: str,
    object_kind: str,
    deeds: Iterable[Deed],
    subject: UUID | None = None,
    institution: UUID | None = None,
) -> Said:
    """Say many entries at once, each as `entry_add` would write it.

    The function is given the numbers of the deeds there: they are not known before.
    """
    bodies: list[str] = []
    salts: list[bytes] = []
    differ: list[dict[str, Any]] = []
    for reason, rule, payload in deeds:
        body, salt = digests.canonical_text(digests.plain(payload)), _salt()
        bodies.append(body)
        salts.append(salt)
        differ.append({
            "reason": digests.clean(reason),
            "rule": None if rule is None else digests.clean(rule),
            "payload_digest": digests.payload_text_digest(salt, body),
        })  # fmt: skip
    shared = {
        "at": at,
        "actor_kind": actor.kind,
        "actor": digests.clean(actor.label),
        "person_id": actor.person,
        "subject_id": subject,
    }
    forms = digests.entry_forms(
        differ, action=action, object_kind=object_kind, institution_id=institution, **shared
    )
    return Said(
        forms, *shared.values(),
        reasons=texts_listed(each["reason"] for each in differ),
        rules=texts_listed(each["rule"] for each in differ),
        payload_digests=bytes_listed(each["payload_digest"] for each in differ),
        salts=bytes_listed(salts), bodies=f"[{','.join(bodies)}]",
    )  # fmt: skip


def _salt() -> bytes:
    return secrets.token_bytes(digests.SALT_BYTES)


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
