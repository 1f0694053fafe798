"""Deeds of insights: take a snapshot over, and look up the rows behind a subject's figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from huoshui.pipeline.requests import Request, archived, perform
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.tasks import Tell, deed
from huoshui.web.insights.actions.loading import snapshot_load
from huoshui.web.insights.queries.policy import pack_of
from huoshui.web.insights.queries.profile import entity_of
from huoshui.web.insights.queries.snapshots import snapshot_latest
from huoshui.web.insights.rules.facts import facts_of_item
from huoshui.web.insights.rules.refusals import InsightRefusal

LOAD, FACTS = "insights.load", "insights.facts"


@deed(LOAD, zh="载入快照", en="Load a snapshot")
def load(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Load the snapshot that `folder` names, of those under the home."""
    name = Path(str(job.args["folder"])).name
    snapshot = snapshot_load(Path(settings.HUOSHUI_HOME) / "snapshots" / name, at=at, tell=tell)
    return {"snapshot": snapshot.name, "rows": snapshot.rows, "link": "/snapshots"}


@deed(FACTS, zh="查原始记录", en="Look up the rows behind")
def facts(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Give the facts of one item that the figures of the job's own subject were made of."""
    with acting(SYSTEM):
        snapshot = snapshot_latest()
        entity = entity_of(SYSTEM, job.subject_id) if job.subject_id else None
    if entity is None:
        raise InsightRefusal.NO_ENTITY.refuse(name=job.asked_by_name)
    home = Path(settings.HUOSHUI_HOME)
    args = {"subject": entity, "asof": snapshot.asof.isoformat(), "known": snapshot.known}
    answer = perform(
        Request("explain", args),
        home=home,
        packs=archived(home, snapshot.pack_digest),
        on_progress=tell,
    )
    found = facts_of_item(pack_of(snapshot), answer["facts"], str(job.args["item"]))
    return {**found, "link": f"/profile/rows/{job.id}"}
