"""The embedded engine makes relations by name and files in one fixed form."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from huoshui.engines.duckdb import DuckDB, EngineError
from huoshui.kernel.step import Step


def test_a_name_may_change_what_it_stands_for() -> None:
    with DuckDB() as engine:
        engine.view("a", "SELECT 1 AS x")
        engine.table("a", "SELECT 2 AS x")
        engine.arrow("a", pa.table({"x": [3]}))
        engine.view("a", "SELECT 4 AS x")
        assert engine.query('SELECT * FROM "a"').to_pylist() == [{"x": 4}]


def test_a_table_is_computed_once_and_a_view_whenever_it_is_read() -> None:
    with DuckDB() as engine:
        engine.table("source", "SELECT 1 AS x")
        engine.steps([Step("kept", "SELECT * FROM source"), Step("seen", "FROM source", "view")])
        engine.table("source", "SELECT 2 AS x")
        assert engine.query("FROM kept")["x"].to_pylist() == [1]
        assert engine.query("FROM seen")["x"].to_pylist() == [2]
        engine.drop("kept")
        with pytest.raises(EngineError):
            engine.query("FROM kept")


def test_files_are_one_relation_and_a_column_an_old_file_lacks_is_null(tmp_path: Path) -> None:
    schema = pa.schema([("x", pa.int64()), ("y", pa.string())])
    with DuckDB() as engine:
        engine.parquet("none", [], schema)
        assert engine.query("FROM none").schema.equals(schema)
        engine.write("SELECT 1::BIGINT AS x", tmp_path / "1.parquet")
        engine.write("SELECT 2::BIGINT AS x, 'b' AS y, 0 AS z", tmp_path / "it's 2.parquet")
        engine.parquet("every", [tmp_path / "1.parquet", tmp_path / "it's 2.parquet"], schema)
        rows = engine.query("SELECT * FROM every ORDER BY x").to_pylist()
        assert rows == [{"x": 1, "y": None}, {"x": 2, "y": "b"}]


def test_the_same_rows_give_the_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    sql = "SELECT i, md5(i::VARCHAR) AS t FROM range(300000) r(i) WHERE i % 3 > 0"
    for threads in (1, 2):
        with DuckDB(threads=threads, memory_limit="1GB") as engine:
            engine.write(sql, tmp_path / f"{threads}.parquet")
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.parquet", "2.parquet"]


def test_a_failed_write_leaves_the_earlier_file(tmp_path: Path) -> None:
    with DuckDB() as engine:
        engine.write("SELECT 1 AS x", tmp_path / "a.parquet")
        before = (tmp_path / "a.parquet").read_bytes()
        with pytest.raises(EngineError):
            engine.write("SELECT error('no') AS x", tmp_path / "a.parquet")
        assert (tmp_path / "a.parquet").read_bytes() == before


def test_nothing_is_fetched_from_elsewhere() -> None:
    with DuckDB() as engine:
        settings = engine.query(
            "SELECT value FROM duckdb_settings() WHERE name LIKE 'auto%known_extensions'"
        )
        assert settings["value"].to_pylist() == ["false", "false"]
