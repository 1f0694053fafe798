"""What a draft would change: asked for as a job, kept, and seen by whoever is to publish it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import SYSTEM, Actor
from huoshui.web.delivery.models import Job
from huoshui.web.sources.actions.asking import asked_anew
from huoshui.web.sources.actions.candidates import held_alive, in_force_kept, rebased
from huoshui.web.sources.models import Batch, Candidate, Difference, DifferenceSeen
from huoshui.web.sources.queries.candidates import day_of
from huoshui.web.sources.rules.refusals import RunRefusal
from huoshui.web.sources.rules.sandbox import EDITABLE, CandidateRefusal

COMPARE = "sources.difference"
FOLDER = "differences"
SHOWN_MOST = 10
"""How many of a definition's subjects are kept with the page; the list for download has all."""


@transaction.atomic
def difference_ask(
    actor: Actor, *, at: dt.datetime, today: dt.date, candidate: UUID, language: str
) -> tuple[Difference, Job]:
    """Ask what a draft would change against the packs published last, over all that is known."""
    actor.need("pack.draft")
    held = held_alive(candidate)
    base = in_force_kept(today)
    if held.state in EDITABLE:  # what runs in shadow stays as it is
        held = rebased(held, base.digest, at=at)
    if held.digest == base.digest:
        raise CandidateRefusal.SAME_AS_IN_FORCE.refuse()
    last = Batch.objects.order_by("-number").first()
    if last is None:
        raise RunRefusal.NO_FACTS.refuse()
    made, is_new = Difference.objects.get_or_create(
        candidate=held,
        base=base.digest,
        digest=held.digest,
        asof=day_of(held, today),
        known=last.number,
        defaults={"asked_at": at},
    )
    args = {"difference": str(made.id), "language": language}
    job = asked_anew(actor, at=at, task=COMPARE, args=args, key=str(made.id))
    if made.job != job.id:
        made.job = job.id
        made.save(update_fields=["job"])
    if is_new:
        entry_add(
            actor,
            at=at,
            action="difference.asked",
            object_kind="difference",
            object_id=made.id,
            rule=held.digest,
            payload={"candidate": str(held.id), "base": base.digest, "known": last.number},
        )
    return made, job


def difference_keep(
    home: Path, difference: UUID, report: Mapping[str, Any], *, at: dt.datetime
) -> Difference:
    """Keep a report: the whole as a file, for pages without most of the subjects that move."""
    text = json.dumps(report, ensure_ascii=False, sort_keys=True).encode()
    place = report_file(home, difference)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text)
    moved = [{**each, "subjects": each["subjects"][:SHOWN_MOST]} for each in report["moved"]]
    with acting(SYSTEM):
        found = Difference.objects.select_for_update().get(id=difference)
        found.result = {**report, "moved": moved}
        found.sha256, found.made_at = hashlib.sha256(text).hexdigest(), at
        found.save(update_fields=["result", "sha256", "made_at"])
        Candidate.objects.filter(
            id=found.candidate_id, digest=found.digest, state="drafted"
        ).update(state="compared")
    return found


def report_file(home: Path, difference: UUID) -> Path:
    """Say where the whole report of a difference lies."""
    return home / FOLDER / f"{difference}.json"


def list_file(home: Path, difference: UUID) -> Path:
    """Say where the list of everybody who moves lies."""
    return home / FOLDER / f"{difference}.csv"


def difference_see(actor: Actor, found: Difference, *, at: dt.datetime) -> bool:
    """Write down that somebody has looked at a difference; say whether it was the first time."""
    assert found.made_at is not None, "what is not made yet cannot be seen"
    assert actor.person is not None, "a person looks"
    with transaction.atomic():
        if DifferenceSeen.objects.filter(difference=found, person=actor.person).exists():
            return False
        made = DifferenceSeen(difference=found, person=actor.person, at=at)
        # Two windows of one person: the later one finds it seen.
        DifferenceSeen.objects.bulk_create([made], ignore_conflicts=True)
        entry_add(
            actor,
            at=at,
            action="difference.seen",
            object_kind="difference",
            object_id=found.id,
            rule=found.digest,
            payload={"base": found.base, "digest": found.digest, "sha256": found.sha256},
        )
    return True
