"""Questions: may this move be made, which may, what is overdue, what may be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huoshui.kernel.errors import Problem
from huoshui.policy.machine.guarding import documents_missing, guard_problem
from huoshui.policy.machine.refusals import MoveRefusal
from huoshui.policy.machine.saying import field_problems, reason_problems, said
from huoshui.policy.machine.views import Acting, CaseView, GuardFact, Machine
from huoshui.policy.schema import FACT_GUARDS, PERMISSIONS, Label, Move

_PARTIES: Mapping[str, Label] = {
    "subject": Label(zh="申请人", en="the applicant"),
    "proposer": Label(zh="提出机构", en="the institution that proposes"),
    "institution": Label(zh="机构", en="the institution"),
    "operator": Label(zh="平台运营方", en="the operator"),
    "system": Label(zh="系统", en="the system"),
}


@dataclass(frozen=True)
class Open:
    """A move that somebody's role may make here, and what else stands in its way."""

    name: str
    move: Move
    problems: tuple[Problem, ...]


def may_move(
    machine: Machine,
    case: CaseView,
    move: str,
    actor: Acting,
    *,
    fields: Mapping[str, object],
    reasons: Sequence[str] = (),
    facts: Mapping[str, GuardFact],
    at: dt.datetime,
) -> list[Problem]:
    """Give every reason why a move may not be made now; an empty list means that it may.

    Where the move itself is not to be made (the state, the party, the role, the time), only that
    is said; else all that is wrong with what was said, and every guard that does not hold.
    """
    first = _standing(machine, case, move, actor, at)
    if first is not None:
        return [first]
    problems = [*field_problems(machine, move, fields), *reason_problems(machine, move, reasons)]
    whole = {**case.fields, **said(machine, move, fields)}
    for guard in machine.moves[move].guards:
        problem = guard_problem(machine, case, move, guard, actor, whole, facts, at)
        if problem is not None:
            problems.append(problem)
    return problems


def moves_open(
    machine: Machine,
    case: CaseView,
    actor: Acting,
    *,
    facts: Mapping[str, GuardFact],
    at: dt.datetime,
) -> list[Open]:
    """Give the moves that this actor's role may make here, in the order of the file.

    Each has the guards that do not hold yet.  A guard on something still to be said with the move,
    and a fact that was not handed in, are left for `may_move`.
    """
    found = []
    for name, move in machine.moves.items():
        if _standing(machine, case, name, actor, at) is not None:
            continue
        problems = []
        for guard in move.guards:
            is_later = guard.field is not None and guard.field in (*move.fields, *move.optional)
            if is_later or (guard.is_ in FACT_GUARDS and guard.is_ not in facts):
                continue
            problem = guard_problem(machine, case, name, guard, actor, case.fields, facts, at)
            if problem is not None:
                problems.append(problem)
        found.append(Open(name, move, tuple(problems)))
    return found


def overdue(machine: Machine, case: CaseView, *, at: dt.datetime) -> str | None:
    """Name the system's move that a case whose time has passed is waiting for, if any."""
    if case.state is None or case.due_at is None or at < case.due_at:
        return None
    deadline = machine.states[case.state].deadline
    return deadline.then if deadline else None


def missing_documents(machine: Machine, case: CaseView, move: str) -> list[str]:
    """Name the kinds of document that a move of this case still needs."""
    return documents_missing(machine, case, move, case.fields)


def shown_fields(
    machine: Machine, case: CaseView, fields: Mapping[str, object], *, party: str
) -> dict[str, object]:
    """Give the fields (of a case, or of one of its moves) that a party may see, in order.

    What an institution writes for itself is shown to nobody else, and what it means to grant is
    shown to others once it is approved.
    """
    is_approved = any(
        "approve" in machine.moves[made.move].effects
        for made in case.moves
        if made.move in machine.moves
    )
    shown = {}
    for name, definition in machine.workflow.fields.items():
        if name not in fields:
            continue
        sayers = {
            move.party
            for move in machine.moves.values()
            if name in move.fields or name in move.optional
        }
        is_public = definition.shown == "all" or (
            definition.shown == "after_approval" and is_approved
        )
        if is_public or party in sayers:
            shown[name] = fields[name]
    return shown


def _standing(
    machine: Machine, case: CaseView, move: str, actor: Acting, at: dt.datetime
) -> Problem | None:
    """Say why a move is not to be made here, by this actor, at this moment, whatever is said."""
    assert at.tzinfo is not None, "a moment has a time zone"
    definition = machine.moves.get(move)
    if definition is None:
        label = machine.workflow.label
        known = ", ".join(machine.moves)
        return MoveRefusal.NO_SUCH.problem(
            workflow=label.en, workflow_zh=label.zh, move=move, known=known
        )
    told: dict[str, Any] = {"label": definition.label.en, "label_zh": definition.label.zh}
    state = machine.states[case.state].label if case.state else _UNOPENED
    here: dict[str, Any] = {"state": state.en, "state_zh": state.zh}
    if case.state is not None and machine.states[case.state].ends:
        return MoveRefusal.ENDED.problem(**here)
    if (case.state is None) != (not definition.from_) or (
        case.state is not None and case.state not in definition.from_
    ):
        return MoveRefusal.NOT_FROM_HERE.problem(**told, **here)
    if actor.kind != definition.party:
        party = _PARTIES[definition.party]
        return MoveRefusal.NOT_THIS_PARTY.problem(**told, party=party.en, party_zh=party.zh)
    if definition.by is not None and definition.by not in actor.permissions:
        called = PERMISSIONS[definition.by].label.zh
        return MoveRefusal.NOT_PERMITTED.problem(
            **told, permission=definition.by, permission_zh=called
        )
    is_late = case.due_at is not None and at >= case.due_at
    if is_late and not any(g.is_ == "deadline_passed" for g in definition.guards):
        assert case.due_at is not None, "it is late"
        return MoveRefusal.PAST_DEADLINE.problem(due_at=case.due_at.isoformat())
    return None


_UNOPENED = Label(zh="尚未发起", en="not opened")
