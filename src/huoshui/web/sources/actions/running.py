"""Ask for a run over all that is known, under the packs in force on the day."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import SYSTEM, Actor
from huoshui.web.delivery.models import Job
from huoshui.web.sources.actions.asking import asked_anew
from huoshui.web.sources.models import Batch
from huoshui.web.sources.queries.candidates import in_shadow
from huoshui.web.sources.rules.refusals import RunRefusal

RUN = "sources.run"


def run_ask(actor: Actor, *, at: dt.datetime, today: dt.date) -> Job:
    """Ask for a run and its snapshot: one job for the facts, the packs and the day there are."""
    actor.need("run.ask")
    return _asked(actor, at=at, today=today)


def run_follow(*, at: dt.datetime, today: dt.date) -> Job:
    """Ask, in the platform's own name, for the run that follows from facts just taken in.

    Where many follow each other, those still waiting give way to the last.
    """
    return _asked(SYSTEM, at=at, today=today, gives_way=True)


def _asked(actor: Actor, *, at: dt.datetime, today: dt.date, gives_way: bool = False) -> Job:
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
    if gives_way:
        args["gives_way"] = True
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


def run_ahead(job: Job) -> Job | None:
    """Give a later run of the same day that is waiting, if this one may give way to it."""
    if not job.args.get("gives_way"):
        return None
    found: Job | None = Job.objects.filter(
        task=RUN, status="asked", args__asof=job.args["asof"], args__known__gt=job.args["known"]
    ).first()
    return found
