"""Every stage, on every engine, over the same small worlds: relation by relation, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest

from huoshui import entities, indicators
from huoshui.engines.duckdb import DuckDB
from huoshui.engines.engine import Engine
from huoshui.indicators.schema import PROFILE_MEASURED
from huoshui.kernel.step import Step
from huoshui.policy.pack import Pack
from tests.engines.conftest import quick_spark
from tests.engines.test_dialect import told
from tests.entities.worlds import (
    Facts,
    fact_schema,
    random_facts,
    settlement_of,
    world_pack,
)
from tests.indicators import worlds

RULE = settlement_of(["authority", "latest_true", "latest_known"], {"loan": ["bank", "office"]})


def given(engine: Engine, pack: Pack, facts: Facts) -> None:
    """Name the facts of a world as the stages read them."""
    for item in pack.items.values():
        schema = fact_schema(item)
        rows = [{c: row.get(c) for c in schema.names} for row in facts.get(item.id, ())]
        engine.arrow(f"fact_{item.id}", pa.Table.from_pylist(rows, schema))


def differences(
    steps: Sequence[Step], pack: Pack, facts: Facts, compared: Mapping[str, str]
) -> dict[str, object]:
    """Run steps over a world on both engines and give the relations that differ, and how."""
    found: list[dict[str, list[tuple[object, ...]]]] = []
    for make in (DuckDB, lambda: quick_spark()):
        with make() as engine:
            given(engine, pack, facts)
            engine.steps(steps)
            tables = {
                name: engine.query(f"SELECT {columns} FROM {name} ORDER BY ALL")
                for name, columns in compared.items()
            }
        found.append({n: [tuple(t.column_names), *told(t)] for n, t in tables.items()})
    by_duckdb, by_spark = found
    assert any(len(rows) > 1 for rows in by_duckdb.values())
    return {n: (by_duckdb[n], by_spark[n]) for n in compared if by_duckdb[n] != by_spark[n]}


@pytest.mark.slow
def test_entities_are_linked_and_settled_alike() -> None:
    facts, pack = random_facts(1, size=80), world_pack(RULE)
    steps = entities.build(pack)
    assert differences(steps, pack, facts, {step.name: "*" for step in steps}) == {}


@pytest.mark.slow
def test_indicators_are_measured_alike() -> None:
    pack = worlds.measures_pack(worlds.indicators(("is_new or kind = 'y'",)))
    facts = worlds.random_world(3, (60, 90))
    steps = [*entities.build(pack), *indicators.build(pack, asof=pack.asof)]
    assert differences(steps, pack, facts, {"entity": "*", PROFILE_MEASURED: "*"}) == {}
