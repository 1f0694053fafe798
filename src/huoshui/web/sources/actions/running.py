"""Ask for a run over all that is known, under the packs in force on the day."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.models import Job
from huoshui.web.sources.actions.asking import asked_anew
from huoshui.web.sources.models import Batch
from huoshui.web.sources.queries.candidates import in_shadow
from huoshui.web.sources.rules.refusals import RunRefusal

RUN = "sources.run"


def run_ask(actor: Actor, *, at: dt.datetime, today: dt.date) -> Job:
    """Ask for a run and its snapshot: one job for the facts, the packs and the day there are."""
    actor.need("run.ask")
    last = Batch.objects.order_by("-number").first()
    if last is None:
        raise RunRefusal.NO_FACTS.refuse()
    pack = pack_on(today)
    args = {"asof": today.isoformat(), "known": last.number}
    key = f"{last.number}/{today.isoformat()}/{pack.digest}"
    beside = in_shadow()
    if beside is not None:
        args["shadow"] = beside.digest
        key += f"/{beside.digest}"
    with transaction.atomic():
        job = asked_anew(actor, at=at, task=RUN, args=args, key=key)
        entry_add(
            actor,
            at=at,
            action="run.asked",
            object_kind="job",
            object_id=job.id,
            rule=pack.digest,
            payload=args,
        )
    return job
