"""Raw tables of a city written as they are made: a file a table, row group behind row group.

Rows wait until a few megabytes of a table are together, so that a small table is not cut into
many groups and memory does not grow with the city.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

WAITING_BYTES = 2_000_000


class Stream:
    """One Parquet file that grows."""

    def __init__(self, path: Path, waiting_bytes: int = WAITING_BYTES) -> None:
        self.path, self.waiting_bytes = path, waiting_bytes
        self.rows = 0
        self._waiting: list[pa.Table] = []
        self._bytes = 0
        self._schema: pa.Schema | None = None
        self._writer: pq.ParquetWriter | None = None

    def add(self, table: pa.Table) -> int:
        """Add rows behind those there are; give how many there were before."""
        before = self.rows
        if self._schema is None:
            self._schema = table.schema
        elif table.schema != self._schema:
            table = table.select(self._schema.names).cast(self._schema)
        self.rows += len(table)
        self._waiting.append(table)
        self._bytes += table.nbytes
        if self._bytes >= self.waiting_bytes:
            self._write()
        return before

    def close(self) -> None:
        """Write what waits, and end the file."""
        if self._waiting:
            self._write()
        if self._writer:
            self._writer.close()

    def _write(self) -> None:
        if self._writer is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(
                self.path, self._schema, compression="zstd", compression_level=1
            )
        self._writer.write_table(pa.concat_tables(self._waiting).combine_chunks())
        self._waiting, self._bytes = [], 0


class Streams:
    """All files of a folder that grow together."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, Stream] = {}

    def add(self, name: str, table: pa.Table) -> int:
        """Add rows to a file; give how many it had before."""
        if name not in self._open:
            self._open[name] = Stream(self.folder / name)
        return self._open[name].add(table)

    def close(self) -> dict[str, int]:
        """End all files; give the rows of each."""
        for stream in self._open.values():
            stream.close()
        return {name: self._open[name].rows for name in sorted(self._open)}
