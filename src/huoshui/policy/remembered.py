"""Packs read once and remembered on disk, so that the next process need not read them again.

Reading some 1,300 files and checking that they fit takes a second or two; taking up what was made
of the very same bytes, by the very same code, for the same day takes a tenth of that.  What is
remembered stands in a folder that only its owner may write to, since it is taken up as objects.
Losing the folder, or any file of it, costs time and nothing else.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pickle
import sys
import tempfile
from functools import cache
from pathlib import Path

import pydantic

from huoshui.kernel.garbage import unhurried
from huoshui.policy.pack import Pack

CACHE = "HUOSHUI_CACHE"
"""Names the folder for what can be made again; `none` keeps nothing.  Default: the user's own."""

KEPT_MOST = 24
"""So many packs are kept, the last used; one is some four megabytes."""

HELD: dict[str, Pack] = {}
"""The packs read last, for whoever in this process reads the same again."""

HELD_MOST = 2


def key_of(digest: str, day: str) -> str:
    """Name what a pack is a function of: its files, the day, and the code."""
    return hashlib.sha256(f"{_code()}\0{digest}\0{day}".encode()).hexdigest()


@cache
def _code() -> str:
    """Give a digest of all code that a pack is made by."""
    total = hashlib.sha256(f"{sys.version}\0{pydantic.VERSION}".encode())
    here = Path(__file__).resolve().parent
    for folder in (here, here.parent / "kernel"):
        for path in sorted(folder.rglob("*.py")):
            total.update(path.read_bytes())
    return total.hexdigest()


def recall(key: str) -> Pack | None:
    """Give the pack remembered under a key, or None; it does not know where its files stand."""
    folder = _folder()
    if folder is None:
        return None
    found: object = HELD.get(key)
    if found is None:
        path = folder / f"{key}.pickle"
        try:
            with path.open("rb") as file, unhurried():
                found = pickle.load(file)
            os.utime(path)
        except Exception:  # unpickling what is damaged may raise anything, and nothing is lost
            return None
    if not isinstance(found, Pack):
        return None
    _hold(key, found)
    return found


def _hold(key: str, pack: Pack) -> None:
    HELD.pop(key, None)
    HELD[key] = pack  # behind the others
    for oldest in list(HELD)[:-HELD_MOST]:
        HELD.pop(oldest, None)


def remember(key: str, pack: Pack) -> None:
    """Keep a pack under a key, whole or not at all, and let go of those unused for longest."""
    folder = _folder()
    if folder is None:
        return
    # Wherever the same files stand next time, it is the same pack.
    placeless = dataclasses.replace(pack, roots=(), example_documents={})
    _hold(key, placeless)
    try:
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as staged:
            pickle.dump(placeless, staged, protocol=pickle.HIGHEST_PROTOCOL)
        os.replace(staged.name, folder / f"{key}.pickle")
        used = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime)
        for path in used[:-KEPT_MOST]:
            path.unlink(missing_ok=True)
    except OSError:  # a full or a vanished disk: the pack is in hand all the same
        return


def _folder() -> Path | None:
    """Give the folder, made if need be; None where it cannot be had for ourselves alone."""
    named = os.environ.get(CACHE)
    if named == "none":
        return None
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = (Path(named) if named else Path(home) / "huoshui") / "packs"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        seen = folder.stat()
    except OSError:
        return None
    is_ours = seen.st_uid == os.getuid() and not seen.st_mode & 0o022
    return folder if is_ours else None
