"""The embedded engine: one machine, all cores that it is given, nothing to install.

A stage describes its relations as SQL text; here they are made.  Row order is kept and Parquet is
written in one fixed form, so that the same relations give the same bytes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

from huoshui.kernel.sql import literal, quoted
from huoshui.kernel.step import Step


class EngineError(Exception):
    """The engine could not do what it was asked; the message is its own."""


class DuckDB:
    """A session of its own: relations by name, gone when it is closed."""

    def __init__(self, *, threads: int = 2, memory_limit: str | None = None) -> None:
        self._spill = Path(tempfile.mkdtemp(prefix="huoshui-duckdb-"))
        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "temp_directory": str(self._spill),
            "autoinstall_known_extensions": False,  # nothing is fetched while data is read
            "autoload_known_extensions": False,
            "preserve_insertion_order": True,
        }
        if memory_limit is not None:
            settings["memory_limit"] = memory_limit
        self._connection = duckdb.connect(":memory:", config=settings)
        self._kinds: dict[str, str] = {}  # what each relation is; asking the engine is slow

    def __enter__(self) -> DuckDB:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session and remove what it spilled to disk."""
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def view(self, name: str, sql: str) -> None:
        """Name a query; it is computed whenever it is read."""
        self._drop(name)
        self._run(f"CREATE TEMP VIEW {quoted(name)} AS {sql}")
        self._kinds[name.casefold()] = "VIEW"

    def table(self, name: str, sql: str) -> None:
        """Compute a query once and keep its rows."""
        self._drop(name)
        self._run(f"CREATE TEMP TABLE {quoted(name)} AS {sql}")
        self._kinds[name.casefold()] = "TABLE"

    def steps(self, steps: Iterable[Step]) -> None:
        """Make the relations of a stage in order."""
        for step in steps:
            (self.view if step.kind == "view" else self.table)(step.name, step.sql)

    def parquet(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> None:
        """Name the rows of files as one relation with the schema given.

        A column that an older file lacks is null there; without files the relation is empty.
        """
        empty = f"{name}__schema"
        self.arrow(empty, schema.empty_table())
        self._drop(name)
        columns = ", ".join(map(quoted, schema.names))
        rows = f"SELECT {columns} FROM {quoted(empty)}"
        if paths:
            files = ", ".join(literal(str(path)) for path in paths)
            read = f"read_parquet([{files}], union_by_name = true)"
            rows = f"SELECT {columns} FROM ({rows} UNION ALL BY NAME SELECT * FROM {read})"
        self.view(name, rows)

    def arrow(self, name: str, table: pa.Table) -> None:
        """Take an Arrow table as a relation."""
        self._drop(name)
        self._connection.register(name, table)
        self._kinds[name.casefold()] = "VIEW"

    def query(self, sql: str) -> pa.Table:
        """Give the rows of a query as an Arrow table."""
        return self._run(sql).to_arrow_table()

    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a query to a Parquet file, whole or not at all."""
        staged = path.with_name(f".{path.name}.{os.getpid()}")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._run(f"COPY ({sql}) TO {literal(str(staged))} (FORMAT parquet, COMPRESSION zstd)")
        os.replace(staged, path)

    def drop(self, *names: str) -> None:
        """Forget relations and free what they hold."""
        for name in names:
            self._drop(name)

    def _run(self, sql: str) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(sql)
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    def _drop(self, name: str) -> None:
        kind = self._kinds.pop(name.casefold(), None)
        if kind is not None:
            self._run(f"DROP {kind} IF EXISTS {quoted(name)}")
