"""`make demo` shows the main job: from messy records to explained offers, on the real commands."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from huoshui.entities.schema import DECISION
from tests.region import told

Demo = tuple[Path, dict[str, Any]]

FULL = 20_000
"""The firms of `make demo`."""

EXPLAINED = (60, pytest.param(1_000, marks=pytest.mark.long))
"""So many subjects, chosen by the seed of the run, are explained through the command."""


def in_pack(folder: str, pattern: str) -> dict[str, str]:
    """Give the text of each definition in a kind of folder, by id."""
    found = {}
    for path in Path("packs").glob(pattern):
        if not path.name.endswith(".examples.yaml"):
            found[path.stem] = path.read_text("utf-8")
    assert found, f"no {folder} found"
    return found


def test_the_demo_reads_a_million_rows_of_57_items_of_the_catalogue_and_2_of_its_own(
    demo: Demo, small_region: Demo
) -> None:
    """Twenty thousand firms bring a million rows, by what each firm more brings here."""
    _, found = demo
    _, small = small_region
    firms = [told["entities_by_kind"]["firm"] for told in (small, found)]
    assert firms[1] >= 4_000
    rows_per_firm = (found["rows_in"] - small["rows_in"]) / (firms[1] - firms[0])
    assert small["rows_in"] + rows_per_firm * (FULL - firms[0]) >= 1_000_000
    assert found["items"] == 57 + 2
    assert found["quarantined"] > 0
    assert found["refused_files"] == []
    assert found["offerings"] >= 40
    assert found["indicators"] >= 40


def test_every_row_read_is_a_fact_or_known_or_set_aside(demo: Demo) -> None:
    home, _ = demo
    for path in sorted((home / "lake/batches").glob("*.json")):
        batch = json.loads(path.read_text())
        kept = ("rows_new", "rows_known", "rows_quarantined", "rows_outside")
        assert batch["rows_in"] == sum(batch[key] for key in kept), path.name


def test_the_pairs_are_every_subject_with_every_offering(demo: Demo) -> None:
    _, found = demo
    assert sum(found["pairs"].values()) == found["entities"] * found["offerings"]


def test_offerings_pass_fail_and_leave_open_some_subject(demo: Demo) -> None:
    """All of them in the full region; in a part of it a few rare ones may find nobody.

    That each can say all three is asked of its worked examples, wherever its pack is checked.
    """
    home, found = demo
    answer = told("match", "--json", "--home", home, "--asof", found["asof"])
    counts = answer.json["offerings"]
    assert len(counts) == found["offerings"]
    lacking = [c for c in counts if not (c["yes"] and c["no"] and c["unknown"])]
    is_full = found["entities_by_kind"]["firm"] >= FULL
    assert len(lacking) <= (0 if is_full else len(counts) // 20), lacking
    assert all(c["no"] for c in counts)


def test_every_item_is_read_by_an_indicator() -> None:
    items = set(in_pack("facts", "common/facts/**/*.yaml"))
    read = set()
    for text in in_pack("indicators", "common/indicators/**/*.yaml").values():
        read |= set(re.findall(r"\bitem: (\w+)", text))
    assert items - read == {DECISION}, "words on who is who are measured by nothing"


@pytest.mark.parametrize("subjects", EXPLAINED)
def test_explaining_gives_the_verdict_of_the_bulk_match(
    demo: Demo, tmp_path: Path, random_seed: int, subjects: int
) -> None:
    home, found = demo
    snapshot = Path(found["snapshot"])
    offerings = json.loads((snapshot / "manifest.json").read_text())["offerings"]
    words = duckdb.sql(f"SELECT * FROM '{snapshot}/verdicts.parquet'").to_arrow_table()
    chosen = random.Random(random_seed).sample(range(words.num_rows), subjects)
    rows = words.take(chosen).to_pylist()
    (tmp_path / "subjects").write_text("\n".join(row["entity"] for row in rows))
    answer = told(
        "explain", "--subjects-from", tmp_path / "subjects", "--json",
        "--home", home, "--asof", found["asof"],
    )  # fmt: skip
    assert answer.code == 0, answer.err
    explained = [json.loads(line) for line in answer.out.splitlines()]
    assert [e["entity"] for e in explained] == [row["entity"] for row in rows]
    for one, row in zip(explained, rows, strict=True):
        assert one["verdicts"] == bulk(row, offerings), one["entity"]


def bulk(row: dict[str, Any], offerings: list[str]) -> dict[str, str]:
    """Read the verdict words of one row, by the definition in docs/adr and nothing of the code."""
    verdicts = {}
    for position, name in enumerate(offerings):
        word, bit = divmod(position, 63)
        yes, no = row[f"yes_{word}"] >> bit & 1, row[f"no_{word}"] >> bit & 1
        verdicts[name] = "yes" if yes else "no" if no else "unknown"
    return verdicts


def test_the_example_shows_offers_open_closed_and_undecided_each_with_its_facts(
    demo: Demo,
) -> None:
    _, found = demo
    example = found["example"]
    assert set(example["verdicts"].values()) == {"yes", "no", "unknown"}
    for report in [*example["offers"], *example["others"]]:
        assert report["sentence"]["zh"]
        assert report["sentence"]["en"]
        assert all(clause["cite"] and clause["mark"] for clause in report["clauses"])
    traced = [fact for behind in example["facts"] for fact in behind["facts"]]
    assert traced
    assert all(fact["source_file"] and fact["batch"] >= 1 for fact in traced)
