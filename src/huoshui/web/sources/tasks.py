"""Deeds of what comes in: take a file in, send repaired rows in, run over everything.

None is in one transaction: the lake is files.  Each may be done again: bytes, rows and runs that
are known already change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

from huoshui.kernel.errors import Problem, Refused
from huoshui.pipeline.requests import RETRIED, Request, perform
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.delivery.actions.jobs import job_ask
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.tasks import NotNow, Tell, deed
from huoshui.web.sources.actions.mirroring import batches_mirror
from huoshui.web.sources.actions.repairing import RESUBMIT
from huoshui.web.sources.actions.running import RUN
from huoshui.web.sources.actions.uploading import INGEST
from huoshui.web.sources.models import Quarantined
from huoshui.web.sources.rules.refusals import RepairRefusal

LOAD = "insights.load"
"""The job that follows a run; `insights` does it, and is asked by name, standing beside us."""


@deed(INGEST, zh="接入数据文件", en="Take a file in")
def ingest(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Take an uploaded file through its feed."""
    place = settings.HUOSHUI_HOME / job.args["place"]
    request = {"place": str(place), "feed": job.args["feed"], "recorded_at": at.isoformat()}
    answer = _performed(Request("ingest", request), tell)
    batches_mirror(settings.HUOSHUI_HOME, at=at)
    files = answer["files"]
    _refuse_refused(files)
    return {"files": files, "link": reverse("sources:feed", args=[job.args["feed"]])}


@deed(RESUBMIT, zh="重新提交修复的数据", en="Send a repaired row in")
def resubmit(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Send a repaired row in; one that is still wrong fails the job, and says why."""
    file = settings.HUOSHUI_HOME / job.args["file"]
    request = Request("resubmit", {"file": str(file), "recorded_at": at.isoformat()})
    answer = _performed(request, tell)
    batches_mirror(settings.HUOSHUI_HOME, at=at)
    files = answer["files"]
    _refuse_refused(files)
    for each in files:
        with acting(SYSTEM):
            still = Quarantined.objects.filter(
                batch=each["batch"], source_row=job.args["row"], resolved_in=None
            ).first()
        if still is not None:
            raise RepairRefusal.STILL_WRONG.refuse(
                batch=still.batch, message=still.message, fix=still.fix
            )
    return {"files": files, "link": reverse("sources:feed", args=[job.args["feed"]])}


@deed(RUN, zh="计算全部主体", en="Run over everything known")
def run(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Run every stage, publish a snapshot, and ask for it to be loaded."""
    args = {"asof": job.args["asof"], "known": job.args["known"]}
    answer = _performed(Request("run", args), tell)
    folder = str(answer["snapshot"])
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


def _performed(request: Request, tell: Tell) -> dict[str, Any]:
    """Ask the pipeline; what may be gone when it is asked again is no refusal yet."""
    home, packs = settings.HUOSHUI_HOME, settings.HUOSHUI_PACKS
    try:
        return perform(request, home=home, packs=packs, on_progress=tell)
    except Refused as refused:
        if all(problem.code in RETRIED for problem in refused.problems):
            raise NotNow(*refused.problems) from refused
        raise


def _refuse_refused(files: list[dict[str, Any]]) -> None:
    problems: list[Problem] = [
        Problem.from_dict(each["problem"]) for each in files if each.get("problem")
    ]
    Refused.raise_any(problems)
