"""Rows that were set aside, read from the lake without an engine."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huoshui.facts import schema
from huoshui.pipeline.lake import Lake, resolved


def quarantined(
    lake: Lake,
    *,
    feed: str | None = None,
    reason: str | None = None,
    open_only: bool = True,
    known: int | None = None,
    since: int = 0,
) -> pa.Table:
    """Give the rows set aside, in the order they came, by default those not yet resolved.

    `since` leaves out what batches up to that one set aside.
    """
    tables = [
        pq.read_table(path, schema=schema.QUARANTINE)
        for batch in lake.batches(known, since=since)
        if feed in (None, batch.feed) and (path := lake.quarantine(batch))
    ]
    rows = pa.concat_tables([schema.QUARANTINE.empty_table(), *tables])
    if reason is not None:
        rows = rows.filter(pc.equal(rows["reason"], reason))
    if open_only:
        done = resolved(lake.batches(since=since))
        names = zip(rows["batch"].to_pylist(), rows["source_row"].to_pylist(), strict=True)
        rows = rows.filter(pa.array([name not in done for name in names], pa.bool_()))
    return rows
