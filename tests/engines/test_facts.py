"""Raw tables of every format are typed alike on every engine: values, faults and sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from huoshui.engines.dialect import said
from huoshui.engines.duckdb import DuckDB
from huoshui.engines.engine import Engine
from huoshui.facts.build import RAW, TYPED, build
from huoshui.pipeline import readers
from huoshui.pipeline.typed import typed
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from tests.engines.conftest import quick_spark
from tests.engines.test_dialect import told

Region = tuple[Path, dict[str, Any]]

FEEDS = ("market_registration", "loans", "vat_invoice_out", "judgments")


def _raw(pack: Pack, region: Path, name: str, staging: Path) -> pa.Table:
    feed = pack.feeds[name]
    (path, *_) = sorted(region.glob(f"region-*/raw/*/{feed.source.path or f'{name}.*'}"))
    with DuckDB() as engine:
        readers.read(engine, feed, path, staging)
        return engine.query(f"SELECT * FROM {RAW} ORDER BY source_row")


def _typed(engine: Engine, pack: Pack, name: str, raw: pa.Table) -> list[tuple[object, ...]]:
    feed = pack.feeds[name]
    engine.arrow(RAW, raw)
    columns = [column for column in raw.column_names if column != "source_row"]
    typed(engine, feed, pack.items[feed.item], pack, columns)
    table = engine.query(f"SELECT * FROM {TYPED} ORDER BY source_row")
    return [tuple(table.column_names), *told(table)]


@pytest.mark.slow
def test_raw_rows_are_typed_alike(
    small_region: Region, demo_packs: list[Path], asof: Any, tmp_path: Path
) -> None:
    pack, faulty = load(demo_packs, asof=asof), 0
    with DuckDB() as duckdb, quick_spark() as spark:
        for name in FEEDS:
            raw = _raw(pack, small_region[0], name, tmp_path)
            by_duckdb, by_spark = (_typed(e, pack, name, raw) for e in (duckdb, spark))
            assert by_spark == by_duckdb, name
            faulty += sum(row[by_duckdb[0].index("reason")] is not None for row in by_duckdb[1:])
    assert faulty > 0


def test_feeds_steps_can_be_said_to_spark(demo_packs: list[Path], asof: Any) -> None:
    pack = load(demo_packs, asof=asof)
    for name in sorted(pack.feeds)[::16]:
        feed = pack.feeds[name]
        sources = [column.source for column in feed.columns.values() if column.source]
        plan = build(feed, pack.items[feed.item], pack, columns=sorted({*sources}))
        for made in ({}, {look.name: True for look in plan.lookups}):
            for sql in (plan.counts, *(step.sql for step in plan.steps(made))):
                assert said(sql).sql
