"""Packs kept by their digest, so that the rules of any past result can be read again.

Only what a pack is made of is kept: the definitions and examples, byte for byte, under the names
that the digest is of.  A pack read from the archive has the same digest as the one kept.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from huoshui.kernel.errors import Refusal, Refused, Where
from huoshui.policy.loader import digest_of, digest_of_texts, load, texts_of
from huoshui.policy.pack import Pack

PACKS = "packs"
ROOTS = "roots.json"


class ArchiveRefusal(Refusal):
    """Why packs are not kept, or not found again, the weightiest first."""

    ALTERED = (
        "The packs kept under {digest} are not the ones that were kept.",
        "Put the folder {folder} back from a copy; its files are part of past results.",
        "以 {digest} 存档的政策包已被改动，与存档时不一致。",
        "请用备份恢复文件夹 {folder}；其中的文件是历史结果的一部分。",
    )
    NOT_KEPT = (
        "No packs are kept under the digest {digest}.",
        "Restore {folder}, or keep those packs again by running with them.",
        "没有以 {digest} 存档的政策包。",
        "请恢复 {folder}，或用该政策包重新运行以存档。",
    )
    CHANGED = (
        "The packs changed while they were being read and kept.",
        "Run again once nobody is editing them.",
        "读取与存档期间政策包发生了变化。",
        "请在无人编辑时重新运行。",
    )
    NAMED_ALIKE = (
        "The folders of packs need names of their own: {names}.",
        "Give each folder another name, and say its name rather than a dot.",
        "各政策包的文件夹须有各自的名称：{names}。",
        "请为每个文件夹取不同的名称，并写明名称而不是用点号。",
    )


def archive(
    roots: Sequence[Path],
    home: Path,
    *,
    digest: str | None = None,
    edits: Mapping[str, str] | None = None,
) -> str:
    """Keep packs under a home, with edits, whole or not at all, and give their digest.

    `digest` is what they had when they were read; they are refused if they have changed since.
    """
    names = [root.name for root in roots]
    if len(set(names)) < len(names) or not all(names) or ".." in names:
        raise ArchiveRefusal.NAMED_ALIKE.refuse(names=", ".join(map(str, roots)))
    texts = texts_of(roots, edits)
    actual = digest_of_texts(texts)
    if digest not in (None, actual):
        raise ArchiveRefusal.CHANGED.refuse()
    final = home / PACKS / actual
    if not (final.is_dir() and _holds(final)):
        _place(texts, names, final)
    return actual


def _place(texts: Mapping[str, bytes], names: Sequence[str], final: Path) -> None:
    """Write packs beside where they are to be, and put them there as one."""
    # Two threads of one process may keep packs at once.
    staged = final.parent / f".{os.getpid()}-{threading.get_ident()}"
    shutil.rmtree(staged, ignore_errors=True)
    for folder in {name.rpartition("/")[0] for name in texts}:
        (staged / folder).mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        with open(f"{staged}/{name}", "wb", buffering=0) as file:
            file.write(text)
    for name in names:  # a pack may hold nothing yet
        (staged / name).mkdir(parents=True, exist_ok=True)
    (staged / ROOTS).write_text(json.dumps(names, ensure_ascii=False), "utf-8")
    shutil.rmtree(final, ignore_errors=True)
    try:
        os.replace(staged, final)
    except OSError:  # another process has put the same there meanwhile
        shutil.rmtree(staged)


def load_and_keep(roots: Sequence[Path], home: Path, *, asof: dt.date) -> Pack:
    """Read packs as at a day and keep them, so that what is made with them can be replayed."""
    pack = load(roots, asof=asof)
    archive(roots, home, digest=pack.digest)
    return pack


def archived(home: Path, digest: str) -> list[Path]:
    """Give the folders of the packs kept under a digest, or refuse if they are not those."""
    folder = home / PACKS / digest
    if not digest.isalnum() or not (folder / ROOTS).is_file():
        raise ArchiveRefusal.NOT_KEPT.refuse(
            where=Where(f"{PACKS}/{digest}"), digest=digest, folder=folder
        )
    if not _holds(folder):
        raise ArchiveRefusal.ALTERED.refuse(
            where=Where(f"{PACKS}/{digest}"), digest=digest, folder=folder
        )
    return _roots(folder)


@dataclass(frozen=True)
class Kept:
    """Packs in the archive: their digest, their names, and whether they are what was kept."""

    digest: str
    names: tuple[str, ...]
    is_whole: bool


def kept(home: Path) -> list[Kept]:
    """List the archive, in the order of digests."""
    folders = sorted(path.parent for path in (home / PACKS).glob(f"*/{ROOTS}"))
    return [
        Kept(folder.name, tuple(root.name for root in _roots(folder)), _holds(folder))
        for folder in folders
        if not folder.name.startswith(".")
    ]


def _holds(folder: Path) -> bool:
    """Say whether a folder still has the digest that it is called by."""
    try:
        roots = _roots(folder)
        return all(root.is_dir() for root in roots) and digest_of(roots) == folder.name
    except (OSError, ValueError, Refused):
        return False


def _roots(folder: Path) -> list[Path]:
    return [folder / name for name in json.loads((folder / ROOTS).read_text("utf-8"))]
