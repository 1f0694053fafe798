"""Take over the pairs of a published snapshot into its partition, a few thousand at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from django.db import connection

from huoshui.pipeline.requests import Snapshot as Published
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.insights.models import Snapshot
from huoshui.web.insights.rules import copying, pairs

RELATION, WAITING = "resemblance", "waiting"

ROWS_AT_ONCE = 10_000

KEPT = (
    "subject_code",
    "subject_name",
    "entity",
    "candidate_name",
    "weight",
    "probability",
    "facts",
    "status",
)
"""Columns of the relation that are kept as they are; the parts are gathered into one."""

GATHERED = ("waiting", "parts")

Named = tuple[str | None, str | None]
"""Code and name as a record has them."""

Waiting = Mapping[Named, Mapping[str, int]]
"""Record -> item -> facts."""


def resemblance_copy(snapshot: Snapshot, published: Published) -> int:
    """Copy the pairs of a snapshot; give how many there are (none: it was published without)."""
    if not published.files(RELATION):
        return 0
    waiting = _waiting(published)
    columns = ("snapshot_id", "pair", *KEPT, *GATHERED)
    sql = copying.statement(f"insights_resemblance_{snapshot.id}", columns)
    copied = 0
    named = pairs.parts_in(published.schema(RELATION).names)
    for part in published.parts(RELATION, ROWS_AT_ONCE):
        data = _rows(snapshot.id, part, named, waiting)
        with acting(SYSTEM), connection.cursor() as cursor, cursor.copy(sql) as copy:
            copy.write(data)
        copied += part.num_rows
    return copied


def _waiting(published: Published) -> Waiting:
    """Count by item the facts of the records that are in doubt."""
    held: dict[Named, dict[str, int]] = defaultdict(dict)
    for part in published.parts(WAITING, ROWS_AT_ONCE):
        for row in part.to_pylist():
            held[row["subject_code"], row["subject_name"]][row["item"]] = row["facts"]
    return held


def _rows(snapshot: int, batch: pa.Table, parts: Sequence[str], waiting: Waiting) -> bytes:
    rows = batch.to_pylist()
    ids = [pairs.pair_id(r["subject_code"], r["subject_name"], r["entity"]) for r in rows]
    waits = [waiting.get((r["subject_code"], r["subject_name"]), {}) for r in rows]
    return copying.rows_of(
        {
            "snapshot_id": pa.array([snapshot] * len(rows), pa.int64()),
            "pair": pa.array([each.bytes for each in ids], pa.binary()),
            **{name: copying.whole(batch[name]) for name in KEPT},
            "waiting": _json(waits),
            "parts": _json([pairs.parts_of(row, parts) for row in rows]),
        },
        json=GATHERED,
    )


def _json(values: Sequence[Any]) -> pa.Array:
    return pa.array([json.dumps(value, ensure_ascii=False) for value in values], pa.string())
