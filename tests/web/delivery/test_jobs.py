"""Jobs are asked once, done once in effect, tried again with patience, and seen by their asker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.delivery import tasks
from huoshui.web.delivery.actions.jobs import job_ask, job_held, job_retry
from huoshui.web.delivery.actions.outbox import message_send
from huoshui.web.delivery.actions.recovery import stalled_retry
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.queries import jobs as queries
from huoshui.web.delivery.rules.patience import DEED_ATTEMPTS_MOST
from huoshui.web.delivery.rules.refusals import JobRefusal
from tests.web.databases import AsRole
from tests.web.delivery.given import (
    AT,
    TOLD,
    asked,
    deed,
    job_now,
    officer,
    operator,
    outgoing_now,
    owner,
)

Switch = Callable[[str], None]


def queued() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args ->> 'job_id' FROM procrastinate_jobs WHERE task_name = 'delivery.perform' "
            "ORDER BY id"
        )
        return [row[0] for row in cursor.fetchall()]


def test_a_job_asked_twice_with_one_key_is_one_job_queued_once(database: object) -> None:
    actor = owner()
    first, second = asked(actor, "test.x", "k"), asked(actor, "test.x", "k")
    assert first.id == second.id
    assert queued() == [str(first.id)]
    assert asked(actor, "test.x", "other").id != first.id
    assert asked(owner(), "test.x", "k").id != first.id


def test_a_job_is_queued_with_the_transaction_that_asks_for_it_or_not_at_all(
    database: object,
) -> None:
    actor = owner()
    with acting(actor):
        job_ask(actor, at=AT, task="test.x", args={}, key="k")
        transaction.set_rollback(True)
    assert queued() == []
    with acting(actor):
        assert not Job.objects.exists()


def test_a_deed_ends_its_job_with_its_result_and_the_record_says_so(
    database: object, switch_role: Switch
) -> None:
    actor = owner()
    with deed(lambda job, *, at, tell: {"sum": job.args["a"] + 1}) as name:
        job = asked(actor, name, a=41)
        switch_role("jobs")
        tasks.perform(str(job.id))
    switch_role("web")
    done = job_now(actor, job)
    assert (done.status, done.result, done.attempts) == ("done", {"sum": 42}, 1)
    with acting(operator()):
        actions = list(Entry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["job.asked", "job.done"]


def test_a_deed_tells_how_far_it_is_in_transactions_of_their_own(
    database: object, switch_role: Switch, as_role: AsRole
) -> None:
    seen: list[tuple[Any, ...]] = []

    def work(job: Job, *, at: object, tell: tasks.Tell) -> dict[str, Any]:
        tell("reading", 3, 10)
        other = as_role("admin", autocommit=True)
        seen.extend(other.execute("SELECT status, what, done, total FROM delivery_job").fetchall())
        return {}

    with deed(work) as name:
        job = asked(owner(), name)
        switch_role("jobs")
        tasks.perform(str(job.id))
    assert seen == [("running", "reading", 3, 10)]


def test_a_refused_deed_fails_at_once_with_its_problem(
    database: object, switch_role: Switch
) -> None:
    def work(job: Job, *, at: object, tell: object) -> dict[str, Any]:
        raise JobRefusal.NO_SUCH_TASK.refuse(task="this")

    actor = owner()
    with deed(work) as name:
        job = asked(actor, name)
        switch_role("jobs")
        tasks.perform(str(job.id))
    switch_role("web")
    failed = job_now(actor, job)
    assert (failed.status, failed.attempts) == ("failed", 1)
    assert failed.problem["code"] == "job.no_such_task"
    assert failed.problem["zh"][0] == "没有处理“this”的程序。"


def test_a_task_nobody_does_fails_saying_so(database: object, switch_role: Switch) -> None:
    actor = owner()
    job = asked(actor, "test.unheard_of")
    tasks.keep_time(lambda: AT)
    switch_role("jobs")
    tasks.perform(str(job.id))
    switch_role("web")
    assert job_now(actor, job).problem["code"] == "job.no_such_task"


def test_a_deed_that_breaks_off_is_tried_again_with_longer_waits_until_it_is_given_up(
    database: object, switch_role: Switch
) -> None:
    def work(job: Job, *, at: object, tell: object) -> dict[str, Any]:
        raise ZeroDivisionError("a secret of somebody")

    actor, waits = operator(), []
    with deed(work) as name:
        job = asked(actor, name)
        switch_role("jobs")
        for _ in range(DEED_ATTEMPTS_MOST - 1):
            with pytest.raises(tasks.AgainIn) as again:
                tasks.perform(str(job.id))
            waits.append(again.value.seconds)
        tasks.perform(str(job.id))
        tasks.perform(str(job.id))  # it has ended: nothing more is done
    assert waits == [10, 20, 40, 80]
    switch_role("web")
    dead = job_now(actor, job)
    assert (dead.status, dead.attempts) == ("dead", DEED_ATTEMPTS_MOST)
    assert "ZeroDivisionError" in dead.problem["message"]
    assert "secret" not in str(dead.problem)
    assert [each.id for each in queries.dead_jobs(actor)] == []  # no actor is set: nothing is seen
    with acting(actor):
        assert [each.id for each in queries.dead_jobs(actor)] == [job.id]


def test_a_deed_that_cannot_be_done_now_keeps_its_reason_while_it_waits(
    database: object, switch_role: Switch
) -> None:
    def work(job: Job, *, at: object, tell: object) -> dict[str, Any]:
        raise tasks.NotNow(JobRefusal.NO_SUCH_TASK.problem(task="busy"))

    actor = owner()
    with deed(work) as name:
        job = asked(actor, name)
        switch_role("jobs")
        with pytest.raises(tasks.AgainIn):
            tasks.perform(str(job.id))
    switch_role("web")
    waiting = job_now(actor, job)
    assert (waiting.status, waiting.problem["code"]) == ("asked", "job.no_such_task")


def test_what_a_deed_in_one_transaction_wrote_is_gone_when_it_breaks_off(
    database: object, switch_role: Switch
) -> None:
    attempts: list[int] = []

    def work(job: Job, *, at: Any, tell: object) -> dict[str, Any]:
        attempts.append(1)
        message_send(
            SYSTEM, at=at, topic="t.t", body=TOLD, key=str(len(attempts)), person=job.asked_by
        )
        if len(attempts) == 1:
            raise RuntimeError
        return {}

    with deed(work, whole=True) as name:
        job = asked(owner(), name)
        switch_role("jobs")
        with pytest.raises(tasks.AgainIn):
            tasks.perform(str(job.id))
        tasks.perform(str(job.id))
    assert [each.key for each in outgoing_now(SYSTEM)] == ["2"]


def test_a_job_that_another_worker_holds_is_left_to_it(
    database: object, switch_role: Switch, as_role: AsRole
) -> None:
    actor, done = owner(), []
    with deed(lambda job, *, at, tell: done.append(1) or {}) as name:
        job = asked(actor, name)
        from huoshui.web.delivery.actions.jobs import lock_number

        other = as_role("jobs", autocommit=True)
        other.execute("SELECT pg_advisory_lock(%s)", [lock_number(job.id)])
        switch_role("jobs")
        tasks.perform(str(job.id))
        assert done == []
        other.close()
        assert _until_free(job)
        tasks.perform(str(job.id))
        assert done == [1]


def _until_free(job: Job) -> bool:
    for _ in range(1000):  # the server lets go as soon as it sees the connection closed
        with job_held(job.id) as is_ours:
            if is_ours:
                return True
    return False


def test_a_job_whose_worker_died_is_queued_again_and_one_that_kills_workers_is_given_up(
    database: object, switch_role: Switch, as_role: AsRole
) -> None:
    actor = operator()
    job, waiting = asked(actor, "test.a"), asked(actor, "test.b")
    owner_ = as_role("owner", autocommit=True)
    owner_.execute(
        "UPDATE delivery_job SET status = 'running', attempts = 1 WHERE id = %s", [job.id]
    )
    owner_.execute(
        "UPDATE procrastinate_jobs SET status = 'doing' WHERE args ->> 'job_id' = %s", [str(job.id)]
    )
    switch_role("jobs")
    tasks.keep_time(lambda: AT)
    assert stalled_retry() == [job.id]
    assert queued() == [str(waiting.id), str(job.id)]
    assert stalled_retry() == []
    owner_.execute("UPDATE delivery_job SET attempts = %s", [DEED_ATTEMPTS_MOST])
    tasks.perform(str(job.id))
    switch_role("web")
    dead = job_now(actor, job)
    assert (dead.status, dead.problem["code"]) == ("dead", "job.worker_died")


def test_an_operator_retries_what_failed_and_nobody_else_does(
    database: object, switch_role: Switch
) -> None:
    actor, boss = owner(), operator()
    job = asked(actor, "test.unheard_of")
    tasks.keep_time(lambda: AT)
    with pytest.raises(Refused, match="has not failed"), acting(boss):
        job_retry(boss, at=AT, id=job.id)
    switch_role("jobs")
    tasks.perform(str(job.id))
    switch_role("web")
    with pytest.raises(Refused, match=r"jobs\.retry"), acting(actor):
        job_retry(actor, at=AT, id=job.id)
    with acting(boss):
        assert job_retry(boss, at=AT, id=job.id).status == "asked"
    assert queued().count(str(job.id)) == 2
    with pytest.raises(Refused, match="has not failed"), acting(boss):
        job_retry(boss, at=AT, id=job.id)


def test_others_jobs_are_invisible_and_the_web_cannot_end_or_forge_one(database: object) -> None:
    mine, theirs, boss = owner(), officer(), operator()
    job = asked(mine, "test.x")
    with acting(theirs):
        assert Job.objects.count() == 0
        assert queries.job(theirs, job.id) is None
    with acting(boss):
        assert queries.job(boss, job.id) is not None
        assert Job.objects.filter(id=job.id).update(status="asked", attempts=0) == 0
    with acting(mine):
        assert Job.objects.filter(id=job.id).update(status="asked", attempts=0) == 0
    forged = Job(task="t", key="k", asked_by=mine.person, asked_by_name="x", asked_at=AT)
    with pytest.raises(ProgrammingError), transaction.atomic(), acting(theirs):
        forged.save(force_insert=True)
