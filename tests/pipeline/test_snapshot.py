"""A snapshot says of every entity what is known of it and where that comes from."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from huoshui.pipeline.lake import Lake
from huoshui.pipeline.published import Snapshot, snapshot_files
from huoshui.pipeline.run import name_entities, run, session, take_facts
from huoshui.pipeline.snapshot import publish
from huoshui.policy.loader import load

Region = tuple[Path, dict[str, Any]]
ASOF = dt.date(2026, 11, 20)


@pytest.fixture
def snapshot(small_region: Region) -> Snapshot:
    """Give what the demo published of the small region."""
    return snapshot_files(Path(small_region[1]["snapshot"]))


def test_evidence_is_what_a_plain_count_of_the_facts_gives(
    snapshot: Snapshot, small_region: Region, demo_packs: list[Path]
) -> None:
    pack = load(demo_packs, asof=ASOF)
    told: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    with session() as engine:
        work = run(engine, Lake(small_region[0] / "lake"), pack, stages=(take_facts, name_entities))
        who = {
            (row["subject_code"], row["subject_name"]): row["entity"]
            for row in work.engine.query("SELECT * FROM subject_entity").to_pylist()
        }
        columns = "subject_code, subject_name, true_from, batch, feed, source_file, source_row"
        for item in pack.items:
            for fact in work.engine.query(f"SELECT {columns} FROM fact_{item}").to_pylist():
                entity = who.get((fact["subject_code"], fact["subject_name"]))
                if entity is not None and fact["true_from"] <= ASOF:
                    told[entity, item, fact["feed"]].append(fact)
    expected = []
    for (entity, item, feed), facts in sorted(told.items()):
        newest = max(facts, key=lambda f: (f["true_from"], f["batch"], f["source_row"]))
        expected.append(
            {
                "entity": entity,
                "item": item,
                "feed": feed,
                "facts": len(facts),
                "newest_true_on": newest["true_from"],
                "oldest_true_on": min(fact["true_from"] for fact in facts),
                "last_batch": max(fact["batch"] for fact in facts),
                "source_file": newest["source_file"],
                "source_row": newest["source_row"],
            }
        )
    assert snapshot.table("evidence").to_pylist() == expected
    assert len({row["item"] for row in expected}) > 40


def test_every_entity_with_evidence_has_a_profile_and_the_packs_are_at_hand(
    snapshot: Snapshot, small_region: Region
) -> None:
    profiles = set(snapshot.table("profile")["entity"].to_pylist())
    assert set(snapshot.table("evidence")["entity"].to_pylist()) <= profiles
    assert (small_region[0] / "packs" / snapshot.pack_digest / "common/units.yaml").is_file()


def test_a_snapshot_of_an_older_form_gives_way_and_what_a_killed_run_left_is_removed(
    snapshot: Snapshot, small_region: Region, demo_packs: list[Path], tmp_path: Path
) -> None:
    pack = load(demo_packs, asof=ASOF)
    with session() as engine:
        work = run(engine, Lake(small_region[0] / "lake"), pack)
        first = publish(work, tmp_path)
        older = {k: v for k, v in first.manifest.items() if k != "form"}
        (first.folder / "manifest.json").write_text(json.dumps(older), "utf-8")
        first.path("evidence").unlink()
        half_done = first.folder.with_name(f".{first.name}.4194304")  # no process has this number
        half_done.mkdir()
        again = publish(work, tmp_path)
    assert snapshot_files(again.folder).manifest == first.manifest
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == [first.name]
    assert pq.read_table(first.path("evidence")).num_rows == snapshot.table("evidence").num_rows
