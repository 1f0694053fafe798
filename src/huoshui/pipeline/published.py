"""Published snapshots as they lie on disk: found, checked against their hashes, and read.

Nothing here opens an engine, so whoever only takes a snapshot over can read it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.kernel.errors import Problem, Refusal, Refused, Where

MANIFEST = "manifest.json"
SNAPSHOTS = "snapshots"

FORM = 5
"""Counts the forms of a snapshot: raised when files are added, so that older ones give way."""


PART_ROWS = 1 << 16
"""Rows of a part of a table, where nobody asks for fewer."""


class PublishedRefusal(Refusal):
    """Why a snapshot is not read."""

    NO_SNAPSHOT = (
        "There is no snapshot in {folder}.",
        "Ask for a run; it publishes one.",
        "{folder} 中没有已发布的快照。",
        "请先发起一次运行，运行会发布快照。",
    )
    ALTERED = (
        "The file {file} of snapshot {snapshot} is not the one that was published.",
        "Delete the snapshot's folder and run again; the same facts give the same bytes.",
        "快照 {snapshot} 的文件 {file} 与发布时不一致。",
        "请删除该快照文件夹并重新运行；相同的事实会得到相同的字节。",
    )


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot: where it is and what it is a function of."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        """Name it by its inputs: batch, day and packs."""
        return self.folder.name

    @property
    def known(self) -> int:
        """The last batch whose facts count."""
        return int(self.manifest["known"])

    @property
    def asof(self) -> dt.date:
        """The day that was asked about."""
        return dt.date.fromisoformat(self.manifest["asof"])

    @property
    def pack_digest(self) -> str:
        """The packs, which `archive.archived` finds again."""
        return str(self.manifest["pack_digest"])

    @property
    def offerings(self) -> list[str]:
        """The offerings in the order of their bits."""
        return list(self.manifest["offerings"])

    def path(self, name: str) -> Path:
        """Give the file of a table that is never divided."""
        return self.folder / f"{name}.parquet"

    def files(self, name: str) -> list[str]:
        """Name the files of one of its tables in order: one, or one for each division."""
        whole = f"{name}.parquet"
        if whole in self.manifest["files"]:
            return [whole]
        return [file for file in self.manifest["files"] if file.startswith(f"{name}/")]

    def paths(self, name: str) -> list[Path]:
        """Give the files of one of its tables, in the order of its rows."""
        return [self.folder / file for file in self.files(name)]

    def rows(self, name: str) -> int:
        """Count the rows of one of its tables."""
        return sum(int(self.manifest["files"][file]["rows"]) for file in self.files(name))

    def schema(self, name: str) -> pa.Schema:
        """Give the columns of one of its tables."""
        return pq.read_schema(self.paths(name)[0])

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read one of its tables, or some of its columns."""
        read = [pq.read_table(path, columns=columns) for path in self.paths(name)]
        return pa.concat_tables(read)

    def parts(
        self, name: str, rows: int = PART_ROWS, *, columns: Sequence[str] | None = None
    ) -> Iterator[pa.Table]:
        """Read one of its tables a part at a time, of at most so many rows each."""
        for path in self.paths(name):
            yield from parts_of(path, rows, columns=columns)


def parts_of(
    path: Path, rows: int = PART_ROWS, *, columns: Sequence[str] | None = None
) -> Iterator[pa.Table]:
    """Read a file, or some of its columns, a part at a time."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(rows, columns=columns):
            yield pa.Table.from_batches([batch])


def snapshot_files(folder: Path) -> Snapshot:
    """Open a snapshot, or refuse it where a file is missing or is not the one published."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise PublishedRefusal.NO_SNAPSHOT.refuse(
            where=Where(str(folder)), folder=folder.name
        ) from None
    Refused.raise_any(_altered(folder, manifest))
    return Snapshot(folder, manifest)


def _altered(folder: Path, manifest: dict[str, Any]) -> list[Problem]:
    return [
        PublishedRefusal.ALTERED.problem(
            where=Where(str(folder / name)), file=name, snapshot=folder.name
        )
        for name, entry in manifest["files"].items()
        if not (folder / name).is_file() or sha256(folder / name) != entry["sha256"]
    ]


def snapshot_folders(home: Path) -> list[Path]:
    """Give the folders of all snapshots under a home, the earliest known first."""
    found = (path.parent for path in (home / SNAPSHOTS).glob(f"*/{MANIFEST}"))
    return sorted(path for path in found if not path.name.startswith("."))


def sha256(path: Path) -> str:
    """Give the hash of a file as manifests write it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
