"""The one way a case is opened and moved: under its row's lock, by its workflow, on the record.

The pure machine says whether a move may be made and where it leads; this carries it out in one
transaction: the move with its number, the case, what the move brings about (`effects`), the entry
in the record and the messages to those who should know.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from huoshui.policy.machine import (
    ActorView,
    CaseView,
    GuardFact,
    Machine,
    Moved,
    move_apply,
    shown_fields,
)
from huoshui.policy.pack import Pack
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import BY_RULE, Actor
from huoshui.web.cases.actions.evidence import Evidence
from huoshui.web.cases.models import Case, CaseParty, Move
from huoshui.web.cases.queries.cases import acting_in, machine_on, opening_of, view_of
from huoshui.web.cases.queries.guards import Question, facts_for
from huoshui.web.cases.rules.refusals import CaseRefusal
from huoshui.web.delivery.actions.outbox import message_send
from huoshui.web.parties.models import Institution, Subject


@dataclass
class Step:
    """A move being carried out, for the effects to look at."""

    actor: Actor
    at: dt.datetime
    today: dt.date
    pack: Pack
    machine: Machine
    case: Case
    name: str
    moved: Moved
    reasons: tuple[str, ...]
    n: int
    is_automatic: bool = False
    evidence: Evidence | None = None  # read before, where a rule decides
    made: dict[str, Any] = field(default_factory=dict)  # by effect, what it brought about


Effect = Callable[[Step], Any]
EFFECTS: dict[str, Effect] = {}
"""What carries out each effect that workflows may name; filled by `actions.effects`."""


@transaction.atomic
def case_open(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    kind: str,
    key: str,
    fields: Mapping[str, object],
    offering: str | None = None,
    institution: UUID | None = None,
    parent: Case | None = None,
) -> tuple[Case, bool]:
    """Open a case by its workflow's first move; the same key again gives the same case.

    Gives the case, and whether it was opened now.
    """
    machine = machine_on(kind, today)
    party = _opened_for(actor, machine)
    found = Case.objects.filter(**party, key=key).first()
    if found is not None:
        return found, False
    draft = Case(
        id=uuid4(),
        kind=kind,
        **party,
        **_called(party),
        institution_id=institution,
        offering=offering,
        parent=parent,
        opened_by=actor.person,
        opened_by_name=actor.name,
        opened_at=at,
        moved_at=at,
        key=key,
    )
    draft.ref = f"{today:%Y%m%d}-{draft.id.hex[:8].upper()}"
    opening = opening_of(machine, actor)
    asked = Question(actor, draft, machine, fields, at, today)
    moved = move_apply(
        machine,
        CaseView(),
        opening,
        acting_in(actor, draft),
        fields=fields,
        facts=facts_for(asked, opening),
        at=at,
    )
    _stand(draft, machine, moved, at)
    draft.pack_digest, draft.moves_count = pack_on(today).digest, 1
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        # Another request with the same key was faster; what it opened is what was asked for.
        return Case.objects.get(**party, key=key), False
    _carry_out(Step(actor, at, today, pack_on(today), machine, draft, opening, moved, (), 1), None)
    return draft, True


def _opened_for(actor: Actor, machine: Machine) -> dict[str, UUID | None]:
    """Say whom a case that the actor opens is about: their subject, or their institution."""
    if machine.workflow.about == "subject":
        return {"subject_id": actor.subject}
    kinds = machine.workflow.institution_kinds
    own = Institution.objects.filter(id=actor.institution).first()
    if own is None or (kinds and own.kind not in kinds):
        label = machine.workflow.label
        raise CaseRefusal.NOT_FOR_THIS_INSTITUTION.refuse(
            workflow=label.en, workflow_zh=label.zh, name=actor.name
        )
    return {"about_id": own.id}


def _called(party: Mapping[str, UUID | None]) -> dict[str, str | None]:
    """Give the name and the code of whom a case is about, as they are now."""
    if "about_id" in party:
        own = Institution.objects.get(id=party["about_id"])
        return {"subject_name": own.label_zh, "subject_code": None}
    subject = Subject.objects.get(id=party["subject_id"])
    return {"subject_name": subject.name, "subject_code": subject.code}


@transaction.atomic
def case_move(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    case: UUID,
    move: str,
    fields: Mapping[str, object] | None = None,
    reasons: Sequence[str] = (),
    by_rule: bool = False,
    facts: Mapping[str, GuardFact] | None = None,
    evidence: Evidence | None = None,
) -> Step:
    """Move a case, or refuse with every reason why not.

    `by_rule` makes it the system's move in the actor's name, with `facts` and `evidence` that
    whoever asked the rule has found.
    """
    # In this order everywhere: the case's row, then a quota's.  Two moves at once become one
    # after the other, and the second sees what the first left.
    held = Case.objects.select_for_update().filter(id=case).first()
    if held is None:
        raise CaseRefusal.UNKNOWN.refuse()
    said = dict(fields or {})
    machine = machine_on(held.kind, today)
    asked = Question(actor, held, machine, said, at, today)
    moved = move_apply(
        machine,
        view_of(held),
        move,
        ActorView("system") if by_rule else acting_in(actor, held),
        fields=said,
        reasons=tuple(reasons),
        facts={**facts_for(asked, move), **(facts or {})},
        at=at,
    )
    before = held.state
    _stand(held, machine, moved, at)
    held.pack_digest = pack_on(today).digest
    held.moves_count += 1
    names = ["state", "fields", "moved_at", "due_at", "moves_count", "pack_digest", "shown_at"]
    held.save(update_fields=names)
    step = Step(
        actor,
        at,
        today,
        pack_on(today),
        machine,
        held,
        move,
        moved,
        tuple(reasons),
        held.moves_count,
        is_automatic=by_rule,
        evidence=evidence,
    )
    _carry_out(step, before)
    return step


def _stand(case: Case, machine: Machine, moved: Moved, at: dt.datetime) -> None:
    case.state, case.due_at, case.moved_at = moved.state, moved.due_at, at
    case.fields = dict(moved.fields)
    if case.shown_at is None and machine.states[moved.state].waits_for == "institution":
        case.shown_at = at


def _carry_out(step: Step, before: str | None) -> None:
    actor, case = step.actor, step.case
    Move.objects.create(
        case=case,
        subject_id=case.subject_id,
        institution_id=actor.institution if actor.kind == "institution" else None,
        n=step.n,
        move=step.name,
        state_from=before or "",
        state_to=step.moved.state,
        at=step.at,
        by_kind="system" if step.is_automatic else actor.kind,
        by=actor.person,
        by_name=actor.name,
        fields=dict(step.moved.said),
        reasons=list(step.reasons),
        pack_digest=step.pack.digest,
    )
    for effect in step.moved.effects:
        step.made[effect] = EFFECTS[effect](step)
    _record(step, before)
    _tell(step)


def _record(step: Step, before: str | None) -> None:
    case, workflow = step.case, step.machine.workflow
    # Both sides may read an entry with its payload, so what is said inside is in it as a digest.
    public = shown_fields(step.machine, step.moved.case, step.moved.said, party="nobody")
    text = json.dumps(dict(step.moved.said), sort_keys=True, ensure_ascii=False)
    payload: dict[str, Any] = {
        "ref": case.ref,
        "n": step.n,
        "from": before,
        "to": step.moved.state,
        "fields": public,
        "said_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "reasons": list(step.reasons),
        "automatic": step.is_automatic,
    }
    if "decision" in step.made:
        payload["decision"] = step.made["decision"]
    entry_add(
        step.actor,
        at=step.at,
        action=f"{case.kind}.{step.name}",
        object_kind="case",
        object_id=case.id,
        subject=case.subject_id,
        institution=_other_side(step) or step.actor.institution,
        rule=f"{step.pack.digest} {workflow.cite}",
        payload=payload,
        reason=", ".join(step.reasons) or None,
    )


def _other_side(step: Step) -> UUID | None:
    """Name the institution that reads the record of a move beside whoever made it.

    A case between two institutions is read by the one that did not make the move: whoever made it
    reads their own deeds as a person.
    """
    case = step.case
    if case.about_id is None or step.actor.institution == case.about_id:
        return case.institution_id
    return case.about_id


def _tell(step: Step) -> None:
    """Tell the other side: the subject of an institution's moves, and the other way round."""
    case, records = step.case, step.moved.move.records
    if case.shown_at is None:
        return
    by_zh = by_en = step.actor.name
    if step.moved.move.party in ("subject", "proposer"):
        by_zh = by_en = case.subject_name
    elif step.actor.name.startswith(BY_RULE):
        by_zh, by_en = "", "it"
    body = {
        "zh": f"{step.machine.workflow.label.zh} {case.ref}：{by_zh}{records.zh}",
        "en": f"{step.machine.workflow.label.en} {case.ref}: {by_en} {records.en}",
        "link": f"/cases/{case.id}",
    }
    receivers: list[dict[str, UUID]] = []
    if step.moved.move.party not in ("subject", "proposer") and not _is_inside(step):
        receivers.append(_whom(case))
    if step.moved.move.party != "institution":
        receivers += [{"institution": each} for each in _institutions(case)]
    for receiver in receivers:
        message_send(
            step.actor,
            at=step.at,
            topic=f"{case.kind}.{step.name}",
            body=body,
            key=f"{case.id}:{step.n}",
            **receiver,
        )


def _whom(case: Case) -> dict[str, UUID]:
    """Give whom a case is about, as the receiver of a message."""
    if case.about_id is not None:
        return {"institution": case.about_id}
    assert case.subject_id is not None, "a case is about somebody"
    return {"subject": case.subject_id}


def _is_inside(step: Step) -> bool:
    """Say whether a move passes between the institution's own people."""
    inside = step.machine.workflow.fields
    return any(inside[name].shown == "inside" for name in step.moved.move.fields)


def _institutions(case: Case) -> list[UUID]:
    if case.institution_id is not None:
        return [case.institution_id]
    shown = CaseParty.objects.filter(case=case).order_by("institution_id")
    return list(shown.values_list("institution_id", flat=True))
