"""What a viewer may read of the record, the newest first, and the proof that an entry is sealed.

The database gives an operator everything and anybody else what concerns them; who may not read
the record (`record.read`) sees here only what they did themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from huoshui.web.audit import models
from huoshui.web.audit.queries.seals import seal_of
from huoshui.web.audit.queries.verification import entries_between
from huoshui.web.audit.rules import digests, merkle
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.audit.rules.digests import Entry, Seal

PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """Which entries are asked for; what is empty does not narrow."""

    action: str = ""  # an action, or the first word of some ("case")
    actor: str = ""  # part of the name
    object_kind: str = ""
    object_id: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True)
class Listed:
    """One page of entries, and where the next one begins."""

    entries: tuple[models.Entry, ...]
    before: int | None  # ask for entries before this number for the next page


@dataclass(frozen=True)
class Shown:
    """One entry with its payload and what vouches for it."""

    entry: Entry
    row: models.Entry
    is_sound: bool  # its columns give its digest, its payload gives the payload's
    seal: Seal | None
    place: int | None
    steps: tuple[tuple[bytes, merkle.Step, bytes], ...]  # own hash, neighbour, hash above
    proof_holds: bool
    erasure: models.Entry | None


def entries(
    viewer: Actor, wanted: Wanted | None = None, *, before: int | None = None, limit: int = PAGE
) -> Listed:
    """Give a page of the entries that a viewer may read, the newest first."""
    wanted = wanted or Wanted()
    rows = _visible(viewer)
    if wanted.action:
        exact = rows.filter(action=wanted.action)
        rows = exact if "." in wanted.action else rows.filter(action__startswith=wanted.action)
    if wanted.actor:
        rows = rows.filter(actor__icontains=wanted.actor)
    if wanted.object_kind:
        rows = rows.filter(object_kind=wanted.object_kind)
    if wanted.object_id:
        rows = rows.filter(object_id=wanted.object_id)
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = tuple(rows.order_by("-id")[: limit + 1])
    page = found[:limit]
    return Listed(page, page[-1].id if len(found) > limit else None)


def entries_about(viewer: Actor, object_kind: str, object_ids: Iterable[object]) -> list[Any]:
    """Give the entries about some things of one kind, the oldest first."""
    ids = [str(each) for each in object_ids]
    return list(_visible(viewer).filter(object_kind=object_kind, object_id__in=ids).order_by("id"))


def entry_shown(viewer: Actor, number: int) -> Shown | None:
    """Give one entry with its payload, its seal and the path to the seal's root."""
    row = _visible(viewer).filter(id=number).first()
    if row is None:
        return None
    entry = next(e for e in entries_between(row.xid, row.xid + 1) if e.id == number)
    sealed = models.Seal.objects.filter(xid_from__lte=row.xid, xid_until__gt=row.xid).first()
    seal = seal_of(sealed) if sealed else None
    place = None
    steps: tuple[tuple[bytes, merkle.Step, bytes], ...] = ()
    proof_holds = False
    if seal is not None and entry.digest in seal.leaves:
        place = seal.leaves.index(entry.digest)
        path = merkle.path(seal.leaves, place)
        hashes = merkle.climb(entry.digest, path)
        steps = tuple(zip(hashes, path, hashes[1:], strict=False))
        proof_holds = merkle.proof_holds(seal.root, entry.digest, place, seal.entries, path)
    return Shown(
        entry,
        row,
        _is_sound(entry),
        seal,
        place,
        steps,
        proof_holds,
        _visible(viewer).filter(object_kind="entry", object_id=str(number)).first(),
    )


def actions_known() -> list[str]:
    """Give the actions that occur among what the viewer can see, for the filter."""
    return list(models.Entry.objects.order_by("action").values_list("action", flat=True).distinct())


def things_known() -> list[str]:
    """Give the kinds of things that occur among what the viewer can see, for the filter."""
    kinds = models.Entry.objects.order_by("object_kind").values_list("object_kind", flat=True)
    return list(kinds.distinct())


def _visible(viewer: Actor) -> QuerySet[models.Entry]:
    rows = models.Entry.objects.all()
    if viewer.kind == "system" or viewer.may("record.read"):
        return rows
    return rows.filter(person_id=viewer.person) if viewer.person else rows.none()


def _is_sound(entry: Entry) -> bool:
    if digests.entry_digest(entry) != entry.digest:
        return False
    payload = entry.payload
    if payload is None or payload.salt is None:
        return True
    return digests.payload_digest(payload.salt, payload.body) == entry.payload_digest
