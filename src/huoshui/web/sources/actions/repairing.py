"""A row that was set aside, repaired on a page and sent in again by a job."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.models import Job
from huoshui.web.sources.actions.asking import asked_anew
from huoshui.web.sources.models import Quarantined
from huoshui.web.sources.rules.refusals import RepairRefusal

REPAIRS = "repairs"
RESUBMIT = "sources.resubmit"


def quarantine_repair(
    actor: Actor, *, at: dt.datetime, batch: int, row: int, raw: Mapping[str, str]
) -> Job:
    """Send a row in again with its raw columns as they are now; the same repair is one job."""
    actor.need("quarantine.repair")
    found = Quarantined.objects.filter(batch=batch, source_row=row).first()
    if found is None:
        raise RepairRefusal.NO_SUCH_ROW.refuse(batch=batch, row=row)
    if found.resolved_in is not None:
        raise RepairRefusal.RESOLVED.refuse(batch=batch, row=row, resolved=found.resolved_in)
    repaired = _repaired(found.raw, raw)
    line = json.dumps(
        {"batch": batch, "source_row": row, "raw": repaired}, ensure_ascii=False, sort_keys=True
    )
    digest = hashlib.sha256(line.encode()).hexdigest()
    name = f"{REPAIRS}/{digest}.jsonl"
    _write(settings.HUOSHUI_HOME / name, line + "\n")
    with transaction.atomic():
        args = {"file": name, "batch": batch, "row": row, "feed": found.feed}
        job = asked_anew(actor, at=at, task=RESUBMIT, args=args, key=digest)
        entry_add(
            actor,
            at=at,
            action="quarantine.repaired",
            object_kind="quarantined",
            object_id=f"{batch}/{row}",
            payload={
                "feed": found.feed,
                "reason": found.reason,
                "changed": sorted(k for k in repaired if repaired[k] != found.raw.get(k)),
                "job": str(job.id),
            },
        )
    return job


def _repaired(before: Mapping[str, str | None], given: Mapping[str, str]) -> dict[str, str | None]:
    """Give the row as it is now; an empty field is what it was if that was empty, else nothing."""
    for column in given:
        if column not in before:
            raise RepairRefusal.NO_SUCH_COLUMN.refuse(column=column)
    after: dict[str, str | None] = dict(before)
    for column, text in given.items():
        if text != (before[column] or ""):
            after[column] = text or None
    if after == dict(before):
        raise RepairRefusal.UNCHANGED.refuse()
    return after


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{uuid4().hex}")
    with staged.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(staged, path)
