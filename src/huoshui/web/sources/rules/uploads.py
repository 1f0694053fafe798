"""What an uploaded file is called, and whether it is what its feed reads.

Only the beginning is looked at, and every byte for what text never holds; whether the content is
any good is found when the file is taken in.

>>> file_name("../../etc/passwd"), file_name("C:\\\\data\\\\贷款 2026.csv"), file_name("\\x00..")
('passwd', '贷款 2026.csv', 'upload')
>>> looks_like(b"PAR1...."), looks_like("企业名称,金额".encode("gb18030"))
('parquet', 'text')
>>> fits("csv", b"\\x89PNG\\r\\n\\x1a\\n"), fits("jsonl", b'{"a": 1}'), fits("jsonl", b"a,b")
(False, True, False)
"""

from __future__ import annotations

import unicodedata

UPLOAD_BYTES_MOST = 200 * 2**20
"""Ten times the largest feed of the fictional city; what is larger comes by `huoshui ingest`."""

NAME_CHARACTERS_MOST = 100
HEAD_BYTES = 4096

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "parquet"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0", "old Office"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
)
_WANTED = {"csv": "text", "jsonl": "text", "xlsx": "zip", "parquet": "parquet"}
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, which holds zero bytes and is text all the same


def file_name(given: str) -> str:
    """Give the last part of a name, without what could lead out of a folder or hide in a page."""
    last = unicodedata.normalize("NFKC", given).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in last if unicodedata.category(c)[0] not in "CZ" or c == " ")
    plain = shown.strip().lstrip(".-").strip()
    stem, dot, suffix = plain.rpartition(".")
    if dot and len(plain) > NAME_CHARACTERS_MOST:
        return stem[: NAME_CHARACTERS_MOST - len(suffix[:10]) - 1] + "." + suffix[:10]
    return plain[:NAME_CHARACTERS_MOST] or "upload"


def looks_like(head: bytes) -> str:
    """Name what a file's beginning says it is."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head.startswith(_WIDE):
        return "text"
    if b"\x00" in head:
        return "binary"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    return "web page" if start.startswith((b"<!doctype html", b"<html")) else "text"


def fits(format: str, head: bytes) -> bool:
    """Say whether a beginning may be that of a file in a feed's format."""
    if looks_like(head) != _WANTED.get(format):
        return False
    if format == "jsonl" and not head.startswith(_WIDE):
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    return True


def may_hold_zeros(head: bytes) -> bool:
    """Say whether zero bytes may follow: in anything that is no text, and in UTF-16."""
    return looks_like(head) != "text" or head.startswith(_WIDE)
