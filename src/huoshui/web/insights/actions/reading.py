"""Read a subject's profile under consents: once, written down once, and on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.insights.models import Snapshot
from huoshui.web.insights.queries.profile import WHO
from huoshui.web.insights.queries.snapshots import snapshot_latest
from huoshui.web.insights.rules.refusals import InsightRefusal
from huoshui.web.insights.rules.rows import ARRAYS, row_of_arrays


@dataclass(frozen=True)
class Consented:
    """The part of a profile that consents let an institution read; other columns are absent."""

    snapshot: Snapshot
    subject: UUID
    entity: str
    who: Mapping[str, object]
    row: Mapping[str, object]
    withheld: tuple[str, ...]  # columns that there was no consent for


@transaction.atomic
def read_under_consent(
    actor: Actor,
    *,
    consent: UUID | Iterable[UUID],
    at: dt.datetime,
    what: str,
    snapshot: Snapshot | None = None,
) -> Consented:
    """Read a profile under one consent, or several of one subject; every read is written down.

    A column is given where each item behind it is public or consented to: the firm's items by the
    firm, those that tell of a person by a person.  Refuse where any of the consents is not the
    actor's, has ended or was withdrawn.
    """
    wanted = [consent] if isinstance(consent, UUID) else list(dict.fromkeys(consent))
    snapshot = snapshot or snapshot_latest()
    names = ("subject", "entity", *WHO, *ARRAYS, "may")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(names)} FROM insights_read(%s::uuid[], %s, %s, %s, %s)",
            [wanted, at, actor.label, what, snapshot.pk],
        )
        found = cursor.fetchone()
    if found is None:
        raise InsightRefusal.NO_CONSENT.refuse(name=actor.name)
    values = dict(zip(names, found, strict=True))
    entry_add(
        actor,
        at=at,
        action="consent.read",
        object_kind="consent",
        object_id=wanted[0],
        subject=values["subject"],
        institution=actor.institution,
        rule=snapshot.pack_digest,
        payload={"consents": [str(each) for each in wanted], "what": what},
    )
    may = frozenset(values["may"])
    return Consented(
        snapshot,
        values["subject"],
        values["entity"],
        {name: values[name] for name in WHO},
        row_of_arrays(snapshot.columns, values["entity"], values, only=may),
        tuple(name for name in snapshot.columns if name not in may),
    )
