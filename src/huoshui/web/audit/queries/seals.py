"""Seals as they stand in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from huoshui.web.audit import models
from huoshui.web.audit.rules import witness
from huoshui.web.audit.rules.digests import Seal, apart


def seal_of(row: models.Seal) -> Seal:
    """Give a row as the rules know a seal."""
    return Seal(
        n=row.n,
        xid_from=row.xid_from,
        xid_until=row.xid_until,
        entries=row.entries,
        leaves=apart(bytes(row.leaves)),
        root=bytes(row.root),
        previous=bytes(row.previous),
        sealed_at=row.sealed_at,
        hash=bytes(row.hash),
        signature=bytes(row.signature),
    )


def seals() -> Iterator[Seal]:
    """Give every seal in its order."""
    for row in models.Seal.objects.order_by("n").iterator(chunk_size=100):
        yield seal_of(row)


def seals_listed(
    *, before: int | None = None, limit: int = 50
) -> tuple[list[models.Seal], int | None]:
    """Give a page of seals without their leaves, the newest first, and where the next begins."""
    rows = models.Seal.objects.defer("leaves").order_by("-n")
    if before is not None:
        rows = rows.filter(n__lt=before)
    found = list(rows[: limit + 1])
    page = found[:limit]
    return page, page[-1].n if len(found) > limit else None


def unsealed_count() -> int:
    """Count the entries that the viewer sees and no seal holds yet."""
    last = models.Seal.objects.order_by("-n").values_list("xid_until", flat=True).first()
    count: int = models.Entry.objects.filter(xid__gte=last or 0).count()
    return count


def public_key_known(home: Path) -> str | None:
    """Give the public key that seals are signed with, in hex, once something was sealed."""
    file = home / witness.KEY_FILE
    return file.read_text("ascii").strip() if file.is_file() else None


LOCK = 0x68756F73
"""The advisory lock of a database that its one sealer holds while it works."""


@contextmanager
def sealing_paused() -> Iterator[None]:
    """Wait for the sealer and keep it out, so that table and witness are read as of one moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [LOCK])
