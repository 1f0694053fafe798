"""The SQL of both stages keeps to what can be said to Spark as well."""

from __future__ import annotations

import sqlglot
from sqlglot.errors import ErrorLevel

from huoshui import entities, indicators
from tests.indicators import worlds


def test_every_step_can_be_said_in_the_other_engine_s_dialect() -> None:
    pack = worlds.measures_pack(worlds.indicators())
    steps = [
        *entities.build(pack),
        *entities.checks(pack),
        *indicators.build(pack, asof=pack.asof),
        *indicators.checks(pack),
    ]
    assert len(steps) > 30
    for step in steps:
        (said,) = sqlglot.transpile(
            step.sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE
        )
        assert said, step.name
