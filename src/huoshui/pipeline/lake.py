"""The lake: facts in Parquet, one folder per item, known batch by batch and never rewritten.

`batches/<batch>.json` is a batch's commit record.  It is written last, by renaming, after all of
the batch's files are on disk; a file without a record does not exist for any reader, and the next
writer removes it.  Batches are numbered in the order in which they became known.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from huoshui.kernel.errors import Refusal, Where


class LakeRefusal(Refusal):
    """Why the lake cannot be written or read."""

    BUSY = (
        "Another process is writing to the lake {lake}.",
        "Wait until it has ended; a writer that was killed holds nothing.",
    )
    BROKEN_RECORD = (
        "The commit record {record} cannot be read.",
        "Restore it from a copy; it was written whole, so the disk has changed it.",
    )
    NO_BATCH = (
        "There is no batch {batch}; the latest is {latest}.",
        "Ask for a batch from 0, which is nothing known, to {latest}.",
    )


@dataclass(frozen=True)
class Batch:
    """A commit record: one source file taken through one feed, and what became of its rows."""

    batch: int
    feed: str
    item: str
    source_file: str
    sha256: str
    feed_digest: str
    rows_in: int
    rows_new: int
    rows_known: int
    rows_quarantined: int
    rows_outside: int
    resolves: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    is_repair: bool = False  # rows of a repair file, not of the source file itself
    recorded_at: str | None = None  # only where the caller said what time it was
    rows_plain: int = 0  # of rows_new: those that needed no second look, in a file of their own


def resolved(batches: Iterable[Batch]) -> dict[tuple[int, int], int]:
    """Map each quarantined (batch, source_row) that was dealt with to the batch that did."""
    return {
        (old, row): batch.batch
        for batch in batches
        for old, rows in batch.resolves.items()
        for row in rows
    }


class Lake:
    """A folder that holds facts; reading needs no lock."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    def batches(self, known: int | None = None, *, since: int = 0) -> list[Batch]:
        """Give the commit records in order, from behind `since` up to the batch asked for."""
        latest = self.last_batch
        if known is not None and not 0 <= known <= latest:
            raise LakeRefusal.NO_BATCH.refuse(
                where=Where(str(self.path)), batch=known, latest=latest
            )
        until = latest if known is None else known
        paths = sorted((self.path / "batches").glob("*.json"))
        return [_read(path) for path in paths if since < int(path.stem) <= until]

    @property
    def last_batch(self) -> int:
        """Give the number of the last batch, 0 where nothing is known."""
        names = [int(path.stem) for path in (self.path / "batches").glob("*.json")]
        return max(names, default=0)

    def facts(self, batch: Batch) -> tuple[Path, ...]:
        """Give the files of a batch's facts: none, one, or two, which share no fact."""
        plain, careful = self._facts_paths(batch)
        return (
            *([plain] if batch.rows_plain else []),
            *([careful] if batch.rows_new > batch.rows_plain else []),
        )

    def quarantine(self, batch: Batch) -> Path | None:
        """Give the file of the rows that a batch set aside, or None if there were none."""
        return self._quarantine_path(batch.batch) if batch.rows_quarantined else None

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Be the lake's one writer: what an earlier writer left half done is removed first."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LakeRefusal.BUSY.refuse(where=Where(str(self.path)), lake=self.path) from None
            writer = Writer(self)
            writer.recover()
            yield writer

    def _facts_paths(self, batch: Batch) -> tuple[Path, Path]:
        folder = self.path / "facts" / batch.item
        return folder / f"{batch.batch:08d}-plain.parquet", folder / f"{batch.batch:08d}.parquet"

    def _quarantine_path(self, batch: int) -> Path:
        return self.path / "quarantine" / f"{batch:08d}.parquet"


class Writer:
    """Commits batches, one after another."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.staging = lake.path / "staging"

    def recover(self) -> None:
        """Remove staged files and files of batches that were never committed."""
        shutil.rmtree(self.staging, ignore_errors=True)
        for folder in ("batches", "facts", "quarantine", "staging"):
            (self.lake.path / folder).mkdir(parents=True, exist_ok=True)
        committed = {batch.batch: batch for batch in self.lake.batches()}
        for path in self.lake.path.glob("facts/*/*.parquet"):
            batch = committed.get(int(path.stem.removesuffix("-plain")))
            if batch is None or path not in self.lake.facts(batch):
                path.unlink()
        for path in self.lake.path.glob("quarantine/*.parquet"):
            batch = committed.get(int(path.stem))
            if batch is None or self.lake.quarantine(batch) != path:
                path.unlink()

    def next_batch(self) -> int:
        """Give the number that the next commit will have."""
        return self.lake.last_batch + 1

    def commit(
        self,
        batch: Batch,
        *,
        facts: Path | None,
        quarantine: Path | None,
        plain: Path | None = None,
    ) -> None:
        """Make a batch known: its staged files first, its record last, each safely on disk."""
        assert batch.batch == self.next_batch(), "batches are numbered without gaps"
        lake = self.lake
        for staged, final in zip((plain, facts), lake._facts_paths(batch), strict=True):
            if staged is not None:
                _move(staged, final)
        if quarantine is not None:
            _move(quarantine, lake._quarantine_path(batch.batch))
        record = self.staging / f"{batch.batch:08d}.json"
        record.write_text(_written(batch), encoding="utf-8")
        _move(record, lake.path / "batches" / record.name)
        for path in self.staging.iterdir():
            if path.is_file():
                path.unlink()


def _written(batch: Batch) -> str:
    record = {key: value for key, value in asdict(batch).items() if value is not None}
    record["resolves"] = {str(old): list(rows) for old, rows in sorted(batch.resolves.items())}
    return json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _read(path: Path) -> Batch:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        record["resolves"] = {int(k): tuple(v) for k, v in record["resolves"].items()}
        return Batch(**record)
    except (ValueError, KeyError, TypeError):
        raise LakeRefusal.BROKEN_RECORD.refuse(where=Where(str(path)), record=path) from None


def _move(staged: Path, final: Path) -> None:
    """Put a file in its place so that after a crash it is there whole or not at all."""
    if not final.parent.is_dir():
        final.parent.mkdir(parents=True)
        _sync(final.parent.parent)
    _sync(staged)
    os.replace(staged, final)
    _sync(final.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
