"""Ask for a run over all that is known, and put packs on record as in force."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction

from huoshui.pipeline.requests import archive
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.models import Job
from huoshui.web.sources.actions.asking import asked_anew
from huoshui.web.sources.models import Batch, PackPublication
from huoshui.web.sources.queries.packs import counts_of
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


def pack_publish(actor: Actor, *, at: dt.datetime, today: dt.date) -> PackPublication:
    """Put on record that the packs this platform runs are in force, and keep a copy of them."""
    actor.need("pack.publish")
    pack = pack_on(today)
    latest = PackPublication.objects.order_by("-published_at").first()
    if latest is not None and latest.digest == pack.digest:
        raise RunRefusal.IN_FORCE.refuse(day=latest.published_at.date().isoformat())
    archive(list(pack.roots), settings.HUOSHUI_HOME, digest=pack.digest)
    with transaction.atomic():
        made = PackPublication.objects.create(
            digest=pack.digest,
            asof=today,
            packs=[root.name for root in pack.roots],
            counts=counts_of(pack),
            published_at=at,
            published_by=actor.label,
        )
        entry_add(
            actor,
            at=at,
            action="pack.published",
            object_kind="pack",
            object_id=pack.digest,
            rule=pack.digest,
            payload={"packs": made.packs, "counts": made.counts},
        )
    return made
