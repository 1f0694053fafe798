"""The tasks that the jobs process knows, and the deeds that jobs are made of, by name.

A deed is written where it belongs, in the `tasks` module of its app, and called by its job's
`task`.  Nothing takes effect twice: a job is held by one worker at a time, an ended job is never
begun again, and a deed either is database work that commits together with its end
(`in_one_transaction`), or changes nothing when it is done once more.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import procrastinate
from django.db import close_old_connections

from huoshui.kernel.errors import Problem, Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.delivery.actions import jobs
from huoshui.web.delivery.actions.outbox import RELAY
from huoshui.web.delivery.actions.recovery import stalled_retry
from huoshui.web.delivery.actions.relay import deliver_due
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.rules.patience import PROGRESS_WAIT_SECONDS
from huoshui.web.delivery.rules.refusals import JobRefusal, broken_off

log = logging.getLogger(__name__)

Tell = Callable[[str, int, int], None]
"""How a deed tells of itself: what is being done, how much of it is done, of how much."""

Work = Callable[..., Mapping[str, Any]]
"""`work(job, *, at, tell)` gives the job's result.

It acts as the system: database work of a deed that is not in one transaction stands within
`acting(SYSTEM)`.
"""


@dataclass(frozen=True)
class Deed:
    """What is done for a job of some name, and what pages call it."""

    name: str
    label: Mapping[str, str]
    work: Work
    in_one_transaction: bool


DEEDS: dict[str, Deed] = {}


def deed(
    name: str, *, zh: str, en: str, in_one_transaction: bool = False
) -> Callable[[Work], Work]:
    """Make a function the deed of a name; `in_one_transaction` where it is only database work."""

    def made(work: Work) -> Work:
        assert name not in DEEDS or DEEDS[name].work.__module__ == work.__module__, name
        DEEDS[name] = Deed(name, {"zh": zh, "en": en}, work, in_one_transaction)
        return work

    return made


class NotNow(Exception):  # noqa: N818 - raised by deeds to say it
    """Raised by a deed that cannot be done now but may be later; it is tried again."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


class AgainIn(Exception):  # noqa: N818 - it tells the queue when, and is no error
    """Raised by `perform` to be called again after so many seconds."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"again in {seconds} s")


class _AsTold(procrastinate.BaseRetryStrategy):
    """Try again when `perform` says so; whatever else escapes it, such as a lost database, soon."""

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> procrastinate.RetryDecision:
        """Say when."""
        seconds = exception.seconds if isinstance(exception, AgainIn) else 15
        return procrastinate.RetryDecision(retry_in={"seconds": seconds})


_clock: list[Callable[[], dt.datetime]] = []


def keep_time(clock: Callable[[], dt.datetime]) -> None:
    """Say how the jobs process learns what time it is; `project.worker` does, before all else."""
    _clock[:] = [clock]


def _now() -> dt.datetime:
    assert _clock, "keep_time was not called"
    return _clock[0]()


def perform(job_id: str) -> None:
    """Do a job, once in effect; raise only to be called again later."""
    close_old_connections()
    id = UUID(job_id)
    with jobs.job_held(id) as is_ours:
        # Where another worker holds it, that one ends it; should it die, `stalled_retry` sees.
        job = jobs.job_begin(id, at=_now()) if is_ours else None
        if job is None:
            return
        try:
            _done(job)
        except Refused as refused:
            jobs.job_refused(id, at=_now(), problems=refused.problems)
        except NotNow as later:
            _put_back(id, later.problems, later)
        except Exception as error:
            log.exception("job %s (%s) broke off", job.id, job.task)
            _put_back(id, (broken_off(error),), error)


def _done(job: Job) -> None:
    made = DEEDS.get(job.task)
    if made is None:
        raise JobRefusal.NO_SUCH_TASK.refuse(task=job.task)
    if made.in_one_transaction:
        with acting(SYSTEM):
            # A connection lost and found again no longer holds the job: `job_done` sees to it
            # that whoever ended the job meanwhile has ended it alone.
            result = made.work(job, at=_now(), tell=_silent)
            if not jobs.job_done(job.id, at=_now(), result=result):
                raise NotNow(JobRefusal.NOT_ENDED_BADLY.problem())
        return
    result = made.work(job, at=_now(), tell=_teller(job.id))
    jobs.job_done(job.id, at=_now(), result=result)


def _put_back(id: UUID, problems: tuple[Problem, ...], cause: Exception) -> None:
    wait = jobs.job_stumbled(id, at=_now(), problems=problems)
    if wait is not None:
        raise AgainIn(wait) from cause


def _silent(what: str, done: int, total: int) -> None:
    """Tell nobody: within one transaction nobody would see it before the end."""


def _teller(id: UUID) -> Tell:
    last = [float("-inf")]

    def tell(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - last[0] >= PROGRESS_WAIT_SECONDS:
            last[0] = now
            jobs.job_tell(id, what=what, done=done, total=total)

    return tell


def relay() -> None:
    """Deliver what is due."""
    close_old_connections()
    deliver_due(at=_now())


def recover() -> None:
    """Put jobs of dead workers back into the queue."""
    close_old_connections()
    found = stalled_retry()
    if found:
        log.warning("put %d stranded jobs back into the queue", len(found))


def chore(
    app: procrastinate.App, name: str, work: Callable[[dt.datetime], object], *, cron: str
) -> None:
    """Add something done by the clock: `cron` has five fields, or six with seconds at the end."""

    def done(timestamp: int) -> None:
        close_old_connections()
        work(_now())

    app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(done))


def register(app: procrastinate.App) -> None:
    """Add the tasks to the jobs process's own app.

    Procrastinate has by then imported the `tasks` module of every app, and with it the deeds.
    """
    app.task(name=jobs.PERFORM, retry=_AsTold())(perform)
    app.task(name=RELAY)(relay)
    chore(app, "delivery.relay_due", lambda at: deliver_due(at=at), cron="* * * * * */5")
    chore(app, "delivery.recover", lambda at: recover(), cron="* * * * * */10")
