"""The embedded engine makes relations by name and files in one fixed form."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from huoshui.engines.duckdb import PART_ROWS, DuckDB, EngineError
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


def _doubled(rows: pa.Table) -> pa.Table:
    return pa.table({"nth": rows["nth"], "twice": pc.multiply(rows["x"], 2)})


DOUBLED = pa.schema([("nth", pa.int64()), ("twice", pa.int64())])


@pytest.mark.parametrize("counted", [None, ("nth", 200_000)])
def test_what_is_mapped_part_by_part_is_all_there_in_its_order(
    counted: tuple[str, int] | None,
) -> None:
    sql = "SELECT range AS nth, range * 3 AS x FROM range(200000) ORDER BY nth"
    seen = []

    def doubled(rows: pa.Table) -> pa.Table:
        seen.append(rows.num_rows)
        return _doubled(rows)

    with DuckDB() as engine:
        engine.mapped("doubled", sql, doubled, DOUBLED, counted=counted)
        assert max(seen) <= PART_ROWS
        found = engine.query("SELECT * FROM doubled")
        assert found["nth"].to_pylist() == list(range(200_000))
        assert found["twice"].to_pylist() == [6 * n for n in range(200_000)]
        assert sum(part.num_rows for part in engine.parts("SELECT * FROM doubled")) == 200_000


def test_a_mistake_while_mapping_ends_it_and_nothing_is_named() -> None:
    def fails(rows: pa.Table) -> pa.Table:
        raise ValueError("no such column")

    with DuckDB() as engine:
        with pytest.raises(ValueError, match="no such column"):
            engine.mapped("made", "SELECT 1 AS nth", fails, DOUBLED)
        with pytest.raises(EngineError):
            engine.query("SELECT * FROM made")


def test_nothing_else_is_asked_while_parts_are_read_and_the_next_may_be_asked_after() -> None:
    with DuckDB() as engine:
        parts = engine.parts("SELECT * FROM range(200000)")
        next(parts)
        with pytest.raises(EngineError, match="still being read"):
            engine.query("SELECT 1")
        parts.close()
        assert engine.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_what_memory_does_not_hold_is_put_beneath_the_folder_given(tmp_path: Path) -> None:
    rows = "SELECT range AS nth, hash(range) AS x, hash(range + 1) AS y, hash(range + 2) AS z"
    with DuckDB(memory_limit="48MB", spill=tmp_path / "spill") as engine:
        engine.table("wide", f"{rows} FROM range(2000000)")  # 64 MB
        engine.table("sorted", "SELECT * FROM wide ORDER BY x")
        assert any(path.is_file() for path in (tmp_path / "spill").rglob("*"))
        checked = engine.query("SELECT count(*) AS n, sum(nth) AS s FROM sorted").to_pylist()
        assert checked == [{"n": 2_000_000, "s": 1_999_999 * 1_000_000}]
    assert not any((tmp_path / "spill").iterdir())


def test_arrow_rows_can_be_joined_whatever_is_pushed_down_to_them() -> None:
    with DuckDB() as engine:
        engine.arrow("many", pa.table({"x": [f"{n}" for n in range(50_000)]}))
        engine.table("few", "SELECT CAST(range * 1000 AS VARCHAR) AS x FROM range(40)")
        asked = "SELECT count(*) AS n FROM many JOIN few ON few.x = many.x"
        assert engine.query(asked).to_pylist() == [{"n": 40}]
