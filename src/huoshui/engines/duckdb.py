"""The embedded engine: one machine, all cores that it is given, nothing to install.

A stage describes its relations as SQL text; here they are made.  Row order is kept and Parquet is
written in one fixed form, so that the same relations give the same bytes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.engines.engine import EngineError, Mapping
from huoshui.kernel.cores import cores
from huoshui.kernel.sql import literal, quoted
from huoshui.kernel.step import Step

__all__ = ["DuckDB", "EngineError"]

PART_ROWS = 1 << 16
"""Rows of a part: few enough that three wide ones are small, enough that each is worth a query."""

WAITING = 3
"""Parts read ahead of those being worked on."""

KEPT = "PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 10000"
"""Written in less time than Parquet's first form, smaller, and read faster (ADR 0066)."""

_TYPES: dict[pa.DataType, str] = {}
"""What the engine calls the types of Arrow's that were asked for; it is asked once a process."""


class DuckDB:
    """A session of its own: relations by name, gone when it is closed.

    What `memory_limit` does not hold is put away beneath `spill`, a folder made where it is
    missing (else the system's own for temporary files, which may itself be memory).
    """

    def __init__(
        self,
        *,
        threads: int | None = None,
        memory_limit: str | None = None,
        spill: Path | None = None,
    ) -> None:
        if spill is not None:
            spill.mkdir(parents=True, exist_ok=True)
        self._spill = Path(tempfile.mkdtemp(prefix="huoshui-duckdb-", dir=spill))
        self._threads = threads or cores()
        self._is_read = False  # the parts of a query, one after another
        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": self._threads,
            "temp_directory": str(self._spill),
            "autoinstall_known_extensions": False,  # nothing is fetched while data is read
            "autoload_known_extensions": False,
            "preserve_insertion_order": True,
        }
        if memory_limit is not None:
            settings["memory_limit"] = memory_limit
        self._connection = duckdb.connect(":memory:", config=settings)
        self._kinds: dict[str, str] = {}  # what each relation is; asking the engine is slow
        self._counted: dict[str, list[Path]] = {}  # the parts of what was mapped in its order

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
        columns = ", ".join(map(quoted, schema.names))
        nulls = (f"CAST(NULL AS {self._type(of.type)}) AS {quoted(of.name)}" for of in schema)
        rows = f"SELECT {', '.join(nulls)} WHERE false"
        if paths:
            files = ", ".join(literal(str(path)) for path in paths)
            read = f"read_parquet([{files}], union_by_name = true)"
            rows = f"SELECT {columns} FROM ({rows} UNION ALL BY NAME SELECT * FROM {read})"
        self.view(name, rows)

    def _type(self, of: pa.DataType) -> str:
        """Give what the engine calls a type of Arrow's."""
        if of not in _TYPES:
            empty = pa.schema([("of", of)]).empty_table()
            _TYPES[of] = str(self._connection.from_arrow(empty).types[0])
        return _TYPES[of]

    def arrow(self, name: str, table: pa.Table) -> None:
        """Take the rows of an Arrow table as a relation.

        They are copied: what a join pushes down to a scan of Arrow, DuckDB 1.5.6 cannot always do
        there ("Pushdown Filter Type BLOOM_FILTER is not currently supported in PyArrow Scans").
        """
        taken = f"{name}__arrow"
        self._connection.register(taken, table)
        try:
            self.table(name, f"SELECT * FROM {quoted(taken)}")
        finally:
            self._connection.unregister(taken)

    def mapped(
        self,
        name: str,
        sql: str,
        function: Mapping,
        schema: pa.Schema,
        *,
        counted: tuple[str, int] | None = None,
    ) -> None:
        """Put the rows of a query through an Arrow function, part by part, and keep what comes out.

        Parts are Parquet files beside what is spilled, in the order of the rows.
        """
        folder = Path(tempfile.mkdtemp(prefix="mapped-", dir=self._spill))
        parts = self.parts(sql) if counted is None else self._spans(sql, *counted)
        running: deque[Future[Path]] = deque()
        paths: list[Path] = []

        def work(part: pa.Table, path: Path) -> Path:
            pq.write_table(function(part).cast(schema), path, compression="lz4")
            return path

        with closing(parts), ThreadPoolExecutor(self._threads) as pool:
            for nth, part in enumerate(parts):
                running.append(pool.submit(work, part, folder / f"{nth:06d}.parquet"))
                if len(running) >= WAITING:
                    paths.append(running.popleft().result())
            paths += [each.result() for each in running]
        self.parquet(name, paths, schema)
        if counted is not None:
            self._counted[name.casefold()] = paths

    def counted(self, name: str, column: str) -> Iterator[pa.Table]:
        """Give what `mapped` made of rows `counted` by a column, in their order, part by part.

        They stand in files of their own in that order, so that nothing has to be asked or sorted.
        """
        paths = self._counted.get(name.casefold())
        if paths is None:
            raise EngineError(f"{name} was not made of counted rows")
        for path in paths:
            yield pq.read_table(path)

    def _spans(self, sql: str, column: str, rows: int) -> Generator[pa.Table]:
        """Ask a query for a span of its counted rows at a time: what it joins stays small."""
        nth = quoted(column)
        for start in range(0, rows, PART_ROWS):
            span = f"{nth} >= {start} AND {nth} < {start + PART_ROWS}"
            yield self.query(f"SELECT * FROM ({sql}) AS every_row WHERE {span} ORDER BY {nth}")

    def parts(self, sql: str) -> Generator[pa.Table]:
        """Give the rows of a query, in its order, as tables of a bounded number of rows.

        Nothing else may be asked before the last of them is taken or the iterator is closed: the
        engine would cut the rows short, so it is refused.
        """
        reader = self._run(sql).to_arrow_reader(PART_ROWS)
        self._is_read = True
        try:
            for batch in reader:
                yield pa.Table.from_batches([batch])
        except duckdb.Error as error:
            raise EngineError(str(error)) from error
        finally:
            self._is_read = False
            reader.close()

    def query(self, sql: str) -> pa.Table:
        """Give the rows of a query as an Arrow table."""
        return self._run(sql).to_arrow_table()

    def write(self, sql: str, path: Path, *, form: str = KEPT) -> None:
        """Write the rows of a query to a Parquet file of a form, whole or not at all."""
        staged = path.with_name(f".{path.name}.{os.getpid()}")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._run(f"COPY ({sql}) TO {literal(str(staged))} (FORMAT parquet, {form})")
        os.replace(staged, path)

    def drop(self, *names: str) -> None:
        """Forget relations and free what they hold."""
        for name in names:
            self._drop(name)

    def _run(self, sql: str) -> duckdb.DuckDBPyConnection:
        if self._is_read:
            raise EngineError("the parts of a query are still being read")
        try:
            return self._connection.execute(sql)
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    def _drop(self, name: str) -> None:
        self._counted.pop(name.casefold(), None)
        kind = self._kinds.pop(name.casefold(), None)
        if kind is not None:
            self._run(f"DROP {kind} IF EXISTS {quoted(name)}")
