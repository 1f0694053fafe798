"""Rows that come in order, written to one Parquet file or to a file for each division.

Files are cut into groups of a fixed number of rows whatever tables the rows came in, so that the
same rows give the same bytes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huoshui.entities.division import divisions

ENTITY = "entity"

GROUP_ROWS = 1 << 16
"""Rows of a row group."""


class Written:
    """Writes one table beneath a folder: `<name>.parquet`, or `<name>/<division>.parquet`.

    Rows come in the order in which they are to stand; in divisions, all of one together.
    """

    def __init__(self, folder: Path, name: str, schema: pa.Schema, *, is_divided: bool) -> None:
        self._folder, self._name, self._schema = folder, name, schema
        self._is_divided = is_divided
        self._file: _File | None = None
        self.rows: dict[str, int] = {}  # by file, relative to the folder

    def add(self, rows: pa.Table) -> None:
        """Write some more rows."""
        rows = rows.select(self._schema.names).cast(self._schema)
        if not self._is_divided:
            self._of(f"{self._name}.parquet").add(rows)
            return
        for division, part in by_division(rows):
            self._of(division_file(self._name, division)).add(part)

    def close(self) -> None:
        """Finish the last file; a table without rows is one file without rows."""
        if not self.rows:
            self._of(f"{self._name}.parquet")
        self._finish()

    def _of(self, file: str) -> _File:
        if self._file is None or self._file.name != file:
            self._finish()
            assert file not in self.rows, f"the rows of {file} do not stand together"
            self.rows[file] = 0
            self._file = _File(self._folder, file, self._schema)
        return self._file

    def _finish(self) -> None:
        if self._file is not None:
            self.rows[self._file.name] = self._file.close()
            self._file = None


class _File:
    """One Parquet file in the making."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema) -> None:
        self.name = name
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._schema = schema
        self._waiting: list[pa.Table] = []
        self._rows = self._written = 0

    def add(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        self._rows += rows.num_rows
        while self._rows - self._written >= GROUP_ROWS:
            self._write(GROUP_ROWS)

    def close(self) -> int:
        if self._rows > self._written:
            self._write(self._rows - self._written)
        self._writer.close()
        return self._rows

    def _write(self, rows: int) -> None:
        waiting = pa.concat_tables(self._waiting)
        group = waiting.slice(0, rows).combine_chunks()
        self._writer.write_table(group, row_group_size=rows)
        self._waiting = [waiting.slice(rows)]
        self._written += rows


def division_file(name: str, division: str) -> str:
    """Name a division's file; what is no plain letter or digit is written by its number.

    >>> division_file("profile", "430102"), division_file("profile", "甲")
    ('profile/430102.parquet', 'profile/u7532.parquet')
    """
    plain = "".join(c if c.isascii() and c.isalnum() else f"u{ord(c):x}" for c in division)
    return f"{name}/{plain}.parquet"


def by_division(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Cut rows, of which those of a division stand together, by division."""
    if not rows.num_rows:
        return
    found = pc.run_end_encode(divisions(rows[ENTITY].combine_chunks()))
    start = 0
    for division, end in zip(found.values.to_pylist(), found.run_ends.to_pylist(), strict=True):
        yield division, rows.slice(start, end - start)
        start = end


def linked(file: Path, path: Path) -> None:
    """Name a file a second time, or copy it where the disk has no links."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, path)
    except OSError:
        shutil.copyfile(file, path)


def merged(before: Iterable[pa.Table], rows: pa.Table, touched: pa.Array) -> Iterator[pa.Table]:
    """Give what stood before without the entities touched, and the rows that are now theirs.

    Both are in the order of entities, and so is what comes out; rows of one entity keep theirs.
    """
    left = rows
    for part in before:
        if not part.num_rows:
            continue
        kept = part.filter(pc.invert(pc.is_in(part[ENTITY], value_set=touched)))
        last = part[ENTITY][-1]
        count = pc.sum(pc.less_equal(left[ENTITY], last)).as_py() or 0
        yield _in_order(pa.concat_tables([kept, left.slice(0, count)]))
        left = left.slice(count)
    yield left


def _in_order(rows: pa.Table) -> pa.Table:
    return rows.take(pc.sort_indices(rows, sort_keys=[(ENTITY, "ascending")]))
