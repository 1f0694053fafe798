"""Writing of raw tables, and identifiers made in bulk, against independent readers and checks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from huoshui.kernel import ids
from huoshui.synth import codes
from huoshui.synth.columns import Day, Money, Plain, Word
from huoshui.synth.names import variants
from huoshui.synth.writing import written
from tests.synth.reading import rows_of

AWKWARD = pa.table(
    {
        "企业名称": ["甲 & <乙>", '引"号', "逗,号", "  前空"],
        "金额": pa.array(["1.00", None, "约5万", "-3.20"]),
    }
)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet", "jsonl"])
def test_what_is_written_is_read_back_by_others(tmp_path: Path, suffix: str) -> None:
    path = written(AWKWARD, tmp_path / f"t.{suffix}")
    assert rows_of(path) == AWKWARD.to_pylist()


def test_a_workbook_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    one, two = (written(AWKWARD, tmp_path / f"{n}.xlsx").read_bytes() for n in "ab")
    assert one == two


def test_codes_in_bulk_pass_the_check_of_each_standard(random_seed: int) -> None:
    rng = np.random.default_rng(random_seed)
    serials = rng.choice(40_000_000, 3_000, replace=False)
    districts = rng.choice(["439902", "439981", "459900"], len(serials))
    for head in ("91", "92", "93"):
        made = codes.credit_codes(head, districts, serials).tolist()
        assert all(ids.uscc.is_valid(code) for code in made)
        assert len(set(made)) == len(made)
        assert not any(ids.uscc.is_valid(codes.wrong_check(code)) for code in made)
    old = codes.old_registration_numbers(districts, serials).tolist()
    assert all(ids.registration_number.is_valid(code) for code in old)
    assert not any(ids.registration_number.is_valid(codes.wrong_check(code)) for code in old)
    people = codes.pseudonyms("P", rng, 2_000).tolist()
    assert all(ids.person_ref.is_valid(code) for code in people)
    assert not any(ids.person_ref.is_valid(codes.wrong_check(code)) for code in people)
    projects = codes.pseudonyms("X", rng, 500).tolist()
    assert all(ids.project_ref.is_valid(code) for code in projects)


def test_amounts_are_written_to_the_fen_in_either_unit() -> None:
    fen = np.array([123_456, -5, 0, 10_000_000_000])
    assert Money(fen).render().to_pylist() == ["1234.56", "-0.05", "0.00", "100000000.00"]
    wan = np.array([5_000_000, 12_340_000])
    assert Money(wan, "wan_yuan").render().to_pylist() == ["5.00", "12.34"]
    dollars = Money(wan, "wan_yuan", foreign=np.array([False, True])).render().to_pylist()
    assert dollars == ["5.00", "12.34万美元"]


def test_days_are_written_in_each_style() -> None:
    days = np.array(["2024-03-05", "NaT"], dtype="datetime64[D]")
    shown = {
        style: Day(days, style).render().to_pylist()
        for style in ("iso", "slash", "compact", "chinese", "month", "year")
    }
    assert shown == {
        "iso": ["2024-03-05", None],
        "slash": ["2024/3/5", None],
        "compact": ["20240305", None],
        "chinese": ["2024年3月5日", None],
        "month": ["202403", None],
        "year": ["2024", None],
    }


def test_a_column_cut_to_rows_keeps_its_way_of_writing() -> None:
    rows = np.array([2, 0])
    values = Plain(np.array([10, 25, 31]), places=1).take(rows)
    assert values.render().cast(pa.string()).to_pylist() == ["3.1", "1.0"]
    assert Word(np.array([0, -1, 1]), ("是", "否")).take(rows).render().to_pylist() == ["否", "是"]


def test_a_name_is_varied_in_five_ways_and_the_bracket_moves_both_ways() -> None:
    parts = ("活水市", "清越", "软件", "有限责任公司")
    made = variants("活水市清越软件有限责任公司", parts, "活水市旧名软件有限责任公司")
    assert made[0] == "清越（活水市）软件有限责任公司"
    assert made[3] == "活水市清越软件有限公司"
    assert made[4] == "活水市旧名软件有限责任公司"
    back = variants("清越（活水市）软件有限责任公司", parts, "")
    assert back[0] == "活水市清越软件有限责任公司"
    assert back[1] == "清越(活水市)软件有限责任公司"
    assert len(set(made)) == 5
