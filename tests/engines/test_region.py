"""The whole flow on Spark publishes the snapshot that it publishes on DuckDB, file by file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from huoshui.pipeline.lake import Lake
from huoshui.pipeline.published import Snapshot, snapshot_files
from huoshui.pipeline.run import run
from huoshui.pipeline.snapshot import publish
from huoshui.pipeline.summary import summary
from huoshui.policy.loader import load
from tests.engines.conftest import quick_spark

Region = tuple[Path, dict[str, Any]]

EXCEPTIONS: dict[str, tuple[tuple[str, ...], str]] = {}
"""By table the columns in which the engines may differ, and why; one that no longer does fails."""


def _columns_that_differ(one: pa.Table, other: pa.Table) -> list[str]:
    if one.schema != other.schema:
        return [f"{a} but {b}" for a, b in zip(one.schema, other.schema, strict=True) if a != b]
    return [name for name in one.column_names if one[name] != other[name]]


def _differences(by_duckdb: Snapshot, by_spark: Snapshot) -> dict[str, object]:
    """Say what the differing files differ in; the same rows are the same bytes."""
    found: dict[str, object] = {}
    files = {*by_duckdb.manifest["files"], *by_spark.manifest["files"]}
    for file in sorted(files):
        if by_duckdb.manifest["files"].get(file) == by_spark.manifest["files"].get(file):
            continue
        name = file.removesuffix(".parquet")
        one, other = by_duckdb.table(name), by_spark.table(name)
        excused, _ = EXCEPTIONS.get(name, ((), ""))
        differing = _columns_that_differ(one, other)
        found[name] = (
            [c for c in differing if c not in excused],
            [c for c in excused if c not in differing],
        )
    return found


@pytest.mark.slow
def test_spark_publishes_what_duckdb_publishes(
    small_region: Region, demo_packs: list[Path], tmp_path: Path
) -> None:
    home, told = small_region
    by_duckdb = snapshot_files(Path(told["snapshot"]))
    pack = load(demo_packs, asof=by_duckdb.asof)
    with quick_spark(tmp_path / "spill") as engine:
        work = run(engine, Lake(home / "lake"), pack)
        by_spark = publish(work, tmp_path)
        counted = summary(work, by_spark.manifest["counts"])
    assert _differences(by_duckdb, by_spark) == {name: ([], []) for name in EXCEPTIONS}, (
        "the engines publish different rows"
    )
    before = {key: told[key] for key in counted if key != "seconds"}
    assert {key: counted[key] for key in before} == before
    manifests = [{**s.manifest, "files": None} for s in (by_duckdb, by_spark)]
    assert manifests[0] == manifests[1]
