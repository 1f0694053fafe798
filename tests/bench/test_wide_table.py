"""The wide table that ingest is measured by: made anew it is the same, and all of it is read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from huoshui.bench import wide_table
from huoshui.facts.checks import columns_wanted
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack

ROWS = 3000


@pytest.fixture(scope="module")
def pack() -> Pack:
    roots = [Path("packs/common"), Path("packs/demo")]
    return wide_table.widened(load(roots, asof=dt.date(2026, 11, 20)))


def test_the_same_rows_and_seed_give_the_same_table(tmp_path: Path) -> None:
    for name in ("a", "b"):
        wide_table.make(tmp_path / f"{name}.parquet", rows=ROWS, seed=1)
    wide_table.make(tmp_path / "c.parquet", rows=ROWS, seed=2)
    first, again, other = (pq.read_table(tmp_path / f"{name}.parquet") for name in "abc")
    assert first == again
    assert first != other


def test_every_column_is_read_and_every_row_accounted_for(tmp_path: Path, pack: Pack) -> None:
    table = tmp_path / "invoices.parquet"
    wide_table.make(table, rows=ROWS, seed=1)
    raw = pq.read_table(table)
    assert set(columns_wanted(pack.feeds[wide_table.FEED], pack)) == set(raw.column_names)
    (result,) = ingest(Lake(tmp_path / "lake"), pack, table, feeds=[wide_table.FEED])
    repeated = ROWS - raw.group_by(raw.column_names).aggregate([]).num_rows
    assert repeated > 0
    assert result.rows_quarantined > 0
    assert result.rows_new + result.rows_quarantined + result.rows_known == ROWS
    assert result.rows_known <= repeated
