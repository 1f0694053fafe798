"""Papers that are put to a case: known by their content, within the workflow's size."""

from __future__ import annotations

import datetime as dt
import hashlib
from uuid import UUID, uuid4

from django.db import transaction

from huoshui.policy.machine import Machine
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.models import Case, Document, Move
from huoshui.web.cases.queries.cases import decided_states, machine_on
from huoshui.web.cases.rules.media import media_type, plain_name
from huoshui.web.cases.rules.refusals import CaseRefusal, DocumentRefusal


def may_supply(actor: Actor, case: Case, machine: Machine) -> bool:
    """Say whether a paper may be put to a case now; refuses whoever's role may not at all.

    A case that waits for whom the actor acts for takes papers.  A proposal takes them from its
    proposer as long as a move that needs one has not been made.
    """
    if case.about_id is None or case.about_id != actor.institution:
        actor.need("case.supply")
        waits = machine.states[case.state].waits_for == actor.kind
        return waits and case.state not in decided_states(machine)
    actor.need(machine.moves[machine.workflow.opening].by or "case.supply")
    needing = {m for each in machine.workflow.documents.values() for m in each.required_for}
    is_made = Move.objects.filter(case=case, move__in=needing).exists()
    return not is_made and not machine.states[case.state].ends


@transaction.atomic
def document_add(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    case: UUID,
    kind: str,
    name: str,
    body: bytes,
) -> Document:
    """Put a file to a case while it waits for whom the actor acts for; the same file is one."""
    held = Case.objects.select_for_update().filter(id=case).first()
    if held is None:
        raise CaseRefusal.UNKNOWN.refuse()
    machine = machine_on(held.kind, today)
    state = machine.states[held.state]
    if not may_supply(actor, held, machine):
        raise DocumentRefusal.NOT_NOW.refuse(state=state.label.en, state_zh=state.label.zh)
    wanted = machine.workflow.documents.get(kind)
    if wanted is None:
        raise DocumentRefusal.NO_SUCH_KIND.refuse(kind=kind)
    named = plain_name(name)
    if not body:
        raise DocumentRefusal.EMPTY.refuse(name=named)
    most = machine.values[wanted.bytes_most]
    if most is None or len(body) > most:
        raise DocumentRefusal.TOO_LARGE.refuse(name=named, bytes=len(body), most=most)
    found = media_type(body)
    if found not in wanted.media_types:
        known = ", ".join(wanted.media_types)
        raise DocumentRefusal.WRONG_KIND.refuse(name=named, found=found, known=known)
    digest = hashlib.sha256(body).hexdigest()
    same = Document.objects.filter(case=held, kind=kind, sha256=digest).defer("body").first()
    if same is not None:
        return same
    made = Document.objects.create(
        id=uuid4(),
        case=held,
        subject_id=held.subject_id,
        institution_id=actor.institution,
        kind=kind,
        name=named,
        media_type=found,
        bytes_count=len(body),
        sha256=digest,
        body=body,
        at=at,
        by=actor.person,
        by_name=actor.name,
    )
    entry_add(
        actor,
        at=at,
        action="document.added",
        object_kind="case",
        object_id=held.id,
        subject=held.subject_id,
        # A draft is its subject's own, and so is the record of it.
        institution=held.institution_id if held.shown_at else None,
        payload={"kind": kind, "name": named, "sha256": digest, "bytes": len(body)},
    )
    return made
