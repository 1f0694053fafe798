"""Separated text where it is not as it should be: ragged rows told apart, a cut file found.

The engine reads a sound file many times faster; this is the careful second look at one that it
would not read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.facts.faults import FeedRefusal
from huoshui.kernel.errors import Where

FLUSH_ROWS = 50_000
FIELD_CHARACTERS = 16_000_000


@dataclass(frozen=True)
class RaggedRow:
    """A row that does not have the heading's number of fields."""

    number: int
    text: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """The rows that fit, in a file of their own, and those that do not."""

    path: Path
    broken: tuple[RaggedRow, ...]


def heading(path: Path, delimiter: str, name: str) -> tuple[str, ...]:
    """Read the names in the first row."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = next(csv.reader(file, delimiter=delimiter), None)
    if not first:
        raise FeedRefusal.EMPTY_FILE.refuse(where=Where(name))
    return named(first)


def named(cells: Sequence[str]) -> tuple[str, ...]:
    """Name columns as their heading does, and by their place where it has no name."""
    return tuple(cell.strip() or f"column_{nth}" for nth, cell in enumerate(cells, 1))


def refuse_doubled(columns: Sequence[str], name: str) -> None:
    """Refuse a heading that says a name twice; case does not tell names apart in SQL."""
    seen = {"source_row"}  # the name that every raw table has of its own
    for column in columns:
        if column.casefold() in seen:
            raise FeedRefusal.DOUBLED_COLUMN.refuse(where=Where(name, field=column), column=column)
        seen.add(column.casefold())


def ends_line(path: Path) -> bool:
    """Tell whether the file's last line is ended."""
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) in (b"\n", b"\r")


def read_carefully(
    path: Path, delimiter: str, columns: Sequence[str], staging: Path, name: str
) -> Rows:
    """Split rows one by one; a file that ends within a row is refused."""
    csv.field_size_limit(FIELD_CHARACTERS)
    schema = pa.schema([("source_row", pa.int64()), *((c, pa.string()) for c in columns)])
    target = staging / "careful.parquet"
    broken: list[RaggedRow] = []
    good: list[tuple[int, list[str]]] = []
    last_short = False
    with pq.ParquetWriter(target, schema) as writer:
        for number, fields, text in _rows(path, delimiter, name):
            last_short = fields is not None and len(fields) < len(columns)
            if fields is None or len(fields) != len(columns):
                broken.append(RaggedRow(number, text, tuple(fields or ())))
                continue
            good.append((number, fields))
            if len(good) == FLUSH_ROWS:
                writer.write_table(_table(good, schema))
                good = []
        writer.write_table(_table(good, schema))
    if last_short and not ends_line(path):
        row = broken[-1]
        detail = f"its last row has {len(row.fields)} of {len(columns)} fields"
        raise FeedRefusal.CUT_SHORT.refuse(where=Where(name, row=row.number), detail=detail)
    return Rows(target, tuple(broken))


def _rows(path: Path, delimiter: str, name: str) -> Iterator[tuple[int, list[str] | None, str]]:
    """Give each row's number, its fields (None where quotation marks are wrong) and its text."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for line in file:
                taken.append(line)
                yield line

        reader = csv.reader(lines(), delimiter=delimiter, strict=True)
        next(reader)
        number = 0
        while True:
            taken.clear()
            try:
                fields = next(reader, None)
            except csv.Error as error:
                if "unexpected end of data" in str(error):
                    detail = f"row {number + 1} opens a quotation that never ends"
                    raise FeedRefusal.CUT_SHORT.refuse(
                        where=Where(name, row=number + 1), detail=detail
                    ) from None
                number += 1
                yield number, None, "".join(taken)
                continue
            if fields is None:
                return
            if fields:
                number += 1
                yield number, fields, "".join(taken)


def _table(rows: list[tuple[int, list[str]]], schema: pa.Schema) -> pa.Table:
    numbers = pa.array([number for number, _ in rows], pa.int64())
    texts = [
        pa.array([fields[nth] for _, fields in rows], pa.string())
        for nth in range(len(schema.names) - 1)
    ]
    return pa.table([numbers, *texts], schema=schema)
