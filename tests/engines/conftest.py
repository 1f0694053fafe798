"""The engines that every question is put to; one Spark serves all tests of a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

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
}
"""Settings for small rows on a JVM that lives for minutes; they change no answer."""

MAKERS: dict[str, Callable[[], DuckDB | Spark]] = {
    "duckdb": DuckDB,
    "spark": lambda: Spark(settings=QUICK),
}


@pytest.fixture(params=MAKERS)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn."""
    with MAKERS[request.param]() as made:
        yield made


@pytest.fixture
def engines() -> Iterator[tuple[Engine, Engine]]:
    """Both engines, to be asked the same."""
    with ExitStack() as stack:
        yield (stack.enter_context(DuckDB()), stack.enter_context(Spark(settings=QUICK)))
