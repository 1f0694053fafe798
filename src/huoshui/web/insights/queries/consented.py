"""What an institution may know of a subject: under consents, read once and written down once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from huoshui.policy.pack import Pack
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.insights.models import Snapshot
from huoshui.web.insights.queries.policy import policy_of
from huoshui.web.insights.queries.profile import WHO
from huoshui.web.insights.queries.snapshots import snapshot_latest
from huoshui.web.insights.rules.behind import consent_asked, items_of_offering
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
    may = frozenset(values["may"])
    return Consented(
        snapshot,
        values["subject"],
        values["entity"],
        {name: values[name] for name in WHO},
        row_of_arrays(snapshot.columns, values["entity"], values, only=may),
        tuple(name for name in snapshot.columns if name not in may),
    )


def items_asked(snapshot: Snapshot, offering: str) -> tuple[list[str], list[str]]:
    """Give the items that must be consented to for an offering: the subject's own, and personal."""
    policy = policy_of(snapshot)
    pack: Pack = policy.pack
    if offering not in policy.plan.clauses:
        raise InsightRefusal.NO_OFFERING.refuse(offering=offering)
    return consent_asked(pack, items_of_offering(pack, policy.plan, offering))
