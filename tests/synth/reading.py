"""Plain reading of a made region's raw files, independent of the pipeline's readers."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import python_calamine

Row = dict[str, str | None]


def rows_of(path: Path) -> list[Row]:
    """Read a raw file's rows as text."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        return [{k: None if v is None else str(v) for k, v in r.items()} for r in table.to_pylist()]
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    if path.suffix == ".xlsx":
        sheet = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        head, *body = sheet.to_python(skip_empty_area=False)
        return [dict(zip(head, (c or None for c in row), strict=True)) for row in body]
    found = csv.DictReader(io.StringIO(text_of(path)))
    return [{k: v or None for k, v in row.items()} for row in found]


def text_of(path: Path) -> str:
    """Decode a file as UTF-8, or as GB 18030 where it is none."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def digests(folder: Path) -> dict[str, str]:
    """Give the digest of every file of a region."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
