"""A bank's decision outlives its results: corrections come, what was stored goes, it replays."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huoshui.pipeline.requests import snapshot_folders
from huoshui.web.audit.actions.acting import acting
from huoshui.web.cases.models import Decision
from huoshui.web.project.database import Database
from huoshui.web.project.decided import read
from tests.region import deliveries, huoshui, told
from tests.web.cases.given import Stage
from tests.web.databases import AsRole


@pytest.fixture
def home(first_delivery: Path, tmp_path: Path) -> Path:
    """A home that took the region's first delivery only, and published it."""
    return Path(shutil.copytree(first_delivery, tmp_path / "decided"))


@pytest.fixture
def template(server: Database) -> Database:
    """A database without the whole region's snapshot: decisions are made on another."""
    return server


@pytest.fixture
def folder(home: Path, database: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The snapshot that decisions are made on; it stands in for the whole region's."""
    from django.conf import settings

    monkeypatch.setattr(settings, "HUOSHUI_HOME", home)
    (published,) = snapshot_folders(home)
    return published


def _forget(home: Path, as_role: AsRole, snapshot: int) -> None:
    """Delete what was stored: the report, the rows it was made from, the published files."""
    owner = as_role("owner", autocommit=True)
    assert owner.execute("UPDATE cases_decision SET evidence = NULL").rowcount == 2
    owner.execute("SELECT insights_partition_drop(%s)", [snapshot])
    assert owner.execute("SELECT count(*) FROM insights_profile").fetchone() == (0,)
    shutil.rmtree(home / "snapshots")


def test_decisions_replay_in_a_new_process_after_corrections_without_what_was_stored(
    stage: Stage,
    loaded: Any,
    home: Path,
    small_region: tuple[Path, dict[str, Any]],
    database: Database,
    as_role: AsRole,
    switch_role: Callable[[str], None],
    tmp_path: Path,
) -> None:
    officer = stage.officer()
    cases = [stage.submitted(stage.owner(approved=approved)) for approved in (True, False)]
    with acting(officer):
        decisions = [Decision.objects.get(case=case) for case in cases]
    assert [each.outcome for each in decisions] == ["approved", "referred"]
    kept = {each.id: each.evidence for each in decisions}

    taken = told("ingest", deliveries(small_region[0])[1], "--home", home, "--json")
    assert sum(file["rows_new"] for file in taken.json["files"]) > 0
    _forget(home, as_role, loaded.id)

    for decision in decisions:
        said = read(database, str(decision.id))
        assert said["evidence"] is None
        file = tmp_path / "inputs.json"
        file.write_text(json.dumps(said, default=str), "utf-8")
        again = huoshui("replay", "--inputs", file, "--home", home, "--json")
        assert again.code == 0, again.out + again.err
        assert again.json["report"] == kept[decision.id]
        assert again.json["sha256"] == decision.evidence_sha256
    said["known"] = max(batch["batch"] for batch in taken.json["files"] if batch["batch"])
    file.write_text(json.dumps(said, default=str), "utf-8")
    assert told("replay", "--inputs", file, "--home", home).code == 3
