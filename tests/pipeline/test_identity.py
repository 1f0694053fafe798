"""A merge that is taken back leaves the published snapshot as it never was, to the byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from huoshui.pipeline.published import Snapshot, snapshot_files, snapshot_folders
from huoshui.pipeline.requests import Request, perform
from tests.region import huoshui

DAY = "2026-11-20"


@pytest.fixture
def home(small_region: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    home = tmp_path / "home"
    shutil.copytree(small_region[0], home)
    return home


def told(home: Path, n: int, subject: dict[str, str | None], entity: str, same: bool | None) -> int:
    """Take in one word on a pair, as the page for uncertain pairs writes it; give its batch."""
    line = {
        **subject,
        "entity_code": entity,
        "is_same": same,
        "decided_on": DAY,
        "decided_by": "钱进",
        "reason": "核对登记档案",
        "n": n,
    }
    folder = home / "reviews"
    folder.mkdir(exist_ok=True)
    file = folder / f"identity_review-{n}.jsonl"
    file.write_text(json.dumps(line, ensure_ascii=False) + "\n", "utf-8")
    done = huoshui("ingest", file, "--home", home, "--feed", "identity_review", "--json")
    assert done.code == 0, done.out + done.err
    (taken,) = done.json["files"]
    assert taken["rows_new"] == 1
    return int(taken["batch"])


def published(home: Path, packs: list[Path], known: int) -> Snapshot:
    perform(Request("run", {"asof": DAY, "known": known}), home=home, packs=packs)
    (folder,) = [f for f in snapshot_folders(home) if snapshot_files(f).known == known]
    return snapshot_files(folder)


def data_of(snapshot: Snapshot) -> dict[str, bytes]:
    """Give every file but the manifest, which names the batch."""
    return {
        str(path.relative_to(snapshot.folder)): path.read_bytes()
        for path in sorted(snapshot.folder.rglob("*.parquet"))
    }


def test_a_merge_that_is_taken_back_leaves_the_snapshot_as_it_never_was(
    home: Path, demo_packs: list[Path]
) -> None:
    (folder,) = snapshot_folders(home)
    before = snapshot_files(folder)
    never = data_of(before)
    one, other = before.table("profile", ["entity"])["entity"].to_pylist()[:2]
    subject = {"subject_code": one, "subject_name": None}
    merged = published(home, demo_packs, told(home, 1, subject, other, same=True))
    assert data_of(merged).keys() == never.keys()
    assert data_of(merged)["profile.parquet"] != never["profile.parquet"]
    back = published(home, demo_packs, told(home, 2, subject, other, same=None))
    again = data_of(back)
    assert [name for name in never if again[name] != never[name]] == []
