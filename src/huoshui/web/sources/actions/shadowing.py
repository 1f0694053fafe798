"""A draft in shadow: later runs compute it too, and what it decides otherwise is kept.

It decides nothing.  What it would have said of the latest run's matches replaces what it said of
the run before; what it would have said of cases stays for as long as the draft does.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from uuid import UUID

import pyarrow.parquet as pq
from django.db import transaction

from huoshui.kernel.errors import Where
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import SYSTEM, Actor
from huoshui.web.sources.actions.candidates import held_for_change, in_force_kept
from huoshui.web.sources.models import Candidate, Disagreement
from huoshui.web.sources.queries.candidates import difference_now, in_shadow
from huoshui.web.sources.rules.sandbox import CandidateRefusal

_ROWS_AT_ONCE = 5000


@transaction.atomic
def shadow_begin(actor: Actor, *, at: dt.datetime, today: dt.date, candidate: UUID) -> Candidate:
    """Let a draft run beside the packs in force from now on."""
    actor.need("pack.shadow")
    other = in_shadow()
    if other is not None:
        name = other.name
        raise CandidateRefusal.OTHER_IN_SHADOW.refuse(where=Where(field="state"), name=name)
    held = held_for_change(candidate)
    if held.digest == in_force_kept(today).digest:
        raise CandidateRefusal.SAME_AS_IN_FORCE.refuse()
    held.state, held.shadow_since, held.changed_at = "shadow", at, at
    held.save(update_fields=["state", "shadow_since", "changed_at"])
    _record(actor, held, at=at, action="shadow.begun")
    return held


@transaction.atomic
def shadow_end(actor: Actor, *, at: dt.datetime, candidate: UUID) -> Candidate:
    """Take a draft out of shadow; what it decided otherwise until now stays listed."""
    actor.need("pack.shadow")
    held = Candidate.objects.select_for_update().get(id=candidate)
    if held.state != "shadow":
        raise CandidateRefusal.NOT_IN_SHADOW.refuse()
    was_compared = difference_now(held, held.base) is not None
    held.state, held.changed_at = "compared" if was_compared else "drafted", at
    held.save(update_fields=["state", "changed_at"])
    _record(actor, held, at=at, action="shadow.ended")
    return held


def _record(actor: Actor, held: Candidate, *, at: dt.datetime, action: str) -> None:
    entry_add(
        actor,
        at=at,
        action=action,
        object_kind="candidate",
        object_id=held.id,
        rule=held.digest,
        payload={"name": held.name},
    )


def matches_load(digest: str, file: Path, *, at: dt.datetime) -> int:
    """Take over what a draft decided otherwise in a run; give how many matches those are."""
    table = pq.read_table(file)
    with acting(SYSTEM):
        candidate = Candidate.objects.filter(state="shadow", digest=digest).first()
        if candidate is None:  # taken out of shadow while the run was under way
            return 0
        Disagreement.objects.filter(candidate=candidate, kind="match").delete()
        for part in table.to_batches(max_chunksize=_ROWS_AT_ONCE):
            Disagreement.objects.bulk_create(
                Disagreement(
                    candidate=candidate,
                    kind="match",
                    of=row["kind"],
                    definition=row["definition"],
                    entity=row["entity"],
                    in_force=row["in_force"],
                    verdict=row["candidate"],
                    clauses=row["clauses"],
                    at=at,
                )
                for row in part.to_pylist()
            )
    return int(table.num_rows)
