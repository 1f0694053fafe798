"""What a stage's description needs of an engine, whichever machine or machines it runs on.

SQL is given in DuckDB's dialect; an engine that speaks another says it in its own.  A relation is
known by its name until the engine is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from huoshui.kernel.step import Step

Mapping = Callable[[pa.Table], pa.Table]
"""Rows in, rows out, each row by itself: how the rows are cut into tables changes nothing."""


class EngineError(Exception):
    """The engine could not do what it was asked; the message is its own."""


class Engine(Protocol):
    """A session of its own: relations by name, gone when it is closed."""

    def view(self, name: str, sql: str) -> None:
        """Name a query; it is computed whenever it is read."""

    def table(self, name: str, sql: str) -> None:
        """Compute a query once and keep its rows."""

    def steps(self, steps: Iterable[Step]) -> None:
        """Make the relations of a stage in order."""

    def parquet(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> None:
        """Name the rows of files as one relation with the schema given."""

    def arrow(self, name: str, table: pa.Table) -> None:
        """Take an Arrow table as a relation."""

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

        No more than a few parts are in memory at once.  `schema` is what the function gives.
        `counted` names a column of the query that counts its rows from 0, and how many there are:
        an engine may then ask for a span of rows at a time, and keeps them in that order.
        """

    def counted(self, name: str, column: str) -> Iterator[pa.Table]:
        """Give what `mapped` made of rows `counted` by a column, in their order, part by part."""

    def query(self, sql: str) -> pa.Table:
        """Give the rows of a query as an Arrow table; for answers that fit in memory."""

    def parts(self, sql: str) -> Iterator[pa.Table]:
        """Give the rows of a query, in its order, as tables of a bounded number of rows."""

    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a query, in its order, to one Parquet file, whole or not at all."""

    def drop(self, *names: str) -> None:
        """Forget relations and free what they hold."""

    def close(self) -> None:
        """End the session and remove what it spilled to disk."""
