"""Files become facts once, corrections stand beside what they correct, and every format agrees."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huoshui.kernel.errors import Refused
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from tests.pipeline import taxes
from tests.pipeline.taxes import HEADING, code, facts, feed, records, row, write_csv

ROWS = [row(nth) for nth in range(1, 41)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Give an empty lake."""
    return Lake(tmp_path / "lake")


def test_a_row_is_typed_and_keeps_where_it_came_from(lake: Lake, tmp_path: Path) -> None:
    pack = taxes.pack()
    (result,) = ingest(lake, pack, write_csv(tmp_path / "a.csv", ROWS))
    assert (result.status, result.batch, result.rows_in, result.rows_new) == ("ingested", 1, 40, 40)
    first = facts(lake, pack).to_pylist()[0]
    first = {k: str(v) if v is not None else None for k, v in first.items()}
    assert first == {
        "subject_code": code(1),
        "subject_name": "湘江第1科技有限公司",
        "month": "2024-02-29",
        "kind": "income",
        "paid_fen": "150",
        "staff": "1",
        "rate": "13.000000",
        "paid_on": "2025-01-02",
        "corrected": "False",
        "true_from": "2024-02-29",
        "true_until": None,
        "batch": "1",
        "feed": "tax_csv",
        "source_file": "a.csv",
        "source_row": "1",
    }


def _write(folder: Path, format: str) -> Path:
    path = folder / f"a.{format}"
    if format == "jsonl":
        lines = [json.dumps(record, ensure_ascii=False) for record in records(ROWS)]
        path.write_text("\n".join(lines) + "\n", "utf-8")
    elif format == "parquet":
        pq.write_table(pa.Table.from_pylist(records(ROWS)), path)
    else:
        book = openpyxl.Workbook()
        for line in [HEADING, *ROWS]:
            book.active.append(line)
        book.save(path)
    return path


@pytest.mark.parametrize("format", ["jsonl", "parquet", "xlsx"])
def test_every_format_gives_the_same_facts(lake: Lake, tmp_path: Path, format: str) -> None:
    pack = taxes.pack()
    ingest(lake, pack, write_csv(tmp_path / "a.csv", ROWS))
    (result,) = ingest(lake, pack, _write(tmp_path, format))
    assert result.rows_new == 40, result
    own = facts(lake, pack).drop_columns(["batch", "feed", "source_file"]).to_pylist()
    assert own[:40] == own[40:]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "gb18030"])
def test_a_file_in_another_encoding_gives_the_same_facts(
    lake: Lake, tmp_path: Path, encoding: str
) -> None:
    pack = taxes.pack()
    ingest(lake, pack, write_csv(tmp_path / "a.csv", ROWS))
    ingest(lake, pack, write_csv(tmp_path / "b.csv", ROWS[1:], encoding=encoding))
    assert [b.rows_known for b in lake.batches()] == [0, 39]
    assert facts(lake, pack).num_rows == 40


def test_a_workbook_gives_typed_cells_and_serial_days(lake: Lake, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADING)
    book.active.append(
        [code(1), "甲", dt.date(2024, 2, 1), "增值税", 0.1 + 0.2, 12.0, 6.5, 45292, True]
    )
    book.save(tmp_path / "a.xlsx")
    pack = taxes.pack()
    (result,) = ingest(lake, pack, tmp_path / "a.xlsx")
    assert result.rows_new == 1, result
    (fact,) = facts(lake, pack).to_pylist()
    assert (fact["month"], fact["paid_fen"]) == (dt.date(2024, 2, 29), 30)
    assert (fact["paid_on"], fact["staff"]) == (dt.date(2024, 1, 1), 12)
    assert (str(fact["rate"]), fact["corrected"]) == ("6.500000", True)


def test_the_same_file_again_changes_nothing(lake: Lake, tmp_path: Path) -> None:
    path, pack = write_csv(tmp_path / "a.csv", ROWS), taxes.pack()
    ingest(lake, pack, path)
    before = {p: p.read_bytes() for p in lake.path.rglob("*") if p.is_file()}
    (again,) = ingest(lake, pack, path)
    assert (again.status, again.batch, again.rows_new) == ("known", 1, 0)
    assert {p: p.read_bytes() for p in lake.path.rglob("*") if p.is_file()} == before


def test_the_same_bytes_under_another_name_are_known(lake: Lake, tmp_path: Path) -> None:
    pack = taxes.pack()
    ingest(lake, pack, write_csv(tmp_path / "a.csv", ROWS))
    (again,) = ingest(lake, pack, write_csv(tmp_path / "copy of a.csv", ROWS))
    assert (again.status, again.batch) == ("known", 1)
    assert lake.last_batch == 1


def test_a_file_with_more_rows_adds_only_these(lake: Lake, tmp_path: Path) -> None:
    pack = taxes.pack()
    ingest(lake, pack, write_csv(tmp_path / "a.csv", ROWS[:30]))
    (result,) = ingest(lake, pack, write_csv(tmp_path / "a.csv", ROWS))
    assert (result.rows_new, result.rows_known) == (10, 30)
    assert facts(lake, pack).num_rows == 40


@pytest.mark.parametrize("names", [("a", "b", "c"), ("a", "a", "a")])
def test_a_value_that_goes_there_and_back_is_three_versions(
    lake: Lake, tmp_path: Path, names: tuple[str, ...]
) -> None:
    pack = taxes.pack()
    for name, amount in zip(names, ("1", "2", "1"), strict=True):
        path = write_csv(tmp_path / f"{name}.csv", [row(1, 金额=amount), row(2)])
        ingest(lake, pack, path)
    rows = facts(lake, pack).to_pylist()
    of_first = [(r["batch"], r["paid_fen"]) for r in rows if r["subject_code"] == code(1)]
    assert of_first == [(1, 100), (2, 200), (3, 100)]
    assert sum(r["subject_code"] == code(2) for r in rows) == 1
    known = facts(lake, pack, known=2).to_pylist()
    assert [r["paid_fen"] for r in known if r["subject_code"] == code(1)] == [100, 200]


def test_rows_repeated_word_for_word_are_kept_once(lake: Lake, tmp_path: Path) -> None:
    pack = taxes.pack()
    doubled = [row(1), row(2), row(1), row(1, 金额="9"), row(1)]
    (result,) = ingest(lake, pack, write_csv(tmp_path / "a.csv", doubled))
    assert (result.rows_new, result.rows_known) == (3, 2)
    kept = [(r["source_row"], r["paid_fen"]) for r in facts(lake, pack).to_pylist()]
    assert kept == [(2, 250), (4, 900), (5, 150)]  # the last word of the file stays the last
    (again,) = ingest(lake, pack, write_csv(tmp_path / "a.csv", [*doubled, row(3)]))
    assert (again.rows_new, again.rows_known) == (1, 5)


def test_rows_outside_where_are_counted_and_not_kept(lake: Lake, tmp_path: Path) -> None:
    pack = taxes.pack(feed(where="\"税种\" <> '增值税'"))
    (result,) = ingest(lake, pack, write_csv(tmp_path / "a.csv", [*ROWS, row(41, 税种="")]))
    outside = sum(r[3] == "增值税" for r in ROWS)
    assert result.rows_outside == outside + 1  # where nobody says the kind, it is unknown
    assert result.rows_in == 41
    assert result.rows_new + result.rows_outside + result.rows_quarantined == 41


def test_files_are_taken_in_the_order_of_feed_and_name(lake: Lake, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write_csv(folder / "b.csv", [row(2)])
    write_csv(folder / "a.csv", [row(1)])
    write_csv(folder / "sub" / "c.csv", [row(3)])
    (folder / "a.jsonl").write_text(json.dumps(records([row(4)])[0], ensure_ascii=False), "utf-8")
    (folder / "README.txt").write_text("nothing")
    told: list[tuple[str, int, int]] = []
    results = ingest(lake, taxes.pack(), folder, progress=lambda *tick: told.append(tick))
    assert told == [("ingest", done, 4) for done in range(5)]
    assert (results[0].source_file, results[0].status) == ("README.txt", "unclaimed")
    taken = [batch.source_file for batch in lake.batches()]
    assert taken == ["a.csv", "b.csv", "sub/c.csv", "a.jsonl"]


def test_two_lakes_of_the_same_files_are_the_same_bytes(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [*ROWS, row(41, 金额="约500万")])
    bytes_of = []
    for name in ("one", "two"):
        lake = Lake(tmp_path / name)
        ingest(lake, taxes.pack(), path)
        files = sorted(p for p in lake.path.rglob("*") if p.is_file())
        bytes_of.append([(str(p.relative_to(lake.path)), p.read_bytes()) for p in files])
    assert bytes_of[0] == bytes_of[1]


def test_a_second_writer_is_refused(lake: Lake, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    with lake.writing(), pytest.raises(Refused) as refused:
        ingest(lake, taxes.pack(), path)
    assert refused.value.problems[0].code == "lake.busy"


def test_what_an_uncommitted_writer_left_is_not_read_and_is_removed(
    lake: Lake, tmp_path: Path
) -> None:
    path, pack = write_csv(tmp_path / "a.csv", ROWS), taxes.pack()
    ingest(lake, pack, path)
    whole = next(lake.path.glob("facts/tax/*.parquet"))
    orphan = whole.with_name("00000002.parquet")
    orphan.write_bytes(whole.read_bytes())
    (lake.path / "staging" / "half").write_text("half")
    assert facts(lake, pack).num_rows == 40
    ingest(lake, pack, path)
    assert not orphan.exists()
    assert not list((lake.path / "staging").iterdir())


def test_a_batch_that_does_not_exist_is_refused(lake: Lake, tmp_path: Path) -> None:
    pack = taxes.pack()
    ingest(lake, pack, write_csv(tmp_path / "a.csv", ROWS))
    assert facts(lake, pack, known=0).num_rows == 0
    with pytest.raises(Refused) as refused:
        facts(lake, pack, known=2)
    assert refused.value.problems[0].code == "lake.no_batch"


def test_a_feed_read_anew_after_its_definition_changed_resolves_what_now_passes(
    lake: Lake, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "a.csv", [row(1), row(2, 税种="印花税")])
    (first,) = ingest(lake, taxes.pack(), path)
    assert (first.rows_new, first.rows_quarantined) == (1, 1)
    columns = taxes.COLUMNS | {"kind": {"from": "税种", "map": {"增值税": "vat", "印花税": "vat"}}}
    pack = taxes.pack(feed(columns=columns))
    ingest(lake, pack, path)
    batch = lake.batches()[-1]
    assert (batch.batch, dict(batch.resolves)) == (2, {1: (2,)})
    assert facts(lake, pack).num_rows == batch.rows_new + 1
