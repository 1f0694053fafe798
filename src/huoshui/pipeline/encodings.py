"""Text files in the encodings that offices use: UTF-8 with or without a mark, GBK, GB 18030."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from huoshui.facts.faults import FeedRefusal
from huoshui.kernel.errors import Where

CHUNK = 1 << 20
LIKELY = ("utf-8", "gb18030", "utf-16", "big5")


@dataclass(frozen=True)
class Text:
    """A file that can be read as UTF-8, and the digest of the bytes that were sent."""

    path: Path
    sha256: str


def digest(path: Path) -> str:
    """Give the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def as_utf8(path: Path, encodings: Sequence[str], staging: Path) -> Text:
    """Find the first declared encoding that fits all of the file; rewrite it if it is not UTF-8."""
    faults = {}
    for encoding in encodings:
        target = None if _is_utf8(encoding) else staging / "as_utf8"
        fault = _decoded(path, encoding, target)
        if fault is None:
            return Text(target or path, digest(path))
        if _is_utf8(encoding) and _breaks_off(fault, path):
            detail = "it ends in the middle of a character"
            raise FeedRefusal.CUT_SHORT.refuse(where=Where(path.name), detail=detail)
        faults[encoding] = fault.start
    fits = [e for e in LIKELY if e not in encodings and _decoded(path, e, None) is None]
    raise FeedRefusal.WRONG_ENCODING.refuse(
        where=Where(path.name),
        declared=" or ".join(encodings),
        byte=max(faults.values()) + 1,
        seems=f"; it seems to be {fits[0]}" if fits else "",
    )


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def _decoded(path: Path, encoding: str, target: Path | None) -> UnicodeDecodeError | None:
    """Decode the whole file, writing it as UTF-8 if asked; give the fault with its place."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    with path.open("rb") as file, (target or Path("/dev/null")).open("wb") as out:
        while True:
            chunk = file.read(CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                error.start += read - pending
                return error
            if target:
                out.write(text.encode("utf-8"))
            if not chunk:
                return None
            read += len(chunk)


def _breaks_off(fault: UnicodeDecodeError, path: Path) -> bool:
    return fault.reason == "unexpected end of data" and fault.start >= path.stat().st_size - 4
