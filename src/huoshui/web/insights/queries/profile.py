"""What is known of one subject: its profile row, and where each item of it comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.insights.models import Evidence, Profile, Snapshot
from huoshui.web.insights.queries.snapshots import snapshot_in_use, snapshot_latest
from huoshui.web.insights.rules.rows import ARRAYS, row_of_arrays
from huoshui.web.parties.models import EntityLink


@dataclass(frozen=True)
class Known:
    """A subject's row in a snapshot.

    `row` has the columns and the plain values of the published profile, so that what is explained
    from it is what the facts themselves explain.  `who` is what the register says.
    """

    snapshot: Snapshot
    entity: str
    who: Mapping[str, object]
    row: Mapping[str, object]


WHO = (
    "kind",
    "code",
    "legacy_code",
    "name",
    "region_code",
    "industry_code",
    "status",
    "established_on",
)


def entity_of(viewer: Actor, subject: UUID) -> str | None:
    """Give the entity that a subject is linked to now, as far as the viewer may know."""
    links = EntityLink.objects.filter(subject_id=subject, valid_until=None)
    return links.order_by("-valid_from").values_list("entity", flat=True).first()


def known_of(
    viewer: Actor,
    *,
    subject: UUID | None = None,
    entity: str | None = None,
    snapshot: Snapshot | None = None,
) -> Known | None:
    """Give what a snapshot (the one in use) knows of a subject or entity that the viewer may see.

    A subject sees itself and the operator everybody; an institution reads under a consent
    (`consented`), and gets nothing here.
    """
    assert (subject is None) != (entity is None), "one of subject and entity is asked for"
    snapshot = snapshot or snapshot_latest()
    entity = entity or (entity_of(viewer, subject) if subject else None)
    if entity is None:
        return None
    found = Profile.objects.filter(snapshot_id=snapshot.pk, entity=entity)
    values = found.values(*WHO, *ARRAYS).first()
    if values is None:
        return None
    return Known(
        snapshot,
        entity,
        {name: values[name] for name in WHO},
        row_of_arrays(snapshot.columns, entity, values),
    )


def row_of(
    viewer: Actor,
    *,
    subject: UUID | None = None,
    entity: str | None = None,
    snapshot: Snapshot | None = None,
) -> Mapping[str, object] | None:
    """Give the profile row alone: column -> value as in the published table, or None."""
    if snapshot is None and snapshot_in_use() is None:
        return None
    known = known_of(viewer, subject=subject, entity=entity, snapshot=snapshot)
    return None if known is None else known.row


@dataclass(frozen=True)
class FeedEvidence:
    """What one feed says of an item."""

    feed: str
    facts: int
    newest_true_on: dt.date | None
    oldest_true_on: dt.date | None
    last_batch: int
    source_file: str
    source_row: int


def evidence(
    viewer: Actor, entity: str, *, snapshot: Snapshot | None = None
) -> dict[str, list[FeedEvidence]]:
    """Give by item what each feed says of an entity that the viewer may see, the newest first."""
    snapshot = snapshot or snapshot_latest()
    held: dict[str, list[FeedEvidence]] = {}
    found = Evidence.objects.filter(snapshot_id=snapshot.pk, entity=entity)
    for one in found.order_by("item", "-newest_true_on", "feed"):
        held.setdefault(one.item, []).append(
            FeedEvidence(
                one.feed,
                one.facts,
                one.newest_true_on,
                one.oldest_true_on,
                one.last_batch,
                one.source_file,
                one.source_row,
            )
        )
    return held
