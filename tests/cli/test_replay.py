"""An answer as it was known then is the same bytes later, evaluated anew from the facts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb

from huoshui.pipeline.published import snapshot_files, snapshot_folders
from tests.region import deliveries, huoshui, told

SUBJECTS = 4
"""So many firms, from one end of the region to the other, are explained with all facts behind."""


def test_what_was_known_then_replays_to_the_byte_after_corrections_and_without_stored_results(
    small_region: tuple[Path, dict[str, Any]], first_delivery: Path, tmp_path: Path
) -> None:
    shutil.copytree(first_delivery, tmp_path / "home")
    asked = ["--home", tmp_path / "home", "--asof", small_region[1]["asof"], "--json"]
    (snapshot,) = snapshot_folders(tmp_path / "home")
    known = snapshot_files(snapshot).known
    every = subjects(snapshot)
    codes = every[:: len(every) // SUBJECTS][:SUBJECTS]
    then = told("explain", *codes, "--known", str(known), *asked)
    assert then.code == 0, then.err
    manifest = (snapshot / "manifest.json").read_bytes()

    taken = told("ingest", deliveries(small_region[0])[1], *asked[:2], "--json")
    assert taken.code == 0, taken.err
    assert sum(file["rows_new"] for file in taken.json["files"]) > 0
    shutil.rmtree(tmp_path / "home/snapshots")

    again = huoshui("explain", *codes, "--known", str(known), *asked)
    assert again.out == then.out
    rerun = told("run", "--known", str(known), *asked)
    assert (Path(rerun.json["snapshot"]) / "manifest.json").read_bytes() == manifest
    now = told("explain", *codes, *asked)
    assert now.out != then.out, "the later delivery changed something, so the test can fail"


def subjects(snapshot: Path) -> list[str]:
    rows = duckdb.sql(
        f"SELECT entity FROM '{snapshot}/entity.parquet' WHERE kind = 'firm' ORDER BY entity"
    ).fetchall()
    return [row[0] for row in rows]


def test_a_batch_that_nobody_knows_is_refused(small_region: tuple[Path, dict[str, Any]]) -> None:
    home, found = small_region
    asof = found["asof"]
    answer = told("run", "--known", "99999", "--home", home, "--asof", asof, "--json")
    assert answer.code == 1
    (problem,) = answer.json["problems"]
    assert problem["code"] == "lake.no_batch"
    assert problem["fix"]


def test_an_unknown_subject_is_refused_in_the_one_shape(
    small_region: tuple[Path, dict[str, Any]],
) -> None:
    home, found = small_region
    answer = told("explain", "91NOSUCH", "--home", home, "--asof", found["asof"], "--json")
    assert answer.code == 1
    (problem,) = json.loads(answer.out)["problems"]
    assert set(problem) == {"code", "message", "where", "fix", "cites"}
    assert problem["code"] == "subject.unknown"
