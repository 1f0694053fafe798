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
from huoshui.policy import expression
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Feed, Item

PLAINLY = "plainly"
CONTESTED = "contested"
CAREFUL = "0::UBIGINT"
"""The place of a row that is not plain; a plain row whose key comes to it is read with care too."""

LEAST_PLACE = 1 << 40
"""Below it a place is taken for the number of a row; of a key that is so by chance it does no harm,
for then its row is only read with care."""


@dataclass(frozen=True)
class Plainly:
    """What the pipeline does in order: look up, make the view `plainly`, then ask it.

    `plainly` has the item's own columns, source_row, `place` (a digest of the subject and key) and
    `is_plain`.
    """

    lookups: tuple[Lookup, ...]  # of columns that cannot be read plainly: all of their texts
    view: str
    places: str  # SQL of every row's place; of one whose key is not plain, its number
    key_columns: frozenset[str]  # of the raw table, that say which place a row has

    def contested(self) -> str:
        """Select the places that more than one row has, and the numbers of rows without one."""
        return (
            f"SELECT place FROM ({self.places}) GROUP BY place "
            f"HAVING count(*) > 1 OR place < {LEAST_PLACE}"
        )

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
    plain = {read.name: _is_plain(read) for read in reads}
    judged = [f"({fault}) IS NULL" for read in reads if (fault := fault_of(read))]
    every = " AND ".join([*filter(None, plain.values()), *judged]) or "true"
    key = " AND ".join(filter(None, (plain.get(name) for name in _key_reads(item)))) or "true"

    def made(reads: Sequence[Read], condition: str, place: str) -> str:
        values = ",\n    ".join(part for read in reads for part in value_parts(read))
        return f"""WITH inside AS (SELECT * FROM {RAW} r{f" WHERE {inside}" if inside else ""}),
read AS (
  SELECT r.source_row,
    {values}
  FROM inside r{joins}
),
made AS (
  SELECT {outputs_of(reads, feed, item)}, source_row, {condition}
  FROM read
)
SELECT {place} AS place FROM made"""

    place = place_sql(item)
    return Plainly(
        tuple(lookup_of(read, inside) for read in looked),
        made(reads, f"{every} AS is_plain", f"*, {place}"),
        made(
            _name_if_needed(reads),
            f"{key} AS has_key",
            f"CASE WHEN has_key THEN {place} ELSE source_row::UBIGINT END",
        ),
        frozenset([*_sources(feed, item), *_asked_inside(feed, pack)]),
    )


def _name_if_needed(reads: Sequence[Read]) -> list[Read]:
    """Read the subject's name only where there is no code: a key needs it nowhere else."""
    code, name, *others = reads
    plain = name.reading.plain
    if code.source is None or plain is None:
        return list(reads)
    is_coded = f"l{code.nth}.value IS NOT NULL"

    def lazily(raw: str) -> str:
        return f"CASE WHEN {is_coded} THEN '' ELSE {plain(raw)} END"

    return [code, replace(name, reading=replace(name.reading, plain=lazily)), *others]


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


def _sources(feed: Feed, item: Item) -> list[str]:
    """Name the raw columns that the key is read from."""
    named = [feed.subject.code, feed.subject.name]
    named += [feed.columns[name].source for name in _key_reads(item) if name in feed.columns]
    return [name for name in named if name]


def _asked_inside(feed: Feed, pack: Pack) -> list[str]:
    """Name the raw columns that tell which rows are for the item."""
    if feed.where is None:
        return []
    where = pack.where("feeds", feed.id, "where")
    return sorted(expression.names(expression.parse(feed.where, where=where)))


def _key_reads(item: Item) -> list[str]:
    names = [*schema.SUBJECT, *item.key]
    return [*names, *(getattr(item, name) or name for name in schema.TIMES if name in item.key)]
