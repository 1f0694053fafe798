"""The engines that every question is put to; one Spark serves all tests of a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from huoshui.engines.duckdb import DuckDB
from huoshui.engines.engine import Engine
from huoshui.engines.spark import Spark

QUICK = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",  # compiling a query takes longer than these rows do
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.files.minPartitionNum": "1",
    "spark.sql.leafNodeDefaultParallelism": "1",
    "spark.sql.maxPlanStringLength": "0",  # plans are written out for pages that nobody opens
    "spark.sql.ui.explainMode": "simple",
    "spark.ui.liveUpdate.period": "-1",
    "spark.shuffle.compress": "false",
    "spark.broadcast.compress": "false",
    "spark.shuffle.checksum.enabled": "false",
}
"""Settings for small rows on a JVM that lives for minutes; they change no answer."""


def quick_spark(scratch: Path | None = None) -> Spark:
    """Give a Spark for small rows.

    What Hadoop's own files say by default is let go: of some two thousand settings each is packed
    by itself whenever a file is read or written, which took a tenth of all the time.
    """
    from pyspark import SparkContext

    made = Spark(settings=QUICK, scratch=scratch)
    context = SparkContext._active_spark_context
    assert context is not None
    context._jsc.hadoopConfiguration().clear()
    return made


MAKERS: dict[str, Callable[[], DuckDB | Spark]] = {"duckdb": DuckDB, "spark": quick_spark}


@pytest.fixture(params=MAKERS)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn."""
    with MAKERS[request.param]() as made:
        yield made


@pytest.fixture
def engines() -> Iterator[tuple[Engine, Engine]]:
    """Both engines, to be asked the same."""
    with ExitStack() as stack:
        yield (stack.enter_context(DuckDB()), stack.enter_context(quick_spark()))
