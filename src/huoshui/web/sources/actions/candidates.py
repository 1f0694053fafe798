"""Drafts of changed packs: begun, changed one threshold at a time, dropped.

Nothing of a draft is in force.  Each change is made to the text of the packs (`policy.editing`),
the whole is checked, and what comes of it is kept under its digest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from huoshui.kernel.errors import Where
from huoshui.pipeline.requests import archive, archived
from huoshui.policy import editing
from huoshui.policy.editing import EditRefusal, Edits
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import pack_on, read_pack
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.sources.models import Candidate
from huoshui.web.sources.queries.candidates import Latest, latest
from huoshui.web.sources.rules.sandbox import (
    EDITABLE,
    LIVING,
    STATES_ZH,
    CandidateRefusal,
)


@transaction.atomic
def candidate_draft(
    actor: Actor, *, at: dt.datetime, today: dt.date, name: str, of_folders: bool = False
) -> Candidate:
    """Begin a draft of the packs published last, or of those in the platform's own folders."""
    actor.need("pack.draft")
    if not name.strip():
        raise CandidateRefusal.NO_NAME.refuse(where=Where(field="name"))
    base = in_force_kept(today)
    digest = base.digest
    if of_folders:
        folders = read_pack(tuple(settings.HUOSHUI_PACKS), today)
        digest = archive(list(folders.roots), settings.HUOSHUI_HOME, digest=folders.digest)
    made = Candidate.objects.create(
        name=name.strip(),
        origin="folders" if of_folders else "edits",
        base=base.digest,
        digest=digest,
        drafted_by=actor.person,
        drafted_by_name=actor.label,
        drafted_at=at,
        changed_at=at,
    )
    _record(actor, made, at=at, action="pack.drafted", payload={"name": made.name})
    return made


def in_force_kept(today: dt.date) -> Latest:
    """Give what was published last, kept by its digest so that it can be changed and compared."""
    found = latest()
    if found is not None:
        archived(settings.HUOSHUI_HOME, found.digest)
        return found
    pack = pack_on(today)
    archive(list(pack.roots), settings.HUOSHUI_HOME, digest=pack.digest)
    return Latest(None, pack.digest, today, "", None)


@transaction.atomic
def edit_add(
    actor: Actor, *, at: dt.datetime, candidate: UUID, edit: Mapping[str, Any]
) -> Candidate:
    """Change one threshold of a draft: `edit` has kind, id, part, day, value, cite and reason."""
    actor.need("pack.draft")
    held = held_for_change(candidate)
    if not str(edit["reason"]).strip():
        raise CandidateRefusal.NO_REASON.refuse(where=Where(field="reason"))
    roots = archived(settings.HUOSHUI_HOME, held.digest)
    said = {**edit, "day": edit["day"].isoformat(), **_before(roots, edit)}
    said |= {"by": actor.label, "at": at.isoformat()}
    _changed(held, _made(roots, said), [*held.edits, said], at=at)
    kept = {name: value for name, value in said.items() if name not in ("by", "at")}
    _record(actor, held, at=at, action="pack.edited", payload=kept)
    return held


@transaction.atomic
def edit_remove(actor: Actor, *, at: dt.datetime, candidate: UUID, nth: int) -> Candidate:
    """Take one change out of a draft again; the others are made anew."""
    actor.need("pack.draft")
    held = held_for_change(candidate)
    if not 0 <= nth < len(held.edits):
        raise CandidateRefusal.NO_SUCH_EDIT.refuse(nth=nth + 1)
    left = [each for place, each in enumerate(held.edits) if place != nth]
    _changed(held, _all_made(held.base, left), left, at=at)
    _record(actor, held, at=at, action="pack.edit_removed", payload={"nth": nth})
    return held


def rebased(held: Candidate, onto: str, *, at: dt.datetime) -> Candidate:
    """Make a draft's changes to the packs published last, where others were published since."""
    if held.base == onto:
        return held
    digest = held.digest if held.origin == "folders" else _all_made(onto, held.edits)
    held.base = onto
    _changed(held, digest, held.edits, at=at)
    return held


@transaction.atomic
def candidate_drop(actor: Actor, *, at: dt.datetime, candidate: UUID) -> Candidate:
    """Give a draft up; it stays on record."""
    actor.need("pack.draft")
    held = held_for_change(candidate)
    held.state, held.changed_at = "dropped", at
    held.save(update_fields=["state", "changed_at"])
    _record(actor, held, at=at, action="pack.dropped", payload={"name": held.name})
    return held


def held_for_change(candidate: UUID) -> Candidate:
    """Lock a draft that may be changed, or refuse."""
    held = held_alive(candidate)
    if held.state not in EDITABLE:
        raise CandidateRefusal.IN_SHADOW.refuse()
    return held


def held_alive(candidate: UUID) -> Candidate:
    """Lock a draft that may still come into force, or refuse."""
    held = Candidate.objects.select_for_update().get(id=candidate)
    if held.state not in LIVING:
        zh = STATES_ZH[held.state]
        raise CandidateRefusal.ENDED.refuse(state=held.state, state_zh=zh)
    return held


def _changed(held: Candidate, digest: str, edits: Sequence[Any], *, at: dt.datetime) -> None:
    held.digest, held.edits, held.changed_at = digest, list(edits), at
    held.state = "drafted" if held.state == "compared" else held.state
    held.save(update_fields=["base", "digest", "edits", "changed_at", "state"])


def _all_made(base: str, edits: Sequence[Mapping[str, Any]]) -> str:
    digest = base
    for each in edits:
        digest = _made(archived(settings.HUOSHUI_HOME, digest), each)
    return digest


def _made(roots: Sequence[Path], edit: Mapping[str, Any]) -> str:
    """Make one change to packs, keep what comes of it, and give its digest."""
    return archive(roots, settings.HUOSHUI_HOME, edits=_texts(roots, edit))


def _texts(roots: Sequence[Path], edit: Mapping[str, Any]) -> Edits:
    """Give the new texts that a change comes to, or refuse as the editor does."""
    id, day = str(edit["id"]), dt.date.fromisoformat(edit["day"])
    value, cite = edit["new"], edit["cite"]
    what, _, spot = str(edit["part"]).partition(":")
    if what == "value":
        return editing.with_value(
            roots,
            edit["kind"],
            id,
            spot or None,
            day=day,
            value=value,
            unit=None,
            cite=cite,
        )
    if what == "band":
        return editing.with_band(roots, id, grade=spot, day=day, at_least=value, cite=cite)
    group, criterion, nth = _spot(id, spot)
    given = {"start" if what == "tier" else "points": value}
    return editing.with_tier(
        roots,
        id,
        group=group,
        criterion=criterion,
        nth=nth,
        day=day,
        cite=cite,
        **given,
    )


def _spot(id: str, text: str) -> tuple[str, str, int]:
    parts = text.split("/")
    if len(parts) != 3 or not parts[2].isdigit():
        raise EditRefusal.NO_PART.refuse(id=id, part=text or "?")
    return parts[0], parts[1], int(parts[2])


def _before(roots: Sequence[Path], edit: Mapping[str, Any]) -> dict[str, str | None]:
    """Give what a threshold is on the day before anything is changed, for the list of changes."""
    pack = read_pack(tuple(roots), edit["day"])
    for each in editing.thresholds_of(pack, edit["kind"], edit["id"]):
        if each.part == edit["part"]:
            old = None if each.value is None else str(each.value)
            return {"old": old, "unit": each.unit}
    raise EditRefusal.NO_PART.refuse(id=edit["id"], part=edit["part"])


def _record(
    actor: Actor, held: Candidate, *, at: dt.datetime, action: str, payload: Mapping[str, Any]
) -> None:
    entry_add(
        actor,
        at=at,
        action=action,
        object_kind="candidate",
        object_id=held.id,
        rule=held.digest,
        payload=payload,
    )
