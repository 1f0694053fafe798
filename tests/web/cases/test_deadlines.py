"""Time: deadlines to the moment, offerings that end meanwhile, rules that are asked by a job."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.cases.actions import applications as apply
from huoshui.web.cases.actions.deadlines import deadlines_run
from huoshui.web.cases.models import Case, Quota
from huoshui.web.cases.tasks import decide
from huoshui.web.delivery.models import Job
from tests.web.cases.given import LOAN, TODAY, UNTIL, Stage, seen
from tests.web.insights.given import AT

TICK = dt.timedelta(microseconds=1)


def test_an_offer_lapses_at_its_deadline_and_not_a_moment_before(
    stage: Stage, switch_role: Callable[[str], None]
) -> None:
    owner, officer = stage.owner(), stage.officer()
    case = stage.submitted(owner)
    assert case.state == "approved"
    assert case.due_at is not None
    switch_role("jobs")
    assert deadlines_run(at=case.due_at - TICK, today=TODAY) == 0
    assert seen(owner, case).state == "approved"
    with acting(owner), pytest.raises(Refused) as refused:
        apply.offer_accept(owner, at=case.due_at, today=TODAY, case=case.id)
    assert refused.value.problems[0].code == "move.past_deadline"
    assert deadlines_run(at=case.due_at, today=TODAY) == 1
    assert deadlines_run(at=case.due_at, today=TODAY) == 0
    switch_role("web")
    assert seen(owner, case).state == "expired"
    with acting(officer):
        assert Quota.objects.get(offering=LOAN).taken_fen == 0


def test_the_deadline_is_a_job_of_the_system_alone(stage: Stage) -> None:
    case = stage.submitted(stage.owner(approved=False))
    with acting(SYSTEM):
        assert not Case.objects.exists()  # the web role is not believed to be the system
    assert case.due_at is not None
    assert deadlines_run(at=case.due_at, today=TODAY) == 0


def test_a_rule_that_was_not_asked_in_time_is_asked_by_its_job(
    stage: Stage, switch_role: Callable[[str], None], monkeypatch: Any
) -> None:
    monkeypatch.setattr("huoshui.web.cases.actions.effects.decide_soon", lambda *a, **k: None)
    owner = stage.owner()
    stage.officer()
    case = stage.submitted(owner)
    assert case.state == "submitted"
    switch_role("jobs")
    with acting(SYSTEM):
        job = Job.objects.get(task="cases.decide")
    first = decide(job, at=AT, tell=lambda *_: None)
    again = decide(job, at=AT, tell=lambda *_: None)
    assert (first["outcome"], again["outcome"]) == ("approved", None)
    switch_role("web")
    assert seen(owner, case).state == "approved"


def test_an_offering_that_ended_meanwhile_is_refused_and_the_draft_stays(
    stage: Stage, tmp_path: Path, monkeypatch: Any
) -> None:
    from django.conf import settings

    owner = stage.owner()
    stage.officer()
    case = stage.draft(owner)
    roots = []
    for root in settings.HUOSHUI_PACKS:
        roots.append(Path(shutil.copytree(root, tmp_path / root.name)))
    file = next(roots[1].rglob(f"{LOAN}.yaml"))
    text = file.read_text("utf-8")
    ended = re.sub(r"(?m)^kind: ", "valid_until: 2026-11-20\nkind: ", text, count=1)
    assert ended != text
    file.write_text(ended, "utf-8")
    monkeypatch.setattr(settings, "HUOSHUI_PACKS", tuple(roots))
    with acting(owner), pytest.raises(Refused) as refused:
        apply.application_submit(owner, at=AT, today=TODAY, case=case.id, consent_until=UNTIL)
    assert "case.no_such_offering" in [each.code for each in refused.value.problems]
    assert seen(owner, case).state == "draft"
    with pytest.raises(Refused) as refused:
        stage.draft(owner, key="another")
    assert refused.value.problems[0].code == "case.no_such_offering"
