"""What every engine does with relations and files, asked of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from huoshui.engines.engine import Engine, EngineError
from huoshui.kernel.step import Step


def test_a_name_may_change_what_it_stands_for(engine: Engine) -> None:
    engine.view("a", "SELECT 1 AS x")
    engine.table("a", "SELECT 2 AS x")
    engine.arrow("a", pa.table({"x": [3]}))
    assert engine.query('SELECT * FROM "a"').to_pylist() == [{"x": 3}]
    engine.view("a", "SELECT 4 AS x")
    assert engine.query('SELECT * FROM "a"').to_pylist() == [{"x": 4}]


def test_a_table_is_computed_once_and_a_view_whenever_it_is_read(engine: Engine) -> None:
    engine.table("source", "SELECT 1 AS x")
    engine.steps([Step("kept", "SELECT * FROM source"), Step("seen", "FROM source", "view")])
    engine.table("source", "SELECT 2 AS x")
    assert engine.query("FROM kept")["x"].to_pylist() == [1]
    assert engine.query("FROM seen")["x"].to_pylist() == [2]
    engine.drop("kept", "never made")
    with pytest.raises(EngineError):
        engine.query("FROM kept")


def test_files_are_one_relation_and_a_column_an_old_file_lacks_is_null(
    engine: Engine, tmp_path: Path
) -> None:
    schema = pa.schema([("x", pa.int64()), ("y", pa.string())])
    engine.parquet("none", [], schema)
    assert engine.query("FROM none").schema.equals(schema)
    folder = tmp_path / "a[1] 甲"
    engine.write("SELECT 1::BIGINT AS x", folder / "1.parquet")
    engine.write("SELECT 2::BIGINT AS x, 'b' AS y, 0 AS z", folder / "it's 2.parquet")
    engine.parquet("every", [folder / "1.parquet", folder / "it's 2.parquet"], schema)
    rows = engine.query("SELECT * FROM every ORDER BY x").to_pylist()
    assert rows == [{"x": 1, "y": None}, {"x": 2, "y": "b"}]


def test_a_failed_write_leaves_the_earlier_file_and_nothing_else(
    engine: Engine, tmp_path: Path
) -> None:
    engine.write("SELECT 1 AS x", tmp_path / "a.parquet")
    before = (tmp_path / "a.parquet").read_bytes()
    with pytest.raises(EngineError):
        engine.write(
            "SELECT CAST(x AS BIGINT) AS x FROM (SELECT 'no' AS x)", tmp_path / "a.parquet"
        )
    assert (tmp_path / "a.parquet").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def _rows(many: int) -> pa.Table:
    return pa.table({"n": pa.array(range(many), pa.int64()), "k": pa.array([7] * many, pa.int64())})


def test_rows_are_written_and_given_in_the_order_of_the_query(
    engine: Engine, tmp_path: Path
) -> None:
    many = 70_000
    engine.arrow("rows", _rows(many))
    engine.write("SELECT n FROM rows ORDER BY n DESC", tmp_path / "a.parquet")
    assert pq.read_table(tmp_path / "a.parquet")["n"].to_pylist() == list(range(many))[::-1]
    parts = list(engine.parts("SELECT n FROM rows ORDER BY n DESC"))
    assert len(parts) > 1
    assert pa.concat_tables(parts)["n"].to_pylist() == list(range(many))[::-1]


def _twice(by: int, rows: pa.Table) -> pa.Table:
    return pa.table({"n": rows["n"], "twice": pc.multiply(rows["n"], by)})


def _times(by: int, rows: pa.Table) -> pa.Table:
    if rows.num_rows and pc.max(rows["n"]).as_py() == 3:
        raise ValueError("三 is not liked")
    return pa.table({"n": rows["n"], "twice": pc.multiply(rows["n"], by)})


@pytest.mark.parametrize("make", [lambda: partial(_times, 2), lambda: lambda t: _times(2, t)])
def test_rows_go_through_a_function_part_by_part(
    engine: Engine, make: Callable[[], Callable[[pa.Table], pa.Table]]
) -> None:
    engine.arrow("rows", _rows(100))
    schema = pa.schema([("n", pa.int64()), ("twice", pa.int64())])
    sql = "SELECT n FROM rows WHERE n >= 90"
    engine.mapped("doubled", sql, make(), schema)
    found = engine.query("SELECT * FROM doubled ORDER BY n")
    assert found.schema.equals(schema)
    assert found["twice"].to_pylist() == [2 * n for n in range(90, 100)]
    engine.mapped("none", "SELECT n FROM rows WHERE n > 1000", make(), schema)
    assert engine.query("FROM none").num_rows == 0


def test_what_was_counted_is_given_in_the_order_of_the_count(engine: Engine) -> None:
    many = 70_000
    engine.arrow("rows", _rows(many))
    schema = pa.schema([("n", pa.int64()), ("twice", pa.int64())])
    sql = f"SELECT {many - 1} - n AS n FROM rows"
    double = partial(_twice, 2)
    engine.mapped("doubled", sql, double, schema, counted=("n", many))
    parts = list(engine.counted("doubled", "n"))
    assert len(parts) > 1
    found = pa.concat_tables(parts)
    assert found.schema.equals(schema)
    assert found["n"].to_pylist() == list(range(many))
    assert found["twice"].to_pylist() == list(range(0, 2 * many, 2))
    engine.drop("doubled")
    with pytest.raises(EngineError):
        list(engine.counted("doubled", "n"))


def test_an_engine_leaves_nothing_behind(tmp_path: Path) -> None:
    from huoshui.engines.duckdb import DuckDB
    from tests.engines.conftest import quick_spark

    for make in (lambda: DuckDB(spill=tmp_path), lambda: quick_spark(tmp_path)):
        with make() as engine:
            engine.arrow("rows", _rows(10))
            engine.table("sums", "SELECT sum(n) AS n FROM rows")
            assert list(tmp_path.iterdir())
        assert not list(tmp_path.iterdir())
