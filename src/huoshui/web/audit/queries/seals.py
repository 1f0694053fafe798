"""Seals as they stand in the database."""

from __future__ import annotations

from collections.abc import Iterator

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
