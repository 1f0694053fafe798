"""Writing of raw tables as offices hand them over: CSV (some in GBK), XLSX, Parquet, JSON Lines.

The same rows always make the same bytes: workbooks carry no time and no author.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

_NEVER = (1980, 1, 1, 0, 0, 0)
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def written(table: pa.Table, path: Path, *, encoding: str = "utf-8") -> Path:
    """Write a table in the form that the path's suffix names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    {".csv": _csv, ".parquet": _parquet, ".jsonl": _jsonl, ".xlsx": _xlsx}[path.suffix](
        table, path, encoding
    )
    return path


def _csv(table: pa.Table, path: Path, encoding: str) -> None:
    options = pc_csv.WriteOptions(quoting_style="needed")
    if encoding == "utf-8":
        pc_csv.write_csv(table, path, options)
        return
    sink = pa.BufferOutputStream()
    pc_csv.write_csv(table, sink, options)
    path.write_bytes(sink.getvalue().to_pybytes().decode().encode(encoding))


def _parquet(table: pa.Table, path: Path, encoding: str) -> None:
    pq.write_table(table, path, compression="zstd", row_group_size=100_000)


def _jsonl(table: pa.Table, path: Path, encoding: str) -> None:
    lines = (json.dumps(row, ensure_ascii=False) for row in table.to_pylist())
    path.write_text("".join(line + "\n" for line in lines), encoding=encoding)


def _column_letters(count: int) -> list[str]:
    letters = [chr(65 + n) for n in range(26)]
    return (letters + [a + b for a in letters for b in letters])[:count]


def _cell(reference: str, value: str) -> str:
    return (
        f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    )


def _xlsx(table: pa.Table, path: Path, encoding: str) -> None:
    letters = _column_letters(table.num_columns)
    rows = [table.column_names, *(list(row.values()) for row in table.to_pylist())]
    body = "".join(
        f'<row r="{number}">'
        + "".join(
            _cell(f"{letter}{number}", str(value))
            for letter, value in zip(letters, row, strict=True)
            if value is not None
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}" xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEETS}"><sheetData>{body}</sheetData>'
        "</worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(zipfile.ZipInfo(name, _NEVER), (_XML + text).encode(),
                          compress_type=zipfile.ZIP_DEFLATED)  # fmt: skip
