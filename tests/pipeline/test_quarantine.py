"""Rows set aside can be listed, written out, repaired and sent in again, each once."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refused
from huoshui.pipeline.aside import quarantined
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.quarantine import export, resubmit
from tests.pipeline import taxes
from tests.pipeline.taxes import HEADING, facts, feed, row, write_csv

BAD = [row(1), row(2, 金额="约500万"), row(3, 入库日期="2023-02-30"), row(4)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Give a lake with two good rows and two in quarantine."""
    lake = Lake(tmp_path / "lake")
    ingest(lake, taxes.pack(), write_csv(tmp_path / "a.csv", BAD))
    return lake


def _repair(path: Path, column: str, values: dict[str, str]) -> Path:
    """Do what a person does in a spreadsheet: correct a column of some source rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for line in rows:
        line[column] = values.get(line["source_row"], line[column])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_rows_are_listed_by_reason_and_written_out(lake: Lake, tmp_path: Path) -> None:
    assert quarantined(lake, reason="feed.not_a_day")["source_row"].to_pylist() == [3]
    assert quarantined(lake, feed="another").num_rows == 0
    assert export(lake, tmp_path / "out.csv", format="csv") == 2
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["batch"], first["source_row"], first["raw:金额"]) == ("1", "2", "约500万")
    assert second["reason"] == "feed.not_a_day"


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_a_repaired_row_becomes_a_fact_that_keeps_its_own_file_and_row(
    lake: Lake, tmp_path: Path, format: str
) -> None:
    pack, out = taxes.pack(), tmp_path / "out"
    export(lake, out, format=format)  # type: ignore[arg-type]
    if format == "csv":
        _repair(out, "raw:金额", {"2": "5000000"})
    else:
        out.write_text(
            out.read_text("utf-8").replace('"金额": "约500万"', '"金额": "5000000"'), "utf-8"
        )
    (result,) = resubmit(lake, pack, out)
    assert (result.rows_new, result.rows_quarantined, result.batch) == (1, 1, 2)
    fact = facts(lake, pack).to_pylist()[-1]
    assert (fact["paid_fen"], fact["source_file"], fact["source_row"]) == (500000000, "a.csv", 2)
    assert dict(lake.batches()[-1].resolves) == {1: (2, 3)}
    # The row that was not repaired waits in the new batch, once.
    (left,) = quarantined(lake).to_pylist()
    assert (left["batch"], left["source_row"], left["source_file"]) == (2, 3, "a.csv")


def test_a_repair_sent_twice_is_taken_once(lake: Lake, tmp_path: Path) -> None:
    pack, out = taxes.pack(), tmp_path / "out.csv"
    export(lake, out, format="csv", reason="feed.not_an_amount")
    _repair(out, "raw:金额", {"2": "5"})
    resubmit(lake, pack, out)
    before = facts(lake, pack)
    (again,) = resubmit(lake, pack, _repair(out, "raw:金额", {"2": "6"}))
    assert (again.status, again.batch, again.rows_new) == ("known", 2, 0)
    assert facts(lake, pack).equals(before)
    assert lake.last_batch == 2


def test_a_file_sent_again_after_repair_changes_nothing(lake: Lake, tmp_path: Path) -> None:
    pack, out = taxes.pack(), tmp_path / "out.csv"
    export(lake, out, format="csv")
    _repair(out, "raw:金额", {"2": "5"})
    _repair(out, "raw:入库日期", {"3": "2023-02-28"})
    (result,) = resubmit(lake, pack, out)
    assert (result.rows_new, quarantined(lake).num_rows) == (2, 0)
    (again,) = ingest(lake, pack, tmp_path / "a.csv")
    assert again.status == "known"
    more = write_csv(tmp_path / "a.csv", [*BAD, row(5)])
    (again,) = ingest(lake, pack, more)
    assert (again.rows_new, again.rows_known, again.rows_quarantined) == (1, 4, 0)
    assert facts(lake, pack).num_rows == 5
    assert quarantined(lake).num_rows == 0


def test_a_bad_row_sent_again_with_its_file_is_not_set_aside_twice(
    lake: Lake, tmp_path: Path
) -> None:
    ingest(lake, taxes.pack(), write_csv(tmp_path / "b.csv", [*BAD, row(5)]))
    assert quarantined(lake, open_only=False).num_rows == 2


def test_a_ragged_row_is_repaired_by_its_columns(lake: Lake, tmp_path: Path) -> None:
    pack, out = taxes.pack(), tmp_path / "out.csv"
    ingest(lake, pack, write_csv(tmp_path / "r.csv", [row(7), row(8)[:4], row(9)]))
    export(lake, out, format="csv", reason="feed.ragged_row")
    (still,) = resubmit(lake, pack, out)
    assert (still.rows_new, still.rows_quarantined) == (0, 1)  # nobody said where its fields go
    export(lake, out, format="csv", reason="quarantine.still_unsplit")
    _repair(out, "raw:unsplit_row", {"2": ""})
    for name, value in zip(HEADING, row(8), strict=True):
        _repair(out, f"raw:{name}", {"2": value})
    (done,) = resubmit(lake, pack, out)
    assert (done.rows_new, done.rows_quarantined) == (1, 0)
    assert facts(lake, pack).to_pylist()[-1]["subject_code"] == taxes.code(8)


def test_rows_of_several_feeds_need_json_lines(lake: Lake, tmp_path: Path) -> None:
    pack = taxes.pack(feed(), feed("other", path="*.txt"))
    ingest(lake, pack, write_csv(tmp_path / "o.txt", BAD))
    with pytest.raises(Refused) as refused:
        export(lake, tmp_path / "out.csv", format="csv")
    assert refused.value.problems[0].code == "quarantine.one_feed"
    assert export(lake, tmp_path / "out.jsonl", format="jsonl") == 4
    assert [r.rows_quarantined for r in resubmit(lake, pack, tmp_path / "out.jsonl")] == [2, 2]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n1,2\n", "not_a_repair"),
        (b"batch,source_row,raw:x\nnine,2,3\n", "not_a_repair"),
        (b'{"batch": 1}\n', "not_a_repair"),
        (b"\xff\xfe\x00", "not_a_repair"),
        (json.dumps({"batch": 9, "source_row": 1, "raw": {}}).encode(), "no_such_row"),
    ],
)
def test_what_is_no_repair_is_refused(
    lake: Lake, tmp_path: Path, content: bytes, code: str
) -> None:
    (tmp_path / "out").write_bytes(content)
    with pytest.raises(Refused) as refused:
        resubmit(lake, taxes.pack(), tmp_path / "out")
    assert refused.value.problems[0].code == f"quarantine.{code}"


def test_a_repair_for_a_feed_that_is_gone_is_refused(lake: Lake, tmp_path: Path) -> None:
    export(lake, tmp_path / "out.csv", format="csv")
    with pytest.raises(Refused) as refused:
        resubmit(lake, taxes.pack(feed("another")), tmp_path / "out.csv")
    assert refused.value.problems[0].code == "quarantine.feed_gone"


def test_a_repair_that_lost_a_column_is_refused_and_the_rows_wait(
    lake: Lake, tmp_path: Path
) -> None:
    export(lake, tmp_path / "out.jsonl", format="jsonl")
    text = (tmp_path / "out.jsonl").read_text("utf-8").replace('"税种"', '"税 种"')
    (tmp_path / "out.jsonl").write_text(text, "utf-8")
    (result,) = resubmit(lake, taxes.pack(), tmp_path / "out.jsonl")
    assert result.status == "refused"
    assert quarantined(lake).num_rows == 2
