"""A loan's statement as a PDF in one language, and as a workbook; the same rows as on the page.

The workbook is written here: it is five small parts of XML, and no library that writes one is
needed for anything else.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import importlib.resources
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from huoshui.kernel.errors import Refusal

FACE_OF = "noto-cjk-sans-otc"
FACE, NARROW_FACE = "Noto Sans CJK SC", "Noto Sans CJK KR"
_NEVER = (1980, 1, 1, 0, 0, 0)  # the same rows give the same bytes


class PrintingRefusal(Refusal):
    """Why nothing can be printed."""

    NO_FACE = (
        "The Chinese face of {package} is not installed, so the PDF would show boxes.",
        "Install {package}, or take the CSV file.",
        "未安装 {package} 中文字体，PDF 会显示为方框。",
        "请安装 {package}，或下载 CSV 文件。",
    )


@lru_cache(maxsize=1)
def _faces() -> str:
    """Find the folder of the Chinese face among the installed files of its package."""
    try:
        installed = importlib.metadata.distribution(FACE_OF)
    except importlib.metadata.PackageNotFoundError:
        raise PrintingRefusal.NO_FACE.refuse(package=FACE_OF) from None
    for file in sorted(map(str, installed.files or [])):
        if file.endswith((".ttc", ".otf", ".ttf")):
            return str(Path(str(installed.locate_file(file))).parent)
    raise PrintingRefusal.NO_FACE.refuse(package=FACE_OF)


def as_pdf(told: Mapping[str, Any], *, asof: dt.date) -> bytes:
    """Set a statement; the same statement gives the same bytes.

    `told` holds language, title, pairs, parts (title, head, rows, and which columns are numbers)
    and made: how it came about.
    """
    import typst  # large, and needed here only

    template = importlib.resources.files("huoshui.web.agreements") / "templates"
    source: Any = (template / "agreements/statement.typ").read_bytes()
    day = [asof.year, asof.month, asof.day]
    data = {**told, "face": FACE, "narrow_face": NARROW_FACE, "date": day}
    midnight = dt.datetime.combine(asof, dt.time(), tzinfo=dt.UTC)
    made: bytes = typst.compile(
        source,
        font_paths=[_faces()],
        ignore_system_fonts=True,
        sys_inputs={"told": json.dumps(data, ensure_ascii=False)},
        timestamp=int(midnight.timestamp()),
    )
    return made


_ROOT = "http://schemas.openxmlformats.org"
_MAIN = f"{_ROOT}/spreadsheetml/2006/main"
_LINKS = f"{_ROOT}/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats"


def as_xlsx(sheets: Mapping[str, Sequence[Sequence[str | int | None]]]) -> bytes:
    """Write sheets of words and fen; fen are numbers in yuan that a spreadsheet adds up."""
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_ROOT}/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{_TYPES}-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" '
        f'ContentType="{_TYPES}-officedocument.spreadsheetml.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
            f'ContentType="{_TYPES}-officedocument.spreadsheetml.worksheet+xml"/>'
            for n in numbers
        )
        + "</Types>",
        "_rels/.rels": _links([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{n}" r:id="rId{n}"/>'
            for n, name in zip(numbers, sheets, strict=True)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _links(
            [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
        ),
    }
    for n, rows in zip(numbers, sheets.values(), strict=True):
        parts[f"xl/worksheets/sheet{n}.xml"] = _sheet(rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            whole = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}'
            book.writestr(zipfile.ZipInfo(name, _NEVER), whole.encode())
    return out.getvalue()


def _links(links: Sequence[tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{n}" Type="{_LINKS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(links, start=1)
    )
    return f'<Relationships xmlns="{_ROOT}/package/2006/relationships">{inner}</Relationships>'


def _sheet(rows: Sequence[Sequence[str | int | None]]) -> str:
    body = "".join(f"<row>{''.join(_cell(cell) for cell in row)}</row>" for row in rows)
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _cell(cell: str | int | None) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, int):
        sign, (yuan, fen) = "-" if cell < 0 else "", divmod(abs(cell), 100)
        return f"<c><v>{sign}{yuan}.{fen:02d}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
