"""A word on an uncertain pair comes in as a fact, and the run that follows is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from huoshui.pipeline.requests import batches
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM, Actor
from huoshui.web.delivery.actions.jobs import job_ask
from huoshui.web.delivery.models import Job
from tests.web.sources.given import AT, steward, worked

SAID = {
    "subject_code": None,
    "subject_name": "恒达新材料",
    "entity_code": "E1",
    "is_same": True,
    "decided_on": "2026-11-20",
    "decided_by": "钱进",
    "reason": "核对公示",
}


def asked(actor: Actor, home: Path, n: int, **said: object) -> Job:
    """Write a word as the page writes it, and ask for it to be taken in."""
    place = f"reviews/identity_review-x-{n}.jsonl"
    (home / "reviews").mkdir(exist_ok=True)
    line = json.dumps({**SAID, **said, "n": n}, ensure_ascii=False)
    (home / place).write_text(line + "\n", "utf-8")
    args = {"place": place, "feed": "identity_review"}
    with acting(actor):
        return job_ask(actor, at=AT, task="sources.identity", args=args, key=str(n))


def runs() -> list[Job]:
    with acting(SYSTEM):
        return list(Job.objects.filter(task="sources.run").order_by("args__known"))


def again(job: Job) -> Job:
    with acting(SYSTEM):
        return Job.objects.get(id=job.id)


def test_words_are_facts_and_the_last_run_asked_for_stands_for_those_before(
    home: Path, switch_role: Callable[[str], None]
) -> None:
    actor = steward()
    jobs = [
        asked(actor, home, 1),
        asked(actor, home, 2, is_same=None, reason="有误"),
        asked(actor, home, 3),  # the first word once more is a word of its own
    ]
    switch_role("jobs")
    for job in jobs:
        worked(job)
        assert again(job).status == "done", again(job).problem
    assert [(b.feed, b.rows_new) for b in batches(home)] == [("identity_review", 1)] * 3
    found = runs()
    assert [job.args["known"] for job in found] == [1, 2, 3]
    worked(found[0])  # two later ones wait
    assert again(found[0]).status == "done"
    assert again(found[0]).result["link"] in [f"/jobs/{job.id}" for job in found[1:]]


@pytest.mark.parametrize("wrong", [{"decided_on": "2026-02-30"}, {"entity_code": None}])
def test_a_line_that_is_set_aside_fails_its_job_and_asks_for_no_run(
    home: Path, switch_role: Callable[[str], None], wrong: dict[str, object]
) -> None:
    job = asked(steward(), home, 1, **wrong)
    switch_role("jobs")
    worked(job)
    assert again(job).status == "failed"
    assert again(job).problem["code"] == "repair.still_wrong"
    assert runs() == []
