"""Seals as they stand in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from huoshui.web.audit import models
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
