"""Packs are read as at a day, and every fault of every file is reported together."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from huoshui.policy.values import resolved
from tests.given import pack_folder

DAY = dt.date(2026, 11, 20)

CONSTANT = """
id: lpr_1y
label: { zh: 一年期LPR, en: one-year LPR }
unit: ratio
values:
  2024-01-01: { value: "0.0345", cite: house#adr-0001 }
  2025-05-20: { value: "0.03", cite: house#adr-0001 }
checked_on: 2026-11-20
"""


def codes(error: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.code for problem in error.value.problems}


def test_a_value_holds_from_its_day_until_the_next(tmp_path: Path) -> None:
    pack = load([pack_folder(tmp_path, {"constants/lpr_1y.yaml": CONSTANT})], asof=DAY)
    values = pack.constants["lpr_1y"].values
    assert resolved(values, dt.date(2023, 12, 31)) is None
    assert resolved(values, dt.date(2025, 5, 19)).value == Decimal("0.0345")
    assert resolved(values, dt.date(2025, 5, 20)).value == Decimal("0.03")
    assert pack.where("constants", "lpr_1y", "values", "2025-05-20").line == 6


def test_of_two_dated_files_the_one_in_force_is_read(tmp_path: Path) -> None:
    old = CONSTANT.replace("checked_on", "valid_until: 2026-04-01\nchecked_on")
    new = CONSTANT.replace("checked_on", "valid_from: 2026-04-01\nchecked_on").replace("LPR", "X")
    files = {"constants/lpr_1y.yaml": old, "constants/lpr_1y@2026-04-01.yaml": new}
    folder = pack_folder(tmp_path, files)
    then, now = load([folder], asof=dt.date(2026, 3, 31)), load([folder], asof=DAY)
    assert "LPR" in then.constants["lpr_1y"].label.zh
    assert "X" in now.constants["lpr_1y"].label.zh
    assert then.digest == now.digest


def test_two_files_in_force_on_one_day_are_refused(tmp_path: Path) -> None:
    files = {"constants/lpr_1y.yaml": CONSTANT, "constants/lpr_1y@2026-04-01.yaml": CONSTANT}
    with pytest.raises(Refused) as error:
        load([pack_folder(tmp_path, files)], asof=DAY)
    assert codes(error) == {"pack.twice_in_force"}


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        ((', cite: house#adr-0001 }\n  2025', " }\n  2025"), "pack.uncited", 5),
        (("unit: ratio", "unitt: ratio"), "pack.unknown_key", 3),
        (("unit: ratio\n", ""), "pack.missing_key", 1),
        (('"0.0345"', "0.0345"), "yaml.pointed_number", 5),
        (('"0.0345"', '"about 3"'), "pack.form", 5),
        (("2024-01-01", "2024-02-30"), "pack.form", 5),
        (("id: lpr_1y", "id: lpr_5y"), "pack.name_differs", 1),
        (("house#adr-0001 }\n  2025", "housee#adr-0001 }\n  2025"), "citation.no_source", 5),
        (("house#adr-0001 }\n  2025", "house#nowhere }\n  2025"), "citation.no_place", 5),
        (("house#adr-0001 }\n  2025", "house#gap }\n  2025"), "citation.unknown_with_value", 5),
    ],
)  # fmt: skip
def test_a_fault_names_its_file_line_and_fix(
    tmp_path: Path, change: tuple[str, str], code: str, line: int
) -> None:
    assert change[0] in CONSTANT
    text = CONSTANT.replace(*change, 1)
    with pytest.raises(Refused) as error:
        load([pack_folder(tmp_path, {"constants/lpr_1y.yaml": text})], asof=DAY)
    problem = next(p for p in error.value.problems if p.code == code)
    assert problem.where is not None
    assert problem.where.file == "common/constants/lpr_1y.yaml"
    assert problem.where.line == line
    assert problem.fix


def test_all_faults_are_reported_together(tmp_path: Path) -> None:
    files = {
        "constants/one.yaml": "id: one\nlabel: { zh: 一, en: one }\n",
        "constants/two.yaml": "id: two\nodd: 1\n",
        "stray/three.yaml": "id: three\n",
    }
    with pytest.raises(Refused) as error:
        load([pack_folder(tmp_path, files)], asof=DAY)
    assert {p.where.file for p in error.value.problems if p.where} == {
        "common/constants/one.yaml", "common/constants/two.yaml", "common/stray/three.yaml",
    }  # fmt: skip


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        load([tmp_path / "nowhere"], asof=DAY)
    assert codes(error) == {"pack.no_folder"}


def test_any_change_of_any_byte_changes_the_digest(tmp_path: Path) -> None:
    folder = pack_folder(tmp_path, {"constants/lpr_1y.yaml": CONSTANT})
    before = load([folder], asof=DAY).digest
    path = folder / "constants/lpr_1y.yaml"
    path.write_text(path.read_text() + "# a remark\n")
    assert load([folder], asof=DAY).digest != before
