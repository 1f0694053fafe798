"""An answer as it was known then is the same bytes later, evaluated anew from the facts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb

from tests.region import huoshui

SUBJECTS = 10
"""So many firms, from one end of the region to the other, are explained with all facts behind."""


def test_what_was_known_then_replays_to_the_byte_after_corrections_and_without_stored_results(
    small_region: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    home, found = small_region
    raw = next(home.glob("region-*")) / "raw"
    earlier, later = sorted(folder for folder in raw.iterdir() if folder.is_dir())[:2]
    asked = ["--home", tmp_path / "home", "--asof", found["asof"], "--json"]
    assert huoshui("ingest", earlier, *asked[:2], "--json").code == 0
    published = huoshui("run", *asked)
    assert published.code == 0, published.err
    known = published.json["known"]
    snapshot = Path(published.json["snapshot"])
    every = subjects(snapshot)
    codes = every[:: len(every) // SUBJECTS][:SUBJECTS]
    then = huoshui("explain", *codes, "--known", str(known), *asked)
    assert then.code == 0, then.err
    manifest = (snapshot / "manifest.json").read_bytes()

    taken = huoshui("ingest", later, *asked[:2], "--json")
    assert taken.code == 0, taken.err
    assert sum(file["rows_new"] for file in taken.json["files"]) > 0
    shutil.rmtree(tmp_path / "home/snapshots")

    again = huoshui("explain", *codes, "--known", str(known), *asked)
    assert again.out == then.out
    rerun = huoshui("run", "--known", str(known), *asked)
    assert (Path(rerun.json["snapshot"]) / "manifest.json").read_bytes() == manifest
    now = huoshui("explain", *codes, *asked)
    assert now.out != then.out, "the later delivery changed something, so the test can fail"


def subjects(snapshot: Path) -> list[str]:
    rows = duckdb.sql(
        f"SELECT entity FROM '{snapshot}/entity.parquet' WHERE kind = 'firm' ORDER BY entity"
    ).fetchall()
    return [row[0] for row in rows]


def test_a_batch_that_nobody_knows_is_refused(small_region: tuple[Path, dict[str, Any]]) -> None:
    home, found = small_region
    asof = found["asof"]
    answer = huoshui("run", "--known", "99999", "--home", home, "--asof", asof, "--json")
    assert answer.code == 1
    (problem,) = answer.json["problems"]
    assert problem["code"] == "lake.no_batch"
    assert problem["fix"]


def test_an_unknown_subject_is_refused_in_the_one_shape(
    small_region: tuple[Path, dict[str, Any]],
) -> None:
    home, found = small_region
    answer = huoshui("explain", "91NOSUCH", "--home", home, "--asof", found["asof"], "--json")
    assert answer.code == 1
    (problem,) = json.loads(answer.out)["problems"]
    assert set(problem) == {"code", "message", "where", "fix", "cites"}
    assert problem["code"] == "subject.unknown"
