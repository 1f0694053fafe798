"""Raw tables from files and databases: every value as text, every row with its number.

Rows are numbered from 1, the heading not counted.  A fault of the file refuses it whole; a row
that does not fit the heading, or is no JSON, is handed on as broken and goes to quarantine.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa
import python_calamine

from huoshui.engines.duckdb import DuckDB, EngineError
from huoshui.facts.build import RAW
from huoshui.facts.faults import FeedRefusal
from huoshui.kernel.errors import Problem, Where
from huoshui.kernel.sql import literal, quoted
from huoshui.pipeline import delimited
from huoshui.pipeline.encodings import as_utf8, digest
from huoshui.policy.schema import Feed

UNSPLIT = "unsplit_row"
"""Where a row that cannot be split keeps its text; a repair empties it and fills in the columns."""

WAREHOUSE = ".parquet"
"""The form in which any feed's table may come, beside the one that its office writes."""

JSON_LINE_BYTES = 16_000_000
LARGE_BYTES = 64_000_000
EXACT_FLOAT_DIGITS = 15  # what a spreadsheet keeps and shows of a number


@dataclass(frozen=True)
class Broken:
    """A row that cannot be split into fields: its number, what is had of it, and why."""

    source_row: int
    raw: Mapping[str, str | None]  # the fields as far as they go, and the row as it came
    problem: Problem


@dataclass(frozen=True)
class Raw:
    """A raw table, now the relation `raw`: its columns, its digest, the rows left out of it."""

    columns: tuple[str, ...]
    sha256: str
    broken: tuple[Broken, ...] = field(default=())
    sql: str = "SELECT * FROM raw_text"  # the relation, should `raw` come to name a part of it


def read(engine: DuckDB, feed: Feed, path: Path, staging: Path) -> Raw:
    """Make the relation `raw` from a file, or refuse the file whole."""
    if path.stat().st_size == 0:
        raise FeedRefusal.EMPTY_FILE.refuse(where=Where(path.name))
    form = "parquet" if path.suffix == WAREHOUSE else feed.source.format
    raw = READERS[form](engine, feed, path, staging)
    engine.view(RAW, raw.sql)
    return raw


def read_csv(engine: DuckDB, feed: Feed, path: Path, staging: Path) -> Raw:
    """Read separated text: strictly and fast, and with care where that finds a fault."""
    text = as_utf8(path, feed.source.encodings, staging)
    columns = delimited.heading(text.path, feed.source.delimiter, path.name)
    delimited.refuse_doubled(columns, path.name)
    typed = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    sql = (
        f"SELECT * FROM read_csv({literal(str(text.path))}, header = true, auto_detect = false, "
        f"columns = {{{typed}}}, delim = {literal(feed.source.delimiter)}, quote = '\"', "
        f"escape = '\"', strict_mode = true, null_padding = false)"
    )
    is_large = text.path.stat().st_size >= LARGE_BYTES
    kept = staging / "raw_text.parquet"
    try:
        if is_large:  # not held in memory, and split into fields once however often it is read
            engine.write(sql, kept)
        else:
            engine.table("raw_text", sql)
    except EngineError:
        rows = delimited.read_carefully(
            text.path, feed.source.delimiter, columns, staging, path.name
        )
        found = f"SELECT * FROM read_parquet({literal(str(rows.path))})"
        broken = tuple(
            Broken(
                row.number,
                {**dict(zip_longest(columns, row.fields[: len(columns)])), UNSPLIT: row.text},
                FeedRefusal.RAGGED_ROW.problem(found=len(row.fields), expected=len(columns)),
            )
            for row in rows.broken
        )
        return Raw(columns, text.sha256, broken, found)
    found = f"SELECT rowid + 1 AS source_row, {_names(columns)} FROM raw_text"
    if is_large:
        source = f"read_parquet({literal(str(kept))}, file_row_number = true)"
        found = f"SELECT file_row_number + 1 AS source_row, {_names(columns)} FROM {source}"
    return Raw(columns, text.sha256, sql=found)


def read_xlsx(engine: DuckDB, feed: Feed, path: Path, staging: Path) -> Raw:
    """Read one sheet of a workbook; its first row is the heading."""
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheet = feed.source.sheet or book.sheet_names[0]
        if sheet not in book.sheet_names:
            raise FeedRefusal.NO_SHEET.refuse(
                where=Where(path.name), sheet=sheet, sheets="、".join(book.sheet_names)
            )
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, IndexError) as error:
        raise _unreadable(path, "workbook", error) from None
    if not rows:
        raise FeedRefusal.EMPTY_FILE.refuse(where=Where(path.name))
    columns = delimited.named([_cell_text(cell) or "" for cell in rows[0]])
    delimited.refuse_doubled(columns, path.name)
    texts = [[_cell_text(cell) for cell in row] for row in rows[1:]]
    filled = [nth for nth, row in enumerate(texts) if any(cell is not None for cell in row)]
    table = {"source_row": pa.array([nth + 1 for nth in filled], pa.int64())}
    for place, name in enumerate(columns):
        table[name] = pa.array([texts[nth][place] for nth in filled], pa.string())
    engine.arrow("raw_text", pa.table(table))
    return Raw(columns, digest(path))


def read_parquet(engine: DuckDB, feed: Feed, path: Path, staging: Path) -> Raw:
    """Read a Parquet file, every column as the text it would be written as."""
    source = f"read_parquet({literal(str(path))}, file_row_number = true)"
    try:
        described = engine.query(f"DESCRIBE SELECT * FROM {source}").to_pylist()
    except EngineError as error:
        raise _unreadable(path, "Parquet file", error) from None
    types = {c["column_name"]: c["column_type"] for c in described}
    types.pop("file_row_number")
    columns = tuple(types)
    delimited.refuse_doubled(columns, path.name)
    texts = ", ".join(f"{_as_text(name, types[name])} AS {quoted(name)}" for name in columns)
    found = f"SELECT file_row_number + 1 AS source_row, {texts} FROM {source}"
    return Raw(columns, digest(path), sql=found)


def read_jsonl(engine: DuckDB, feed: Feed, path: Path, staging: Path) -> Raw:
    """Read JSON Lines: a row is a line, a column is a key of any line."""
    text = as_utf8(path, feed.source.encodings, staging)
    engine.table(
        "raw_line",
        f"SELECT line FROM read_csv({literal(str(text.path))}, header = false, delim = '\x1f', "
        "auto_detect = false, columns = {'line': 'VARCHAR'}, quote = '', escape = '', "
        f"max_line_size = {JSON_LINE_BYTES})",
    )
    # CASE, because AND would ask for the type of what is no JSON too.
    good = "CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' ELSE false END AS good"
    lines = f"SELECT rowid + 1 AS source_row, line, {good} FROM raw_line"
    engine.table("raw_judged", f"{lines} WHERE trim(coalesce(line, '')) <> ''")
    bad = engine.query("SELECT source_row, line FROM raw_judged WHERE NOT good").to_pylist()
    last = engine.query("SELECT max(source_row) AS last FROM raw_judged").to_pylist()[0]["last"]
    if bad and bad[-1]["source_row"] == last and not delimited.ends_line(text.path):
        detail = f"line {last} breaks off"
        raise FeedRefusal.CUT_SHORT.refuse(where=Where(path.name, row=last), detail=detail)
    keys = "SELECT unnest(json_keys(line)) AS key, source_row FROM raw_judged WHERE good"
    named = engine.query(f"SELECT key FROM ({keys}) GROUP BY key ORDER BY min(source_row), key")
    columns = tuple(named["key"].to_pylist())
    delimited.refuse_doubled(columns, path.name)
    values = ", ".join(
        f"json_extract_string(line, {literal(_json_path(name))}) AS {quoted(name)}"
        for name in columns
    )
    parts = f"source_row, {values}" if columns else "source_row"
    found = f"SELECT {parts} FROM raw_judged WHERE good"
    broken = tuple(
        Broken(
            row["source_row"],
            {**dict.fromkeys(columns), UNSPLIT: row["line"]},
            FeedRefusal.NOT_JSON.problem(),
        )
        for row in bad
    )
    return Raw(columns, text.sha256, broken, found)


READERS: Mapping[str, Callable[[DuckDB, Feed, Path, Path], Raw]] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "parquet": read_parquet,
    "jsonl": read_jsonl,
    "postgresql": read_csv,  # the query's rows were copied to such a file
}


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, columns))


def _as_text(name: str, column_type: str) -> str:
    if column_type in ("DOUBLE", "FLOAT"):
        # Fifteen digits: 0.1 + 0.2 is then written 0.3, as its owner means it.
        return f"format('{{:.{EXACT_FLOAT_DIGITS}g}}', {quoted(name)}::DOUBLE)"
    return f"CAST({quoted(name)} AS VARCHAR)"


def _cell_text(cell: object) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.{EXACT_FLOAT_DIGITS}g}"
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


def _json_path(key: str) -> str:
    return "$." + json.dumps(key, ensure_ascii=False)


def _unreadable(path: Path, format_name: str, error: Exception) -> Exception:
    detail = " ".join(str(error).split())[:200]
    head = path.read_bytes()[:4]
    if head in (b"PK\x03\x04", b"PAR1"):  # it began as one; then its end is what is missing
        detail = f"it begins as a {format_name} and has no proper end"
        return FeedRefusal.CUT_SHORT.refuse(where=Where(path.name), detail=detail)
    return FeedRefusal.NOT_READABLE.refuse(
        where=Where(path.name), format=format_name, detail=detail
    )
