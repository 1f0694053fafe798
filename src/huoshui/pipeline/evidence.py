"""What is known of each entity and where it comes from: one row per entity, item and feed.

A profile says what follows from the facts; this says how many there are, how old they are, and in
which file and row the newest stands.  As in a profile, what becomes true after the day does not
exist yet.
"""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from huoshui.entities import settled_items
from huoshui.entities.sql import day, within_relation
from huoshui.kernel.sql import literal
from huoshui.kernel.step import Step
from huoshui.policy.pack import Pack

EVIDENCE = pa.schema(
    [
        ("entity", pa.string()),
        ("item", pa.string()),
        ("feed", pa.string()),
        ("facts", pa.int64()),
        ("newest_true_on", pa.date32()),
        ("oldest_true_on", pa.date32()),
        ("last_batch", pa.int64()),
        ("source_file", pa.string()),  # of the newest fact; the later batch and row decide ties
        ("source_row", pa.int64()),
    ]
)
"""The relation `evidence` of a snapshot, in the order of entity, item and feed."""


def evidence_steps(pack: Pack, *, asof: dt.date, within: str | None = None) -> list[Step]:
    """Count the facts of every entity by item and feed, from `fact_<item>` and `subject_entity`.

    Each item is counted by itself, so that one count is in memory at a time.  `within` names a
    relation of the entities that are wanted.
    """
    only = None if within is None else within_relation("s.entity", within)
    return [Step(f"evidence_{item}", _of_item(item, asof, only)) for item in settled_items(pack)]


def _of_item(item: str, asof: dt.date, only: str | None) -> str:
    newest = "(f.true_from, f.batch, f.source_row, f.source_file)"
    limited = f" AND {only}" if only else ""
    return f"""
SELECT s.entity, {literal(item)} AS item, f.feed, count(*) AS facts,
  max(f.true_from) AS newest_true_on, min(f.true_from) AS oldest_true_on,
  max(f.batch) AS last_batch, max_by(f.source_file, {newest}) AS source_file,
  max_by(f.source_row, {newest}) AS source_row
FROM fact_{item} AS f
JOIN subject_entity AS s ON s.subject_code IS NOT DISTINCT FROM f.subject_code
  AND s.subject_name IS NOT DISTINCT FROM f.subject_name
WHERE f.true_from <= {day(asof)}{limited}
GROUP BY s.entity, f.feed"""
