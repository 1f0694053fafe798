"""Bad input gets one clear problem or a place in quarantine, and nothing of it is lost."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huoshui.facts.faults import FeedRefusal
from huoshui.kernel.errors import Refused
from huoshui.pipeline.aside import quarantined
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from tests.pipeline import taxes
from tests.pipeline.taxes import HEADING, code, facts, feed, records, row, write_csv

GOOD = [row(nth) for nth in range(1, 8)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Give an empty lake."""
    return Lake(tmp_path / "lake")


WRONG_DIGIT = code(8)[:17] + ("A" if code(8)[17] != "A" else "B")
ROWS = [
    # what is changed in a good row, the reason, the field, what the message says
    ({"所属期": "2023-13"}, "not_a_day", "所属期", "2023-13"),
    ({"入库日期": "2023-02-30"}, "not_a_day", "入库日期", "2023-02-30"),
    ({"入库日期": "45292"}, "not_a_day", "入库日期", "45292"),
    ({"金额": "约500万"}, "not_an_amount", "金额", "约500万"),
    ({"金额": "1,23"}, "not_an_amount", "金额", "1,23"),
    ({"金额": "1.005"}, "finer_than_a_fen", "金额", "1.005"),
    ({"金额": "5万美元"}, "foreign_currency", "金额", "USD"),
    ({"金额": "-5"}, "out_of_range", "金额", "-5"),
    ({"纳税人识别号": WRONG_DIGIT}, "wrong_check_digit", "纳税人识别号", WRONG_DIGIT),
    ({"纳税人识别号": "9143"}, "not_a_code", "纳税人识别号", "unified social credit code"),
    (
        {"纳税人识别号": " ", "纳税人名称": "－"},
        "no_subject",
        "纳税人识别号",
        "neither code nor name",
    ),
    ({"税种": "印花税"}, "not_a_word", "税种", "印花税"),
    ({"税种": ""}, "missing_value", "税种", "税种"),
    ({"人数": "十"}, "not_a_number", "人数", "十"),
    ({"人数": "1.5"}, "not_whole", "人数", "1.5"),
    ({"税率": "高"}, "not_a_number", "税率", "高"),
    ({"更正": "也许"}, "not_a_flag", "更正", "也许"),
]


@pytest.mark.parametrize(("changes", "reason", "field", "said"), ROWS)
def test_a_bad_row_goes_to_quarantine_with_its_reason(
    lake: Lake, tmp_path: Path, changes: dict[str, str], reason: str, field: str, said: str
) -> None:
    bad = row(8, **changes)
    (result,) = ingest(lake, taxes.pack(), write_csv(tmp_path / "a.csv", [*GOOD, bad]))
    assert (result.rows_new, result.rows_quarantined) == (7, 1), result
    (found,) = quarantined(lake).to_pylist()
    assert (found["reason"], found["field"]) == (f"feed.{reason}", field)
    assert said in found["message"]
    assert found["fix"].endswith("resubmit the row.")
    assert (found["source_file"], found["source_row"]) == ("a.csv", 8)
    raw = json.loads(found["raw"])
    assert [raw[name] or "" for name in HEADING] == list(bad)


def test_a_row_with_many_faults_names_the_first_and_lists_the_others(
    lake: Lake, tmp_path: Path
) -> None:
    ingest(lake, taxes.pack(), write_csv(tmp_path / "a.csv", [row(1, 金额="很多", 更正="?")]))
    (found,) = quarantined(lake).to_pylist()
    assert (found["reason"], found["also"]) == ("feed.not_an_amount", "feed.not_a_flag@更正")


def _lines(rows: list[tuple[str, ...]]) -> str:
    return "\n".join(json.dumps(r, ensure_ascii=False) for r in records(rows)) + "\n"


def _csv_bytes(tmp_path: Path, encoding: str = "utf-8") -> bytes:
    return write_csv(tmp_path / "whole", GOOD, encoding=encoding).read_bytes()


def _renamed(tmp_path: Path) -> bytes:
    heading = [name.replace("入库日期", "入库日") for name in HEADING]
    return write_csv(tmp_path / "x", GOOD, heading=heading).read_bytes()


def _without_column(tmp_path: Path) -> bytes:
    return write_csv(tmp_path / "x", [r[1:] for r in GOOD], heading=HEADING[1:]).read_bytes()


def _doubled(tmp_path: Path) -> bytes:
    heading = [*HEADING, "金额"]
    return write_csv(tmp_path / "x", [(*r, "1") for r in GOOD], heading=heading).read_bytes()


def _parquet(tmp_path: Path) -> bytes:
    pq.write_table(pa.Table.from_pylist(records(GOOD)), tmp_path / "x")
    return (tmp_path / "x").read_bytes()


def _xlsx(tmp_path: Path) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(HEADING)
    book.save(tmp_path / "x.xlsx")
    return (tmp_path / "x.xlsx").read_bytes()


FILES = {
    "an empty file": ("a.csv", lambda _: b"", "empty_file"),
    "an empty workbook": ("a.xlsx", lambda _: b"", "empty_file"),
    "a column missing": ("a.csv", _without_column, "missing_column"),
    "a column renamed": ("a.csv", _renamed, "renamed_column"),
    "a column twice": ("a.csv", _doubled, "doubled_column"),
    "an encoding not declared": ("a.csv", lambda t: _csv_bytes(t, "utf-16"), "wrong_encoding"),
    "cut within a character": (
        "a.csv",
        lambda t: _csv_bytes(t)[: -len("否\r\n".encode()) + 1],
        "cut_short",
    ),
    "cut within a row": ("a.csv", lambda t: _csv_bytes(t)[:-22], "cut_short"),
    "cut within a quotation": ("a.csv", lambda t: _csv_bytes(t) + '"湘江'.encode(), "cut_short"),
    "JSON Lines cut within a line": ("a.jsonl", lambda _: _lines(GOOD).encode()[:-9], "cut_short"),
    "a Parquet file cut short": ("a.parquet", lambda t: _parquet(t)[:-40], "cut_short"),
    "a workbook cut short": ("a.xlsx", lambda t: _xlsx(t)[:-400], "cut_short"),
    "what is no Parquet file": ("a.parquet", lambda t: _csv_bytes(t), "not_readable"),
    "what is no workbook": ("a.xlsx", lambda t: _csv_bytes(t), "not_readable"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_bad_file_is_refused_whole_and_nothing_known_is_touched(
    lake: Lake, tmp_path: Path, what: str
) -> None:
    name, content, reason = FILES[what]
    pack = taxes.pack()
    ingest(lake, pack, write_csv(tmp_path / "first.csv", GOOD[:3]))
    path = tmp_path / "in" / name
    path.parent.mkdir()
    path.write_bytes(content(tmp_path))
    (result,) = ingest(lake, pack, path)
    assert result.status == "refused", result
    problem = result.problem
    assert problem is not None
    assert (problem.code, problem.where.file) == (f"feed.{reason}", name), problem
    assert problem.fix
    assert lake.last_batch == 1
    assert facts(lake, pack).num_rows == 3


def test_a_refused_file_does_not_keep_the_others_out(lake: Lake, tmp_path: Path) -> None:
    write_csv(tmp_path / "in" / "a.csv", GOOD)
    (tmp_path / "in" / "b.csv").write_bytes(b"")
    write_csv(tmp_path / "in" / "c.csv", [row(9)])
    results = ingest(lake, taxes.pack(), tmp_path / "in")
    assert [r.status for r in results] == ["ingested", "refused", "ingested"]


def test_a_gbk_file_for_a_feed_of_utf8_says_what_it_seems_to_be(lake: Lake, tmp_path: Path) -> None:
    pack = taxes.pack(feed(source={"encodings": ["utf-8"]}))
    (result,) = ingest(lake, pack, write_csv(tmp_path / "a.csv", GOOD, encoding="gbk"))
    assert result.problem is not None
    assert result.problem.code == "feed.wrong_encoding"
    assert "seems to be gb18030" in result.problem.message


def test_ragged_rows_are_set_aside_and_the_others_taken(lake: Lake, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [*GOOD[:3], ("一", "二"), *GOOD[3:], (*row(9), "多")])
    pack = taxes.pack()
    (result,) = ingest(lake, pack, path)
    assert (result.rows_in, result.rows_new, result.rows_quarantined) == (9, 7, 2)
    found = quarantined(lake).to_pylist()
    assert [(f["reason"], f["source_row"]) for f in found] == [
        ("feed.ragged_row", 4),
        ("feed.ragged_row", 9),
    ]
    assert "一,二" in json.loads(found[0]["raw"])["unsplit_row"]
    rows = [fact["source_row"] for fact in facts(lake, pack).to_pylist()]
    assert rows == [1, 2, 3, 5, 6, 7, 8]


def test_lines_that_are_no_json_are_set_aside(lake: Lake, tmp_path: Path) -> None:
    lines = _lines(GOOD).splitlines()
    lines[2:2] = ['{"税种": 增值税}', "", "[1]"]
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    (result,) = ingest(lake, taxes.pack(), tmp_path / "a.jsonl")
    assert (result.rows_new, result.rows_quarantined) == (7, 2)
    assert [q["source_row"] for q in quarantined(lake).to_pylist()] == [3, 5]


def test_a_file_with_mixed_line_ends_and_quoted_breaks_is_read(lake: Lake, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row(1, 纳税人名称="湘江\n科技"), *GOOD[1:]])
    content = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join(content[:4]) + b"\n" + b"\n".join(content[4:]))
    pack = taxes.pack()
    (result,) = ingest(lake, pack, path)
    assert (result.rows_new, result.rows_quarantined) == (7, 0)
    assert [f["source_row"] for f in facts(lake, pack).to_pylist()] == [1, 2, 3, 4, 5, 6, 7]


def test_a_sheet_that_is_not_there_is_refused(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(_xlsx(tmp_path))
    pack = taxes.pack(feed("tax_xlsx", "xlsx", "*.xlsx", source={"sheet": "缴税"}))
    (result,) = ingest(lake, pack, tmp_path / "a.xlsx")
    assert result.problem is not None
    assert result.problem.code == "feed.no_sheet"


def test_a_place_that_is_not_there_and_a_file_that_no_feed_reads_are_refused(
    lake: Lake, tmp_path: Path
) -> None:
    with pytest.raises(Refused) as refused:
        ingest(lake, taxes.pack(), tmp_path / "nowhere")
    assert refused.value.problems[0].code == "feed.no_file"
    with pytest.raises(Refused) as refused:
        ingest(lake, taxes.pack(), tmp_path, feeds=["tax_cvs"])
    assert refused.value.problems[0].code == "feed.unknown_feed"
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(Refused) as refused:
        ingest(lake, taxes.pack(), tmp_path / "a.txt")
    assert refused.value.problems[0].code == "feed.no_feed"


def test_every_reason_is_reached_by_a_test() -> None:
    reached = {reason for _, reason, _, _ in ROWS} | {reason for _, _, reason in FILES.values()}
    elsewhere = {
        "no_feed",
        "unknown_feed",
        "no_file",
        "no_sheet",
        "ragged_row",
        "not_json",
    }  # above
    elsewhere |= {"no_address", "unreachable"}  # test_ingest_postgresql
    assert {reason.name.lower() for reason in FeedRefusal} == reached | elsewhere
