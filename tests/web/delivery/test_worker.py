"""A worker killed in the middle of a deed: the next one does it again, and its effect is one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from huoshui.web.audit.actions.acting import acting
from huoshui.web.delivery.models import Job
from huoshui.web.project.database import Database
from tests.web.delivery.given import asked, job_now, operator, outgoing_now


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start jobs processes on the test's database."""
    started: list[subprocess.Popen[str]] = []
    environment = {
        **os.environ,
        "HUOSHUI_DB_URL": database.url("jobs"),
        "HUOSHUI_SECRET_KEY": "for a test",
        "HUOSHUI_HOME": str(tmp_path),
        "HUOSHUI_RECORD_KEY": "00" * 32,
    }
    script = Path(__file__).with_name("working.py")

    def start() -> subprocess.Popen[str]:
        with (tmp_path / f"worker-{len(started)}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, str(script), str(tmp_path)],
                env=environment,
                stdout=log,
                stderr=log,
                text=True,
            )
        started.append(process)
        return process

    yield start
    for each in started:
        each.kill()
        each.wait()


def until(holds: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)


def test_a_worker_killed_in_the_middle_leaves_one_effect_after_the_next_one(
    database: Database, tmp_path: Path, worker: Callable[[], subprocess.Popen[str]]
) -> None:
    actor, begun = operator(), tmp_path / "begun"
    jobs = [asked(actor, "test.whole"), asked(actor, "test.parts")]

    def times() -> int:
        return begun.read_text().count("\n") if begun.exists() else 0

    first = worker()
    until(lambda: times() == 2, "beginning both deeds")
    first.kill()
    first.wait()
    with acting(actor):
        # What the deed in one transaction sent is gone with it; the other's message stands.
        assert sorted(Job.objects.values_list("status", flat=True)) == ["running", "running"]
        assert len(outgoing_now(actor)) == 1
    (tmp_path / "go").touch()
    worker()
    until(lambda: all(job_now(actor, each).status == "done" for each in jobs), "ending both")
    assert [job_now(actor, each).result for each in jobs] == [{"attempt": 2}] * 2
    assert times() == 4
    inboxes = [each for each in outgoing_now(actor) if each.channel == "inbox"]
    assert sorted(each.key for each in inboxes) == sorted(str(each.id) for each in jobs)
    until(lambda: all(each.sent_at for each in outgoing_now(actor)), "delivering both messages")
