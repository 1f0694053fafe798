"""What a file is by its content; its name and what the browser says of it prove nothing.

>>> media_type(b"%PDF-1.7 ...")
'application/pdf'
>>> media_type(b"MZ\\x90\\x00")
'application/octet-stream'
"""

from __future__ import annotations

import io
import re
import zipfile

OTHER = "application/octet-stream"

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_NAME_MOST = 120  # characters; longer ones only spoil the page


def media_type(body: bytes) -> str:
    """Name the kind of a file by how it begins, or for an office file by what it holds."""
    for beginning, kind in _BEGINNINGS:
        if body.startswith(beginning):
            return kind
    if body.startswith(b"PK\x03\x04") and _holds(body, "xl/workbook.xml"):
        return _SHEET
    return OTHER


def plain_name(name: str) -> str:
    """Give a file's own name without folders and control characters."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(c for c in last if c.isprintable()).strip(". ")
    return shown[-_NAME_MOST:] or "file"


def _holds(body: bytes, inner: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return inner in archive.namelist()
    except zipfile.BadZipFile:
        return False
