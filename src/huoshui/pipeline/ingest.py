"""Ingest: files through feeds into the lake, one batch each, the same however often it is repeated.

A file is taken whole or not at all.  Sent again, it changes nothing; sent again with more rows or
corrected ones, only these are added, and what was known before stays as it was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal

import pyarrow as pa

from huoshui.engines.duckdb import DuckDB
from huoshui.engines.engine import Engine
from huoshui.facts import checks, schema, versions
from huoshui.facts.build import RAW, TYPED
from huoshui.facts.faults import FeedRefusal
from huoshui.kernel.errors import Problem, Refused, Where
from huoshui.kernel.sql import literal, quoted
from huoshui.kernel.step import Tick, unwatched
from huoshui.pipeline import encodings, large, readers, relational
from huoshui.pipeline.lake import Batch, Lake, Writer, resolved
from huoshui.pipeline.readers import Raw
from huoshui.pipeline.typed import typed
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Feed, Item

ADDRESS = "HUOSHUI_SOURCE_URL"
QUARANTINED = "quarantined"
"""Told how many sources are done, how many there are, and which is next."""


@dataclass(frozen=True)
class IngestResult:
    """What became of one source file.

    `ingested`: a new batch.  `known`: nothing in it is new; `batch` says which batch has it.
    `refused`: nothing of it was taken; `problem` says why.  `unclaimed`: no feed reads it.
    """

    source_file: str
    status: Literal["ingested", "known", "refused", "unclaimed"]
    feed: str | None = None
    item: str | None = None
    batch: int | None = None
    rows_in: int = 0
    rows_new: int = 0
    rows_known: int = 0
    rows_quarantined: int = 0
    rows_outside: int = 0
    problem: Problem | None = None

    def to_dict(self) -> dict[str, object]:
        """Give what is shown of it."""
        said = {k: v for k, v in vars(self).items() if k != "problem"}
        return said | ({"problem": self.problem.to_dict()} if self.problem else {})


@dataclass(frozen=True)
class Source:
    """A raw table to be ingested: a feed, what the batch calls the file, and the file."""

    feed: Feed
    name: str
    path: Path | None  # None for a query, whose rows are fetched when its turn comes


def ingest(
    lake: Lake,
    pack: Pack,
    place: Path | None,
    *,
    feeds: Sequence[str] | None = None,
    progress: Tick = unwatched,
    source_url: str | None = None,
    recorded_at: str | None = None,
    memory_limit: str | None = None,
    large_rows: int = large.ROWS,
) -> list[IngestResult]:
    """Take a folder's files, or one file, through the feeds that read them.

    Files are taken in the order of feed and name.  Feeds that read a database are run where their
    address is given (`source_url` or HUOSHUI_SOURCE_URL), or where they are named in `feeds`.
    A refused file does not keep the others from being taken.  What `memory_limit` does not hold is
    put away beside the lake; a table of `large_rows` is not held at all.
    """
    url = source_url or os.environ.get(ADDRESS)
    sources, unclaimed = find_sources(pack, place, feeds, has_address=url is not None)
    results = [IngestResult(name, "unclaimed") for name in unclaimed]
    with lake.writing() as writer:
        intake = Intake(writer, pack, url, recorded_at, large_rows=large_rows)
        spill = writer.staging  # where the next writer removes what a killed one left
        with DuckDB(memory_limit=memory_limit, spill=spill) as engine:
            for nth, source in enumerate(sources):
                progress("ingest", nth, len(sources))
                results.append(intake.take(engine, source))
        progress("ingest", len(sources), len(sources))
    return results


def find_sources(
    pack: Pack, place: Path | None, feeds: Sequence[str] | None, *, has_address: bool
) -> tuple[list[Source], list[str]]:
    """Match files with feeds: the sources in order, and the files that no feed reads."""
    for name in feeds or ():
        if name not in pack.feeds:
            raise FeedRefusal.UNKNOWN_FEED.refuse(
                where=Where(field=name), feed=name, feeds=", ".join(sorted(pack.feeds))
            )
    chosen = [pack.feeds[name] for name in sorted(feeds if feeds is not None else pack.feeds)]
    found = []
    files: list[tuple[str, Path]] = []
    if place is not None:
        if not place.exists():
            raise FeedRefusal.NO_FILE.refuse(where=Where(str(place)), file=place)
        files = _files(place)
    patterns = {_pattern(feed) for feed in pack.feeds.values()}
    owned = {name for name, _ in files if any(_fits(pattern, name) for pattern in patterns)}
    for feed in chosen:
        if feed.source.format == "postgresql":
            if has_address or feeds is not None:
                found.append(Source(feed, f"postgresql:{feed.id}", None))
            continue
        for name, path in files:
            is_named = feeds is not None and len(chosen) == 1 and place is not None
            is_own = _fits(_pattern(feed), name) or (is_named and place == path)
            if is_own or (name not in owned and _fits(_as_warehouse(feed), name)):
                found.append(Source(feed, name, path))
    claimed = {source.name for source in found}
    unclaimed = [name for name, _ in files if name not in claimed] if feeds is None else []
    if place is not None and place.is_file() and not found:
        raise FeedRefusal.NO_FEED.refuse(where=Where(place.name), file=place.name)
    return found, unclaimed


def _files(place: Path) -> list[tuple[str, Path]]:
    if place.is_file():
        return [(place.name, place)]
    found = (path for path in place.rglob("*") if path.is_file())
    named = ((path.relative_to(place).as_posix(), path) for path in found)
    return sorted(pair for pair in named if not any(p.startswith(".") for p in pair[0].split("/")))


def _fits(pattern: str, name: str) -> bool:
    return fnmatch(name, pattern) or fnmatch(name.rsplit("/", 1)[-1], pattern)


def _pattern(feed: Feed) -> str:
    return feed.source.path or f"{feed.id}.*"


def _as_warehouse(feed: Feed) -> str:
    """Give the name of a feed's table as a city's warehouse hands it over, in its one form."""
    return f"{_pattern(feed).rpartition('.')[0]}{readers.WAREHOUSE}"


class Intake:
    """Takes sources one after another while the lake is held for writing."""

    def __init__(
        self,
        writer: Writer,
        pack: Pack,
        url: str | None,
        recorded_at: str | None,
        *,
        large_rows: int = large.ROWS,
    ) -> None:
        self.writer, self.lake, self.pack = writer, writer.lake, pack
        self.large_rows = large_rows
        self.url, self.recorded_at = url, recorded_at
        self.batches = self.lake.batches()

    def take(self, engine: DuckDB, source: Source) -> IngestResult:
        """Take one source, or say why not."""
        result = IngestResult(source.name, "refused", source.feed.id, source.feed.item)
        try:
            digest = schema.definition_digest(source.feed, self._item(source.feed), self.pack)
            path = source.path or relational.fetched(
                source.feed, self.url, self.writer.staging / "fetched.csv"
            )
            before = self._same(source, path, digest)
            if before:
                return replace(
                    result,
                    status="known",
                    batch=before.batch,
                    rows_in=before.rows_in,
                    rows_known=before.rows_in,
                )
            raw = readers.read(engine, source.feed, path, self.writer.staging)
            Refused.raise_any(checks.heading(source.feed, self.pack, raw.columns, source.name))
            return self.take_raw(engine, source.feed, source.name, raw, digest)
        except Refused as refused:
            return replace(result, problem=_of_file(refused.problems[0], source.name))

    def take_raw(
        self,
        engine: DuckDB,
        feed: Feed,
        name: str,
        raw: Raw,
        digest: str,
        resolves: dict[int, tuple[int, ...]] | None = None,
    ) -> IngestResult:
        """Take the relation `raw` of an engine as one batch."""
        item, is_repair = self._item(feed), resolves is not None
        plain = self._plain(engine, feed, name, raw)
        typed(engine, feed, item, self.pack, raw.columns)
        self._fresh(engine, feed, item)
        self._faulty(engine, feed, raw, is_repair=is_repair)
        count = {
            "rows_in": _count(engine, RAW) + plain + len(raw.broken),
            "rows_new": _count(engine, versions.FRESH) + plain,
            "rows_quarantined": _count(engine, QUARANTINED),
        }
        inside = plain + len(raw.broken) + _count(engine, TYPED)
        count["rows_outside"] = count["rows_in"] - inside
        count["rows_known"] = count["rows_in"] - sum(count[k] for k in count if k != "rows_in")
        if resolves is None:
            resolves = self._resolved(engine, feed, raw)
        batch = Batch(
            batch=self.writer.next_batch(),
            feed=feed.id,
            item=item.id,
            source_file=name,
            sha256=raw.sha256,
            feed_digest=digest,
            resolves=resolves,
            is_repair=is_repair,
            recorded_at=self.recorded_at,
            rows_plain=plain,
            **count,
        )
        before = self._bytes_before(batch)
        if before and not (batch.rows_new or batch.rows_quarantined or resolves):
            return _result(replace(batch, batch=before.batch), "known")
        self._commit(engine, item, batch)
        return _result(batch, "ingested")

    @property
    def _plain_path(self) -> Path:
        return self.writer.staging / "plain.parquet"

    def _plain(self, engine: DuckDB, feed: Feed, name: str, raw: Raw) -> int:
        """Take the plain rows of a large table at once; count them, and leave the rest in `raw`."""
        if _count(engine, RAW) < self.large_rows:
            return 0
        item = self._item(feed)
        paths = [path for batch in self.known_before(feed, item) for path in batch]
        engine.parquet("known_before", paths, schema.arrow_schema(item))
        origin = origin_sql(self.writer.next_batch(), feed.id, name)
        return large.take_plain(engine, feed, self.pack, raw, origin=origin, path=self._plain_path)

    def _item(self, feed: Feed) -> Item:
        return self.pack.items[feed.item]

    def _same(self, source: Source, path: Path, digest: str) -> Batch | None:
        """Give the batch that has these bytes, if it is the last that came under this name."""
        last = [
            b
            for b in self.batches
            if (b.feed, b.source_file) == (source.feed.id, source.name) and not b.is_repair
        ][-1:]
        if not last or last[0].feed_digest != digest:
            return None
        return last[0] if last[0].sha256 == encodings.digest(path) else None

    def _bytes_before(self, batch: Batch) -> Batch | None:
        same = (batch.feed, batch.sha256, batch.feed_digest)
        found = [b for b in self.batches if (b.feed, b.sha256, b.feed_digest) == same]
        return found[-1] if found else None

    def _fresh(self, engine: DuckDB, feed: Feed, item: Item) -> None:
        """Make `fresh`: the rows that say something new."""
        good = f"SELECT * FROM {TYPED} WHERE reason IS NULL"
        engine.view(versions.GOOD, good)
        is_doubled = _asked(engine, versions.doubled_keys(item, versions.GOOD))
        if is_doubled:
            engine.table(versions.GOOD, versions.without_repeats(item, f"({good})"))
        files = self.known_before(feed, item)
        if not files:
            engine.view(versions.FRESH, f"SELECT * FROM {versions.GOOD}")
            return
        paths = [path for batch in files for path in batch]
        engine.parquet("known_before", paths, schema.arrow_schema(item))
        engine.table(versions.KEPT, versions.kept(item, "known_before", batches=len(files)))
        is_doubled |= _asked(engine, versions.doubled_keys(item, versions.KEPT))
        engine.table(versions.FRESH, versions.fresh(item, is_single=not is_doubled))

    def known_before(self, feed: Feed, item: Item) -> list[tuple[Path, ...]]:
        """Give the files of a feed's facts, batch by batch."""
        same = (b for b in self.batches if (b.feed, b.item) == (feed.id, item.id))
        return [paths for b in same if (paths := self.lake.facts(b))]

    def _faulty(self, engine: DuckDB, feed: Feed, raw: Raw, *, is_repair: bool) -> None:
        """Make `quarantined`: the rows to set aside, without those set aside before."""
        pairs = ", ".join(f"{literal(name)}, r.{quoted(name)}" for name in raw.columns)
        row = f"CAST(json_object({pairs}) AS VARCHAR)"
        rows = (
            f"SELECT t.source_row, t.reason, t.field, t.message, t.fix, "
            f"nullif(t.also, '') AS also, {row} AS raw FROM {TYPED} t "
            f"JOIN {RAW} r ON r.source_row = t.source_row WHERE t.reason IS NOT NULL"
        )
        engine.arrow("broken", _broken(raw))
        rows = f"{rows} UNION ALL SELECT * FROM broken"
        paths = [
            path for b in self.batches if b.feed == feed.id and (path := self.lake.quarantine(b))
        ]
        if paths and not is_repair:
            engine.parquet("set_aside", paths, schema.QUARANTINE)
            rows = f"SELECT * FROM ({rows}) WHERE raw NOT IN (SELECT raw FROM set_aside)"
        engine.table(QUARANTINED, rows)

    def _resolved(self, engine: DuckDB, feed: Feed, raw: Raw) -> dict[int, tuple[int, ...]]:
        """Say which rows, set aside when these bytes were read before, are no longer faulty."""
        open_rows: dict[int, tuple[int, ...]] = {}
        done = resolved(self.batches)
        for batch in self.batches:
            path = self.lake.quarantine(batch)
            if (batch.feed, batch.sha256) != (feed.id, raw.sha256) or path is None:
                continue
            engine.parquet("set_aside", [path], schema.QUARANTINE)
            still = {b.source_row for b in raw.broken}
            rows = engine.query(
                f"SELECT source_row FROM set_aside WHERE source_row NOT IN "
                f"(SELECT source_row FROM {TYPED} WHERE reason IS NOT NULL) ORDER BY ALL"
            )["source_row"].to_pylist()
            left = tuple(r for r in rows if r not in still and (batch.batch, r) not in done)
            if left:
                open_rows[batch.batch] = left
        return open_rows

    def _commit(self, engine: DuckDB, item: Item, batch: Batch) -> None:
        facts = quarantine = None
        if batch.rows_new > batch.rows_plain:
            facts = self.writer.staging / "facts.parquet"
            engine.write(facts_sql(engine, item, batch), facts)
        if batch.rows_quarantined:
            quarantine = self.writer.staging / "quarantine.parquet"
            engine.write(quarantine_sql(batch), quarantine)
        plain = self._plain_path if batch.rows_plain else None
        self.writer.commit(batch, facts=facts, quarantine=quarantine, plain=plain)
        self.batches.append(batch)


def facts_sql(engine: DuckDB, item: Item, batch: Batch) -> str:
    """Select a batch's facts as they are kept, in the order of the source."""
    own = ", ".join(map(quoted, schema.own_columns(item)))
    rows = f"SELECT source_row <= lag(source_row) OVER () AS falls FROM {versions.FRESH}"
    is_mixed = _asked(engine, f"SELECT coalesce(bool_or(falls), false) FROM ({rows})")
    origin = origin_sql(batch.batch, batch.feed, batch.source_file)
    return f"SELECT {own}, {origin}, source_row FROM {versions.FRESH}" + (
        " ORDER BY source_row" if is_mixed else ""
    )


def origin_sql(batch: int, feed: str, source_file: str) -> str:
    """Name what all facts of a batch have in common."""
    return (
        f"{batch}::BIGINT AS batch, {literal(feed)} AS feed, {literal(source_file)} AS source_file"
    )


def quarantine_sql(batch: Batch) -> str:
    """Select a batch's faulty rows as they are kept."""
    return (
        f"SELECT {batch.batch}::BIGINT AS batch, {literal(batch.feed)} AS feed, "
        f"{literal(batch.item)} AS item, {literal(batch.source_file)} AS source_file, source_row, "
        f"reason, field, message, fix, also, raw FROM {QUARANTINED} ORDER BY source_row"
    )


def known_facts(engine: Engine, lake: Lake, pack: Pack, known: int | None) -> None:
    """Name `fact_<item>` for every item: the facts known by a batch, or all."""
    paths: dict[str, list[Path]] = {item: [] for item in pack.items}
    for batch in lake.batches(known):
        if batch.item in paths:
            paths[batch.item] += lake.facts(batch)
    for item_id, item in pack.items.items():
        engine.parquet(f"fact_{item_id}", paths[item_id], schema.arrow_schema(item))


def _broken(raw: Raw) -> pa.Table:
    names = ("source_row", "reason", "field", "message", "fix", "also", "raw")
    types = {name: schema.QUARANTINE.field(name).type for name in names}
    rows = [
        {
            "source_row": b.source_row,
            "reason": b.problem.code,
            "field": None,
            "message": b.problem.message,
            "fix": b.problem.fix,
            "also": None,
            "raw": json.dumps(dict(b.raw), ensure_ascii=False),
        }
        for b in raw.broken
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(types.items())))


def _asked(engine: DuckDB, sql: str) -> bool:
    return bool(engine.query(sql).column(0)[0].as_py())


def _count(engine: DuckDB, relation: str) -> int:
    found: int = engine.query(f"SELECT count(*) AS n FROM {relation}").to_pylist()[0]["n"]
    return found


def _result(batch: Batch, status: Literal["ingested", "known"]) -> IngestResult:
    return IngestResult(
        batch.source_file,
        status,
        batch.feed,
        batch.item,
        batch.batch,
        batch.rows_in,
        batch.rows_new,
        batch.rows_known,
        batch.rows_quarantined,
        batch.rows_outside,
    )


def _of_file(problem: Problem, name: str) -> Problem:
    return problem if problem.where else replace(problem, where=Where(name))
