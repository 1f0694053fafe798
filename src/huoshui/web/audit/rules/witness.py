"""The witness: every seal once more, one JSON line each, in a file outside the database.

Who can rewrite the tables need not be able to rewrite the file; copy it to where he surely
cannot, and even losing this machine leaves something to compare with.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from huoshui.web.audit.rules.digests import Seal

FILE = "record/seals.jsonl"
"""Where it lies in a home."""

KEY_FILE = "record/public.key"
"""Where the public key that seals are signed with lies beside it, in hex, for whoever verifies."""

_BLOCK = 1 << 16


def seals(file: Path) -> list[Seal]:
    """Read every seal; a line that cannot be read stops the reading there.

    The last line may be torn by a crash; the next sealing writes it anew.
    """
    found: list[Seal] = []
    if not file.exists():
        return found
    with file.open("rb") as lines:
        for line in lines:
            seal = _read(line)
            if seal is None:
                break
            found.append(seal)
    return found


def last(file: Path) -> Seal | None:
    """Read the last whole seal, from the end of the file."""
    if not file.exists():
        return None
    with file.open("rb") as lines:
        return _last(lines)


def append(file: Path, added: Iterable[Seal]) -> int:
    """Add the seals that come after the last one, and wait until they are on the disk.

    One process at a time; doing it twice adds nothing.  Gives the number of lines added.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with _locked(file) as lines:
        before = _last(lines)
        _cut_torn_line(lines)
        lines.seek(0, os.SEEK_END)
        for seal in added:
            if before is not None and seal.n <= before.n:
                continue
            lines.write(json.dumps(seal.to_dict(), sort_keys=True).encode() + b"\n")
            count += 1
        lines.flush()
        os.fsync(lines.fileno())
    if count:
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the file's own name, where it is new
        finally:
            os.close(folder)
    return count


def key_tell(file: Path, key: bytes) -> None:
    """Lay the public key beside the witness, once; a key that is there is never overwritten."""
    beside = file.parent / Path(KEY_FILE).name
    if not beside.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(key.hex() + "\n", "ascii")


@contextmanager
def _locked(file: Path) -> Iterator[IO[bytes]]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o640)
    with os.fdopen(descriptor, "r+b") as lines:
        fcntl.flock(lines, fcntl.LOCK_EX)
        yield lines


def _read(line: bytes) -> Seal | None:
    if not line.endswith(b"\n"):
        return None
    try:
        return Seal.from_dict(json.loads(line))
    except (ValueError, KeyError, TypeError):
        return None


def _last(lines: IO[bytes]) -> Seal | None:
    end = lines.seek(0, os.SEEK_END)
    tail = b""
    while end > 0:
        start = max(0, end - _BLOCK)
        lines.seek(start)
        tail = lines.read(end - start) + tail
        end = start
        whole = tail[: tail.rfind(b"\n") + 1]
        cut = whole.rfind(b"\n", 0, -1)
        if whole and (cut >= 0 or start == 0):
            return _read(whole[cut + 1 :])
    return None


def _cut_torn_line(lines: IO[bytes]) -> None:
    end = lines.seek(0, os.SEEK_END)
    tail, start = b"", end
    while start > 0 and b"\n" not in tail:
        start = max(0, start - _BLOCK)
        lines.seek(start)
        tail = lines.read(end - start)
    lines.truncate(start + tail.rfind(b"\n") + 1)
