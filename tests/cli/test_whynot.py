"""`huoshui explain --definition` and `growth`: what stands between a firm and each benefit."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from huoshui.explain import whynot_report
from huoshui.matching.moved import Rules
from huoshui.matching.questions import kind_of
from huoshui.policy.loader import load
from tests.region import told

Region = tuple[Path, dict[str, Any]]
DAY = dt.date(2026, 11, 20)
PACKS = Path(__file__).resolve().parents[2] / "packs"
DEFINITIONS = ("tech_sme", "high_tech", "srdi", "little_giant", "innovation_points",
               "knowledge_value", "knowledge_value_loan", "tech_guarantee_2024")  # fmt: skip


@pytest.fixture(scope="module")
def firm(small_region: Region) -> str:
    home, _ = small_region
    asked = ("--offering", "innovation_points_loan", "--home", home, "--asof", str(DAY), "--json")
    found = told("match", *asked).json
    return str(found["open_to"][0])


def why(home: Path, firm: str, definition: str, *more: str) -> Any:
    asked = ("--definition", definition, "--home", home, "--asof", str(DAY), "--json")
    return told("explain", firm, *asked, *more)


@pytest.fixture(scope="module")
def row(small_region: Region, firm: str) -> dict[str, Any]:
    home, _ = small_region
    (folder,) = (home / "snapshots").glob("*/manifest.json")
    profile = pq.read_table(folder.parent / "profile.parquet")
    (found,) = (r for r in profile.to_pylist() if r["entity"] == firm)
    return found


def test_each_kind_of_definition_is_explained_with_distances_and_ways(row: dict[str, Any]) -> None:
    pack = load([PACKS / "common", PACKS / "demo"], asof=DAY)
    rules = Rules(pack)
    for definition in DEFINITIONS:
        kind = kind_of(pack, definition)
        found: Any = whynot_report(pack, kind, definition, row, DAY, rules=rules)
        verdicts = [clause["verdict"] for clause in found["clauses"]]
        expected = "no" if False in verdicts else "unknown" if None in verdicts else "yes"
        assert found["verdict"] == expected, definition
        for clause in found["clauses"]:
            assert clause["cite"], definition
            assert clause["mark"], definition
        if found["verdict"] == "yes":
            assert found["earliest"]["day"] == str(DAY), definition
        elif found["earliest"]["day"]:
            assert dt.date.fromisoformat(found["earliest"]["day"]) > DAY, definition


def test_what_is_changed_as_told_says_yes(small_region: Region, firm: str) -> None:
    home, _ = small_region
    found = why(home, firm, "tech_sme", "--given", "staff_count=501").json
    assert found["verdict"] == "no"
    (staff,) = (
        c for c in found["clauses"] if c["verdict"] is False and c["column"] == "staff_count"
    )
    assert (staff["value"], staff["threshold"], staff["distance"]) == (501, 500, 1)
    way = found["nearest"]
    if way["reached"]:
        given = [f"--given={c['column']}={_plain(c['to'])}" for c in way["changes"]]
        again = why(home, firm, "tech_sme", "--given=staff_count=501", *given).json
        assert again["verdict"] == "yes"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_a_table_is_asked_of_what_is_given(small_region: Region, firm: str) -> None:
    home, _ = small_region
    found = why(home, firm, "loan_classification", "--given", "overdue_days=91").json
    assert found["kind"] == "tables"
    unknown = why(home, firm, "nothing_of_this_name")
    assert unknown.code != 0
    assert unknown.json["problems"][0]["fix"]


def test_a_value_that_cannot_be_is_refused(small_region: Region, firm: str) -> None:
    home, _ = small_region
    answer = why(home, firm, "tech_sme", "--given", "staff_count=many")
    assert answer.code != 0
    assert "staff_count" in str(answer.json["problems"][0])


def test_the_growth_path_names_what_each_next_title_lacks(small_region: Region, firm: str) -> None:
    home, _ = small_region
    found = told("growth", firm, "--home", home, "--asof", str(DAY), "--json").json
    titles = {title["title"]: title for title in found["titles"]}
    assert {"tech_sme", "srdi", "little_giant", "high_tech"} <= titles.keys()
