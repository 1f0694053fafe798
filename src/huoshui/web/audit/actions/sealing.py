"""Seal the record: chain and sign what no running transaction can still add to.

Entries commit in another order than they are numbered, so a seal holds a span of transactions,
not of entries: from where the last one ended up to the oldest transaction that is still running.
What commits late therefore falls into a later seal, and nothing between two.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from huoshui.kernel.errors import Refused, Where
from huoshui.web.audit import models
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.seals import LOCK, seal_of
from huoshui.web.audit.rules import digests, merkle, witness
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.audit.rules.digests import Seal
from huoshui.web.audit.rules.refusals import RecordRefusal

MOST = 10_000
"""So many entries one seal holds at most, unless one transaction wrote more."""


def record_seal(*, at: dt.datetime, key: bytes, file: Path, most: int = MOST) -> Seal | None:
    """Seal what can be sealed and witness it in `file`; None where nothing is new.

    Whoever finds another sealer at work leaves it to that one.  A crash between the commit and
    the witness is made good by the next run.  Call it again until it gives None.
    """
    assert not connection.in_atomic_block, "the witness is written only after the commit"
    with _alone() as is_alone:
        if not is_alone:
            return None
        with acting(SYSTEM):
            latest = models.Seal.objects.order_by("-n").first()
            before = seal_of(latest) if latest else None
            _witness_mend(file, before)
            seal = _next(before, at=at, key=key, most=most)
            if seal is not None:
                _keep(seal)
        if seal is not None:
            witness.append(file, [seal])
            witness.key_tell(file, digests.public_key(key))
        return seal


@contextmanager
def _alone() -> Iterator[bool]:
    # Held by the session, not the transaction: the witness is written after the commit.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (got,) = cursor.fetchone()
        try:
            yield got
        finally:
            if got:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _witness_mend(file: Path, before: Seal | None) -> None:
    """Add to the witness the one line that a crash kept from it; refuse where they disagree.

    More than one line is no crash's doing: the file was cut, and must not be made up from tables.
    """
    seen, reached = witness.last(file), 0
    if seen is not None:
        reached = seen.n
        same = models.Seal.objects.filter(n=seen.n).first()
        if same is None or seal_of(same) != seen:
            raise _disagrees(file, seen.n)
    if before is None or before.n == reached:
        return
    if before.n > reached + 1:
        raise _disagrees(file, reached + 1)
    witness.append(file, [before])


def _disagrees(file: Path, n: int) -> Refused:
    return RecordRefusal.WITNESS_DISAGREES.refuse(where=Where(str(file)), file=file.name, seal=n)


def _next(before: Seal | None, *, at: dt.datetime, key: bytes, most: int) -> Seal | None:
    start = before.xid_until if before else 0
    until = _settled()
    if until < start:
        raise RecordRefusal.CLUSTER_CHANGED.refuse(now=until, sealed=start)
    with connection.cursor() as cursor:
        # A later statement sees at least what had ended when the bound was taken.
        cursor.execute(
            "SELECT xid::text FROM audit_entry WHERE xid >= %s::xid8 AND xid < %s::xid8 "
            "ORDER BY xid OFFSET %s LIMIT 1",
            [str(start), str(until), most],
        )
        row = cursor.fetchone()
        if row is not None:
            until = _cut(start, int(row[0]))
        cursor.execute(
            "SELECT digest FROM audit_entry WHERE xid >= %s::xid8 AND xid < %s::xid8 ORDER BY id",
            [str(start), str(until)],
        )
        leaves = tuple(bytes(digest) for (digest,) in cursor.fetchall())
    if not leaves:
        return None
    seal = Seal(
        n=before.n + 1 if before else 1,
        xid_from=start,
        xid_until=until,
        entries=len(leaves),
        leaves=leaves,
        root=merkle.root(leaves),
        previous=before.hash if before else digests.FIRST_PREVIOUS,
        sealed_at=at,
    )
    made = dataclasses.replace(seal, hash=digests.seal_hash(seal))
    return dataclasses.replace(made, signature=digests.signed(made.hash, key))


def _settled() -> int:
    """Give the oldest transaction that still runs: all below it have ended for good."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        return int(cursor.fetchone()[0])


def _cut(start: int, over: int) -> int:
    """End before the transaction that is over the limit, but hold one transaction at least."""
    entries = models.Entry.objects.filter(xid__gte=start).order_by("xid")
    first = entries.values_list("xid", flat=True)[0]
    return over if first < over else over + 1


def _keep(seal: Seal) -> None:
    kept = {**vars(seal), "leaves": b"".join(seal.leaves)}
    models.Seal.objects.create(**kept)
