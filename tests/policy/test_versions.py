"""A definition through time."""

import datetime as dt
from pathlib import Path

from huoshui.policy.versions import versions

CONSTANT = """id: {id}
label: {{ zh: 甲, en: A }}
unit: ratio
{dates}values:
  2020-01-01: {{ value: "0.1", cite: house#demo }}
checked_on: 2026-11-20
"""


def given_versions(root: Path) -> Path:
    folder = root / "packs" / "constants"
    folder.mkdir(parents=True)
    early = "valid_until: 2024-01-01\n"
    late = "valid_from: 2024-01-01\n"
    (folder / "rate@2024-01-01.yaml").write_text(CONSTANT.format(id="rate", dates=late), "utf-8")
    (folder / "rate.yaml").write_text(CONSTANT.format(id="rate", dates=early), "utf-8")
    (folder / "other.yaml").write_text(CONSTANT.format(id="other", dates=""), "utf-8")
    (folder / "broken.yaml").write_text("id: [", "utf-8")
    return root / "packs"


def test_versions_come_in_the_order_of_their_days(tmp_path: Path) -> None:
    found = versions([given_versions(tmp_path)], "constants", "rate")
    assert [v.file for v in found] == [
        "packs/constants/rate.yaml",
        "packs/constants/rate@2024-01-01.yaml",
    ]
    assert [v.valid_from for v in found] == [None, dt.date(2024, 1, 1)]


def test_exactly_one_version_is_in_force_on_each_day(tmp_path: Path) -> None:
    found = versions([given_versions(tmp_path)], "constants", "rate")
    for day, place in ((dt.date(2023, 12, 31), 0), (dt.date(2024, 1, 1), 1)):
        assert [v.is_in_force(day) for v in found] == [place == 0, place == 1]


def test_a_file_with_faults_is_left_to_the_loader(tmp_path: Path) -> None:
    root = given_versions(tmp_path)
    assert versions([root], "constants", "broken") == []
    assert len(versions([root], "constants", "other")) == 1
