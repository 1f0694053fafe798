"""Deeds of what comes in: take a file in, send repaired rows in, run over everything.

None is in one transaction: the lake is files.  Each may be done again: bytes, rows and runs that
are known already change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from huoshui.kernel.errors import Problem, Refused
from huoshui.pipeline.requests import RETRIED, Request, archived, perform
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import roots_on
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.delivery.actions.jobs import job_ask
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.tasks import NotNow, Tell, deed
from huoshui.web.sources.actions.comparing import COMPARE, difference_keep, list_file
from huoshui.web.sources.actions.mirroring import batches_mirror
from huoshui.web.sources.actions.repairing import RESUBMIT
from huoshui.web.sources.actions.running import RUN, run_ahead, run_follow
from huoshui.web.sources.actions.shadowing import matches_load
from huoshui.web.sources.actions.uploading import INGEST
from huoshui.web.sources.models import Difference, Quarantined
from huoshui.web.sources.rules.refusals import RepairRefusal

IDENTITY = "sources.identity"
"""The job that a word on an uncertain pair asks for; `insights` asks for it by name."""

LOAD = "insights.load"
"""The job that follows a run; `insights` does it, and is asked by name, standing beside us."""


@deed(INGEST, zh="接入数据文件", en="Take a file in")
def ingest(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Take an uploaded file through its feed."""
    place = settings.HUOSHUI_HOME / job.args["place"]
    request = {"place": str(place), "feed": job.args["feed"], "recorded_at": at.isoformat()}
    answer = _performed(Request("ingest", request), tell, _day(at))
    batches_mirror(settings.HUOSHUI_HOME, at=at)
    files = answer["files"]
    _refuse_refused(files)
    return {"files": files, "link": reverse("sources:feed", args=[job.args["feed"]])}


@deed(IDENTITY, zh="接入身份认定", en="Take a decision on identity in")
def identity(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Take in what somebody decided of a record and an entity, and ask for the run that follows."""
    place = settings.HUOSHUI_HOME / job.args["place"]
    request = {"place": str(place), "feed": job.args["feed"], "recorded_at": at.isoformat()}
    files = _performed(Request("ingest", request), tell, _day(at))["files"]
    batches_mirror(settings.HUOSHUI_HOME, at=at)
    _refuse_refused(files)
    with acting(SYSTEM):
        for each in files:
            _refuse_set_aside(Quarantined.objects.filter(batch=each["batch"], resolved_in=None))
        run = run_follow(at=at, today=_day(at))
    return {"files": files, "link": reverse("delivery:job", args=[run.id])}


@deed(RESUBMIT, zh="重新提交修复的数据", en="Send a repaired row in")
def resubmit(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Send a repaired row in; one that is still wrong fails the job, and says why."""
    file = settings.HUOSHUI_HOME / job.args["file"]
    request = Request("resubmit", {"file": str(file), "recorded_at": at.isoformat()})
    answer = _performed(request, tell, _day(at))
    batches_mirror(settings.HUOSHUI_HOME, at=at)
    files = answer["files"]
    _refuse_refused(files)
    for each in files:
        with acting(SYSTEM):
            _refuse_set_aside(
                Quarantined.objects.filter(
                    batch=each["batch"], source_row=job.args["row"], resolved_in=None
                )
            )
    return {"files": files, "link": reverse("sources:feed", args=[job.args["feed"]])}


@deed(RUN, zh="计算全部主体", en="Run over everything known")
def run(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Run every stage, publish a snapshot, and ask for it to be loaded."""
    with acting(SYSTEM):
        ahead = run_ahead(job)
    if ahead is not None:
        return {"link": reverse("delivery:job", args=[ahead.id])}
    args = {"asof": job.args["asof"], "known": job.args["known"]}
    beside = job.args.get("shadow")
    if beside is not None:
        args["shadow"] = str(archived(settings.HUOSHUI_HOME, beside)[0].parent)
    answer = _performed(Request("run", args), tell, dt.date.fromisoformat(args["asof"]))
    folder = str(answer["snapshot"])
    if beside is not None:
        matches_load(beside, Path(answer["shadow"]["file"]), at=at)
    with acting(SYSTEM):
        loading = job_ask(
            SYSTEM, at=at, task=LOAD, args={"folder": folder}, key=f"{folder}/{job.id}"
        )
    counted = {name: n for name, n in answer.items() if name in ("entities", "facts", "offerings")}
    return {
        **counted,
        "snapshot": Path(folder).name,
        "link": reverse("delivery:job", args=[loading.id]),
    }


@deed(COMPARE, zh="计算政策变更的影响", en="Work out what a change of policy would do")
def difference(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Compare a draft with the packs it was made from, and keep the report and the list."""
    home = settings.HUOSHUI_HOME
    with acting(SYSTEM):
        asked = Difference.objects.select_related("candidate").get(id=job.args["difference"])
    place = list_file(home, asked.id)
    args = {
        "changed": str(archived(home, asked.digest)[0].parent),
        "asof": asked.asof.isoformat(),
        "known": asked.known,
        "list": str(place),
        "lang": job.args["language"],
    }
    report = _asked_of(Request("diff", args), archived(home, asked.base), tell)
    difference_keep(home, asked.id, report, at=at)
    path = reverse("sources:difference", args=[asked.candidate_id, asked.id])
    return {"definitions": len(report["definitions"]), "link": path}


def _day(at: dt.datetime) -> dt.date:
    """Give the business day of a moment: the one that was set, or the day in the region."""
    if settings.HUOSHUI_DAY:
        return dt.date.fromisoformat(settings.HUOSHUI_DAY)
    return at.astimezone(dt.timezone(dt.timedelta(hours=8))).date()


def _performed(request: Request, tell: Tell, day: dt.date) -> dict[str, Any]:
    """Ask the pipeline under the packs in force on a day."""
    return _asked_of(request, roots_on(day), tell)


def _asked_of(request: Request, packs: Sequence[Path], tell: Tell) -> dict[str, Any]:
    """Ask the pipeline; what may be gone when it is asked again is no refusal yet."""
    try:
        return perform(request, home=settings.HUOSHUI_HOME, packs=packs, on_progress=tell)
    except Refused as refused:
        if all(problem.code in RETRIED for problem in refused.problems):
            raise NotNow(*refused.problems) from refused
        raise


def _refuse_set_aside(found: QuerySet[Quarantined]) -> None:
    """Refuse with what is still wrong of a row that must not be set aside."""
    still = found.first()
    if still is not None:
        raise RepairRefusal.STILL_WRONG.refuse(
            batch=still.batch, message=still.message, fix=still.fix
        )


def _refuse_refused(files: list[dict[str, Any]]) -> None:
    problems: list[Problem] = [
        Problem.from_dict(each["problem"]) for each in files if each.get("problem")
    ]
    Refused.raise_any(problems)
