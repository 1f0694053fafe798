"""Quarantine: bad rows with their reasons, written out for repair and sent in again.

A row is named by the batch that set it aside and its source row.  Sent in again it becomes part of
a new batch, which says which rows it resolves and keeps their own source file and row; one that
is still bad is set aside anew.  A row that was resolved once is not taken a second time.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from huoshui.engines.duckdb import DuckDB
from huoshui.facts import checks, schema
from huoshui.facts.build import RAW
from huoshui.kernel.errors import Refusal, Refused, Where
from huoshui.pipeline.aside import quarantined
from huoshui.pipeline.ingest import IngestResult, Intake
from huoshui.pipeline.lake import Lake, Writer, resolved
from huoshui.pipeline.readers import UNSPLIT, Broken, Raw
from huoshui.policy.pack import Pack

NAMING = ("batch", "source_row", "feed", "source_file", "reason", "field", "message", "fix")
"""What a repair file says of a row before the row's own columns; only the first two are read."""

RAW_PREFIX = "raw:"


class QuarantineRefusal(Refusal):
    """Why rows cannot be written out or sent in again, the weightiest first."""

    ONE_FEED = (
        "Rows of several feeds cannot share a CSV file: {feeds}.",
        "Name one feed, or write JSON Lines.",
    )
    NOT_A_REPAIR = (
        "The file {file} is no repair file: {detail}.",
        "Start from a file that `quarantine export` wrote, and change the raw columns only.",
    )
    NO_SUCH_ROW = (
        "Batch {batch} set no row {row} aside.",
        "Take batch and source_row as they were exported.",
    )
    STILL_UNSPLIT = (
        "The row still keeps its text in unsplit_row.",
        "Put the fields in their columns, empty unsplit_row and resubmit the row.",
    )
    FEED_GONE = ("The pack has no feed {feed} any more.", "Read the pack that has it.")


@dataclass(frozen=True)
class Repaired:
    """A quarantined row with its raw columns as they are now."""

    batch: int
    source_row: int
    raw: Mapping[str, str | None]


def export(
    lake: Lake,
    target: Path,
    *,
    format: Literal["csv", "jsonl"],
    feed: str | None = None,
    reason: str | None = None,
) -> int:
    """Write the open rows to a file that can be repaired and sent in again; give their number."""
    rows = quarantined(lake, feed=feed, reason=reason).to_pylist()
    if format == "jsonl":
        with target.open("w", encoding="utf-8") as file:
            for row in rows:
                said = {name: row[name] for name in NAMING} | {"raw": json.loads(row["raw"])}
                file.write(json.dumps(said, ensure_ascii=False) + "\n")
        return len(rows)
    feeds = sorted({row["feed"] for row in rows})
    if len(feeds) > 1:
        raise QuarantineRefusal.ONE_FEED.refuse(feeds=", ".join(feeds))
    raws = [json.loads(row["raw"]) for row in rows]
    columns = list(dict.fromkeys(name for raw in raws for name in raw))
    # The byte order mark makes spreadsheet programs read the file as UTF-8.
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*NAMING, *(RAW_PREFIX + name for name in columns)])
        for row, raw in zip(rows, raws, strict=True):
            writer.writerow([*(row[name] for name in NAMING), *(raw.get(c) for c in columns)])
    return len(rows)


def resubmit(
    lake: Lake, pack: Pack, file: Path, *, recorded_at: str | None = None
) -> list[IngestResult]:
    """Take a repair file's rows through their feeds again, one batch for each source file."""
    repaired = list(_read(file))
    with lake.writing() as writer:
        return _resubmit(writer, pack, repaired, file.name, recorded_at)


def _resubmit(
    writer: Writer,
    pack: Pack,
    repaired: Sequence[Repaired],
    name: str,
    recorded_at: str | None,
) -> list[IngestResult]:
    """Group the rows by feed and source file, leave out what was resolved, take the rest."""
    every = quarantined(writer.lake, open_only=False)
    places = {
        (batch, row): (feed, source)
        for batch, row, feed, source in zip(
            *(every[n].to_pylist() for n in ("batch", "source_row", "feed", "source_file")),
            strict=True,
        )
    }
    done = resolved(writer.lake.batches())
    groups: dict[tuple[str, str, int], list[Repaired]] = {}
    for nth, row in enumerate(repaired, 1):
        place = places.get((row.batch, row.source_row))
        if place is None:
            raise QuarantineRefusal.NO_SUCH_ROW.refuse(
                where=Where(name, row=nth), batch=row.batch, row=row.source_row
            )
        if place[0] not in pack.feeds:
            raise QuarantineRefusal.FEED_GONE.refuse(where=Where(name, row=nth), feed=place[0])
        groups.setdefault((*place, row.batch), []).append(row)
    intake = Intake(writer, pack, None, recorded_at)
    with DuckDB() as engine:
        return [
            _take(engine, intake, feed, source, rows, done)
            for (feed, source, _), rows in sorted(groups.items(), key=lambda group: group[0])
        ]


def _take(
    engine: DuckDB,
    intake: Intake,
    feed_id: str,
    source_file: str,
    rows: Sequence[Repaired],
    done: Mapping[tuple[int, int], int],
) -> IngestResult:
    """Take the repaired rows of one batch as a new one, if any of them is still open."""
    feed = intake.pack.feeds[feed_id]
    still_open = {(r.batch, r.source_row): r for r in rows if (r.batch, r.source_row) not in done}
    if not still_open:
        batch = max(done[(r.batch, r.source_row)] for r in rows)
        return IngestResult(
            source_file, "known", feed.id, feed.item, batch, len(rows), rows_known=len(rows)
        )
    taken = [still_open[name] for name in sorted(still_open)]
    columns = [c for c in dict.fromkeys(c for row in taken for c in row.raw) if c != UNSPLIT]
    try:
        Refused.raise_any(checks.heading(feed, intake.pack, columns, source_file))
    except Refused as refused:
        return IngestResult(source_file, "refused", feed.id, feed.item, problem=refused.problems[0])
    resolves = {taken[0].batch: tuple(row.source_row for row in taken)}
    whole = [row for row in taken if not row.raw.get(UNSPLIT)]
    broken = tuple(
        Broken(row.source_row, row.raw, QuarantineRefusal.STILL_UNSPLIT.problem())
        for row in taken
        if row.raw.get(UNSPLIT)
    )
    table = {"source_row": pa.array([row.source_row for row in whole], pa.int64())}
    for column in columns:
        table[column] = pa.array([row.raw.get(column) for row in whole], pa.string())
    engine.arrow("raw_text", pa.table(table))
    engine.view(RAW, "SELECT * FROM raw_text")
    raw = Raw(tuple(columns), _digest(taken), broken)
    digest = schema.definition_digest(feed, intake.pack.items[feed.item], intake.pack)
    return intake.take_raw(engine, feed, source_file, raw, digest, resolves)


def _digest(rows: Sequence[Repaired]) -> str:
    said = [[row.batch, row.source_row, sorted(row.raw.items())] for row in rows]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _read(file: Path) -> Iterator[Repaired]:
    """Read a repair file of either format."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise _no_repair(file, str(error)) from None
    is_json = text.lstrip().startswith("{")
    yield from (_read_jsonl if is_json else _read_csv)(file, text)


def _read_jsonl(file: Path, text: str) -> Iterator[Repaired]:
    for nth, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            raw = {k: None if v is None else str(v) for k, v in said["raw"].items()}
            yield Repaired(int(said["batch"]), int(said["source_row"]), raw)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _no_repair(file, "the line is not one that was exported", nth) from None


def _read_csv(file: Path, text: str) -> Iterator[Repaired]:
    reader = csv.DictReader(text.splitlines(keepends=True))
    names = reader.fieldnames or []
    if not {"batch", "source_row"} <= set(names):
        raise _no_repair(file, "it has no columns batch and source_row")
    for nth, row in enumerate(reader, 1):
        raw = {
            name.removeprefix(RAW_PREFIX): row[name] or None
            for name in names
            if name.startswith(RAW_PREFIX)
        }
        try:
            yield Repaired(int(row["batch"]), int(row["source_row"]), raw)
        except (ValueError, TypeError):
            raise _no_repair(file, "batch and source_row are not numbers", nth) from None


def _no_repair(file: Path, detail: str, row: int | None = None) -> Refused:
    return QuarantineRefusal.NOT_A_REPAIR.refuse(
        where=Where(file.name, row=row), file=file.name, detail=detail
    )
