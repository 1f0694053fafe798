"""A decision is made again from the facts, in a process of its own, to the byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.cases.models import Decision
from huoshui.web.cases.queries import decision_inputs
from huoshui.web.cases.tasks import replay
from huoshui.web.delivery.models import Job
from tests.web.cases.given import Stage


@pytest.mark.parametrize(("approved", "deleted"), [(True, True), (True, False), (False, False)])
def test_a_decision_replays_equal_even_when_its_evidence_was_deleted(
    stage: Stage,
    small_region: tuple[Path, dict[str, Any]],
    switch_role: Callable[[str], None],
    monkeypatch: Any,
    approved: bool,
    deleted: bool,
) -> None:
    officer = stage.officer()
    case = stage.submitted(stage.owner(approved=approved))
    with acting(officer):
        decision = Decision.objects.get(case=case)
    monkeypatch.setattr(settings, "HUOSHUI_HOME", small_region[0])
    switch_role("jobs")
    if deleted:
        with acting(SYSTEM):
            assert Decision.objects.filter(id=decision.id).update(evidence=None) == 1
    job = Job(args={"decision": str(decision.id)})
    found = replay(job, at=case.moved_at, tell=lambda *_: None)
    assert found["is_equal"], (found["difference"], found["before"], found["after"])
    assert found["sha256"] == decision.evidence_sha256


def test_a_decision_that_is_not_there_has_no_inputs(stage: Stage) -> None:
    for wanted in ("nonsense", "00000000-0000-0000-0000-000000000000"):
        with acting(stage.officer()), pytest.raises(Refused) as refused:
            decision_inputs(wanted)
        assert refused.value.problems[0].code == "decision.no_decision"
