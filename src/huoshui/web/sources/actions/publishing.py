"""Put a draft in force from a day on: by somebody who has seen what exactly it changes.

What takes effect is what was compared and looked at: the packs are named by their digest, and the
difference by both digests.  Two that publish at once go one after the other; the later one finds
other packs published than those it was compared with, and is refused.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from huoshui.kernel.errors import Where
from huoshui.pipeline.requests import archive, archived
from huoshui.policy.pack import Pack
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import forget_in_force, read_pack
from huoshui.web.audit.rules.actor import SYSTEM, Actor
from huoshui.web.sources.actions.candidates import held_alive, in_force_kept
from huoshui.web.sources.actions.running import run_ask
from huoshui.web.sources.models import Batch, Candidate, Difference, PackPublication
from huoshui.web.sources.queries.candidates import Latest, difference_now, has_seen, latest
from huoshui.web.sources.queries.packs import counts_of
from huoshui.web.sources.rules.sandbox import CandidateRefusal, PublishRefusal

_PUBLISHING = 0x7061636B  # the number of the lock: one publishes at a time


@transaction.atomic
def pack_publish(
    actor: Actor, *, at: dt.datetime, today: dt.date, candidate: UUID, day: dt.date
) -> PackPublication:
    """Put a draft in force from a day on, record it, and ask for a run under it."""
    actor.need("pack.publish")
    _alone()
    held, base = held_alive(candidate), in_force_kept(today)
    seen = _seen(actor, held, base)
    _in_time(day, today, base)
    roots = tuple(archived(settings.HUOSHUI_HOME, held.digest))
    pack = read_pack(roots, day)
    made = PackPublication.objects.create(
        digest=held.digest,
        asof=day,
        packs=[root.name for root in roots],
        counts=counts_of(pack),
        published_at=at,
        published_by=actor.label,
        candidate=held.id,
        difference=seen.id,
    )
    held.state, held.changed_at = "published", at
    held.save(update_fields=["state", "changed_at"])
    entry_add(
        actor,
        at=at,
        action="pack.published",
        object_kind="pack",
        object_id=held.digest,
        rule=held.digest,
        payload={
            "packs": made.packs,
            "counts": made.counts,
            "in_force_from": day.isoformat(),
            "before": base.digest,
            "candidate": str(held.id),
            "difference": str(seen.id),
            "difference_sha256": seen.sha256,
        },
    )
    forget_in_force()
    if day <= today and Batch.objects.exists():
        run_ask(actor, at=at, today=today)
    return made


def _alone() -> None:
    """Wait for whoever is publishing; what they publish is then there to be seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PUBLISHING])


def _seen(actor: Actor, held: Candidate, base: Latest) -> Difference:
    """Give the difference of exactly this draft against what is published, which they have seen."""
    if held.digest == base.digest:
        raise CandidateRefusal.SAME_AS_IN_FORCE.refuse()
    found = difference_now(held, base.digest)
    if found is None and held.base != base.digest and base.at is not None:
        when = base.at.astimezone(_REGION).strftime("%Y-%m-%d %H:%M")
        raise PublishRefusal.NEWER.refuse(who=base.by, when=when)
    if found is None:
        raise PublishRefusal.NOT_COMPARED.refuse()
    if not has_seen(actor.person, found):
        raise PublishRefusal.NOT_SEEN.refuse(name=actor.name)
    return found


_REGION = dt.timezone(dt.timedelta(hours=8))


def _in_time(day: dt.date, today: dt.date, base: Latest) -> None:
    where = Where(field="day")
    if day < today:
        raise PublishRefusal.PAST.refuse(where=where, day=day)
    if day < base.asof:
        raise PublishRefusal.BEFORE_LATEST.refuse(where=where, day=day, latest=base.asof)


def folders_register(folders: Pack, *, at: dt.datetime, today: dt.date) -> bool:
    """Put the packs that the platform was started with in force; say whether they are new.

    Once somebody has published on the platform, folders are no longer taken by themselves: other
    packs in them are drafted, compared and published like any change.  Acts as the system.
    """
    _alone()
    last = latest()
    if last is not None and last.digest == folders.digest:
        return False
    if PackPublication.objects.exclude(candidate=None).exists():
        return False
    archive(list(folders.roots), settings.HUOSHUI_HOME, digest=folders.digest)
    PackPublication.objects.create(
        digest=folders.digest,
        asof=today,
        packs=[root.name for root in folders.roots],
        counts=counts_of(folders),
        published_at=at,
        published_by=SYSTEM.name,
    )
    forget_in_force()
    return True
