"""What was decided on the web is made anew from the facts, by a program that holds no Django."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from huoshui.kernel.errors import Refused
from huoshui.pipeline.requests import Request, perform
from huoshui.web.audit.actions.acting import acting
from huoshui.web.cases.models import Decision
from huoshui.web.project.database import Database
from huoshui.web.project.decided import decided, read
from tests.web.cases.given import Stage

Region = tuple[Path, dict[str, Any]]


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_decision_of_the_rule_replays_to_the_byte(
    stage: Stage, database: Database, small_region: Region, is_approved: bool
) -> None:
    owner, officer = stage.owner(approved=is_approved), stage.officer()
    case = stage.submitted(owner)
    with acting(officer):
        decision = Decision.objects.get(case=case)
    said = read(database, str(decision.id))
    assert said["evidence"] == decision.evidence
    answer = perform(Request("replay", {"inputs": said}), home=small_region[0], packs=[])
    assert answer["difference"] is None, (answer["before"], answer["after"])
    assert answer["is_equal"]
    assert answer["sha256"] == decision.evidence_sha256

    said["limits"] = {**said["limits"], "open_fen": 10**15}
    answer = perform(Request("replay", {"inputs": said}), home=small_region[0], packs=[])
    assert not answer["is_equal"], "other inputs give another report, so the test can fail"


def test_a_decision_that_nobody_made_is_refused(stage: Stage, database: Database) -> None:
    for wanted in (str(uuid4()), "not-an-id"):
        with pytest.raises(Refused, match="no_decision"):
            read(database, wanted)


def test_a_home_without_a_database_has_no_decisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUOSHUI_DATABASE_URL", raising=False)
    with pytest.raises(Refused, match=r"decided\.no_database"):
        decided(tmp_path, str(uuid4()))
    assert list(tmp_path.iterdir()) == []
