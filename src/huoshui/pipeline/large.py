"""Large raw tables: what needs no second look goes straight from the file to the lake.

A table of a hundred million rows is neither held in memory nor sorted.  It is read by its key, then
once more to be written; what is left, mostly few rows, is read with the care of a small table.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.engines.duckdb import DuckDB
from huoshui.facts import schema
from huoshui.facts.build import RAW, TYPED
from huoshui.facts.plainly import CAREFUL, CONTESTED, LEAST_PLACE, PLAINLY, place_sql, plainly
from huoshui.kernel.sql import quoted
from huoshui.pipeline.readers import Raw
from huoshui.pipeline.typed import typed
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Feed

ROWS = 200_000
"""From so many rows on a table is large; below, several passes cost more than they spare."""

REST = "raw_rest"
CHOSEN = "chosen_row"
UNPLACED = "unplaced"
OTHERS = "contested_by_others"
KNOWN = "known_before"


def take_plain(engine: DuckDB, feed: Feed, pack: Pack, raw: Raw, *, origin: str, path: Path) -> int:
    """Write the plain facts of `raw` to a file, count them, and leave in `raw` what is none.

    `known_before` has the feed's facts that are known; `origin` is what all facts have in common.
    """
    item = pack.items[feed.item]
    plan = plainly(feed, item, pack, columns=raw.columns)
    looked_up = {
        lookup.name: lookup.read(engine.query(lookup.givens)["given"]) for lookup in plan.lookups
    }
    _name(engine, looked_up)
    engine.view(PLAINLY, plan.view)
    known = f"SELECT {place_sql(item)} AS place FROM {KNOWN}"
    engine.table(CONTESTED, f"{plan.contested()} UNION ALL {known} UNION ALL SELECT {CAREFUL}")
    unplaced = engine.query(
        f"SELECT CAST(place AS BIGINT) AS source_row FROM {CONTESTED} "
        f"WHERE place BETWEEN 1 AND {LEAST_PLACE - 1}"
    )
    if unplaced.num_rows:
        _keep_only(engine, unplaced["source_row"].to_numpy(), plan.key_columns, raw)
        typed(engine, feed, item, pack, raw.columns)
        engine.table(UNPLACED, f"SELECT {place_sql(item)} AS place FROM {TYPED}")
        engine.table(OTHERS, f"SELECT * FROM {CONTESTED}")
        engine.table(CONTESTED, f"SELECT * FROM {OTHERS} UNION ALL SELECT place FROM {UNPLACED}")
        engine.view(RAW, raw.sql)
        _name(engine, looked_up)
    own = ", ".join(map(quoted, schema.own_columns(item)))
    engine.write(f"SELECT {own}, {origin}, source_row FROM ({plan.facts()})", path)
    taken, left = _taken(engine, path)
    if taken:
        _keep_only(engine, left, raw.columns, raw)
    engine.drop(PLAINLY, CONTESTED, UNPLACED, OTHERS, *looked_up)
    return taken


def _name(engine: DuckDB, tables: Mapping[str, pa.Table]) -> None:
    for name, table in tables.items():
        engine.arrow(name, table)


def _keep_only(engine: DuckDB, rows: np.ndarray, wanted: Container[str], raw: Raw) -> None:
    """Leave in `raw` the rows that are numbered, with nothing in columns that are not wanted."""
    texts = ", ".join(
        quoted(name) if name in wanted else f"CAST(NULL AS VARCHAR) AS {quoted(name)}"
        for name in raw.columns
    )
    engine.arrow(CHOSEN, pa.table({"source_row": rows}))
    chosen = f"SELECT source_row, {texts} FROM {RAW} r SEMI JOIN {CHOSEN} USING (source_row)"
    engine.table(REST, chosen)
    engine.view(RAW, f"SELECT * FROM {REST}")
    engine.drop(CHOSEN)


def _taken(engine: DuckDB, path: Path) -> tuple[int, np.ndarray]:
    """Count the rows of a file of facts, and number those of `raw` that it does not have."""
    last = engine.query(f"SELECT max(source_row) AS last FROM {RAW}")["last"][0].as_py()
    is_left = np.ones(last, dtype=bool)
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["source_row"], use_threads=False):
            is_left[batch.column(0).to_numpy() - 1] = False
        return int(file.metadata.num_rows), np.flatnonzero(is_left) + 1
