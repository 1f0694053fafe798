"""The rows of a raw table that need no second look, read in one pass from the file to the lake.

Nearly all rows of a large table are spelled plainly, have no fault and share their key with no
other row.  They are facts as they stand; only the rest is worth looking up, judging and comparing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from huoshui.facts import schema, versions
from huoshui.facts.build import (
    RAW,
    Lookup,
    Read,
    fault_of,
    inside_sql,
    lookup_of,
    outputs_of,
    reads_of,
    value_parts,
)
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Feed, Item

PLAINLY = "plainly"
CONTESTED = "contested"
CAREFUL = "0::UBIGINT"
"""The place of a row that is not plain; a plain row whose key comes to it is read with care too."""


@dataclass(frozen=True)
class Plainly:
    """What the pipeline does in order: look up, make the view `plainly`, then ask it.

    `plainly` has the item's own columns, source_row, `place` (a digest of the subject and key, or
    null where these are not plain) and `is_plain`.
    """

    lookups: tuple[Lookup, ...]  # of columns that cannot be read plainly: all of their texts
    view: str

    def twice(self) -> str:
        """Select the places that more than one row has."""
        places = f"SELECT place FROM {PLAINLY} WHERE place IS NOT NULL"
        return f"{places} GROUP BY place HAVING count(*) > 1"

    def unplaced(self) -> str:
        """Select the numbers of the rows whose key is not plain."""
        return f"SELECT source_row FROM {PLAINLY} WHERE place IS NULL"

    def facts(self) -> str:
        """Select the rows that are facts as they stand, in the order of the source.

        One join sorts out both what is not plain and what is contested; as a condition the first
        would have every value computed twice.
        """
        place = f"CASE WHEN is_plain THEN place ELSE {CAREFUL} END"
        return (
            f"SELECT p.* FROM (SELECT *, {place} AS taken FROM {PLAINLY}) p "
            f"ANTI JOIN {CONTESTED} c ON p.taken = c.place"
        )


def place_sql(item: Item) -> str:
    """Give the digest of a row's subject and key."""
    return f"hash({versions.key_sql(item)})"


def plainly(feed: Feed, item: Item, pack: Pack, *, columns: Sequence[str]) -> Plainly:
    """Describe how the plain rows of `raw`, whose text columns are named, are read."""
    inside = inside_sql(feed, pack, columns)
    reads = [_plain(read) for read in reads_of(feed, item, pack)]
    looked = [read for read in reads if read.source and read.is_looked_up]
    joins = "".join(
        f"\n  LEFT JOIN {read.look} l{read.nth} ON l{read.nth}.given = {read.source}"
        for read in looked
    )
    values = ",\n    ".join(part for read in reads for part in value_parts(read))
    plain = {read.name: _is_plain(read) for read in reads}
    judged = [f"({fault}) IS NULL" for read in reads if (fault := fault_of(read))]
    every = " AND ".join([*filter(None, plain.values()), *judged]) or "true"
    key = " AND ".join(filter(None, (plain.get(name) for name in _key_reads(item)))) or "true"
    return Plainly(
        tuple(lookup_of(read, inside) for read in looked),
        f"""WITH inside AS (SELECT * FROM {RAW} r{f" WHERE {inside}" if inside else ""}),
read AS (
  SELECT r.source_row,
    {values}
  FROM inside r{joins}
),
made AS (
  SELECT {outputs_of(reads, feed, item)}, source_row,
    {key} AS has_key, {every} AS is_plain
  FROM read
)
SELECT * EXCLUDE (has_key), CASE WHEN has_key THEN {place_sql(item)} END AS place FROM made""",
    )


def _plain(read: Read) -> Read:
    """Read in the engine if that is possible at all, or else look every text up."""
    has_plain = read.plain is not None and read.constant is None
    reading = replace(read.reading, proven=None) if has_plain else read.reading
    if not has_plain:
        reading = replace(reading, plain=None, proven=None)
    return replace(read, reading=reading, is_looked_up=not has_plain, is_faulty=not has_plain)


def _is_plain(read: Read) -> str | None:
    """Give the condition that a text was understood: an empty one says nothing, and rightly."""
    n = read.nth
    if read.source is None:
        return None
    if read.is_looked_up:
        return f"lf{n} IS NULL"
    return f"(v{n} IS NOT NULL OR t{n} IS NULL OR t{n} = '')"


def _key_reads(item: Item) -> list[str]:
    names = [*schema.SUBJECT, *item.key]
    return [*names, *(getattr(item, name) or name for name in schema.TIMES if name in item.key)]
