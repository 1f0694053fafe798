"""Guards: what must hold for a move, decided from the case or from facts that are handed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from huoshui.kernel.errors import Problem
from huoshui.policy.machine.refusals import GUARD_REFUSALS, MoveRefusal
from huoshui.policy.machine.saying import number_shown
from huoshui.policy.machine.views import Acting, CaseView, GuardFact, Machine
from huoshui.policy.schema import FACT_GUARDS, GUARDS, Guard


def guard_problem(
    machine: Machine,
    case: CaseView,
    move: str,
    guard: Guard,
    actor: Acting,
    fields: Mapping[str, object],
    facts: Mapping[str, GuardFact],
    at: dt.datetime,
) -> Problem | None:
    """Say why a guard does not let a move pass; `fields` are the case's with those said now."""
    if guard.is_ in FACT_GUARDS:
        return _fact(guard.is_, facts.get(guard.is_))
    return _DECIDED[guard.is_](_Asked(machine, case, move, guard, actor, fields, at))


def documents_missing(
    machine: Machine, case: CaseView, move: str, fields: Mapping[str, object]
) -> list[str]:
    """Name the kinds of document that a move needs and the case does not have."""
    missing = []
    for name, kind in machine.workflow.documents.items():
        if move not in kind.required_for or name in case.documents:
            continue
        needed = kind.required_when
        if needed is not None:
            number, limit = fields.get(needed.field), machine.values[needed.above]
            # An unknown sum or limit asks for the paper.
            if isinstance(number, int) and limit is not None and number <= limit:
                continue
        missing.append(name)
    return missing


def _fact(word: str, fact: GuardFact) -> Problem | None:
    if isinstance(fact, Problem):
        return fact
    if fact is None:
        holds = GUARDS[word]
        return MoveRefusal.NOT_KNOWN.problem(holds=holds.en, holds_zh=holds.zh)
    return None if fact else GUARD_REFUSALS[word].problem()


class _Asked:
    """One guard of one move, asked of one case."""

    def __init__(
        self,
        machine: Machine,
        case: CaseView,
        move: str,
        guard: Guard,
        actor: Acting,
        fields: Mapping[str, object],
        at: dt.datetime,
    ) -> None:
        self.machine, self.case, self.move, self.guard = machine, case, move, guard
        self.actor, self.fields, self.at = actor, fields, at

    @property
    def before(self) -> list[object]:
        """Give the persons who made the move that the guard names, once for each time."""
        return [made.person for made in self.case.moves if made.move == self.guard.move]

    def labels(self) -> dict[str, Any]:
        other = self.machine.moves[self.guard.move or self.move].label
        label = self.machine.moves[self.move].label
        return {"other": other.en, "other_zh": other.zh, "label": label.en, "label_zh": label.zh}


def _documents_given(asked: _Asked) -> Problem | None:
    missing = documents_missing(asked.machine, asked.case, asked.move, asked.fields)
    labels = [asked.machine.workflow.documents[name].label for name in missing]
    if not labels:
        return None
    return MoveRefusal.DOCUMENTS_MISSING.problem(
        documents=", ".join(label.en for label in labels),
        documents_zh="、".join(label.zh for label in labels),
    )


def _other_person(asked: _Asked) -> Problem | None:
    if not asked.before:
        return MoveRefusal.NOT_MADE.problem(**asked.labels())
    # Nobody named is nobody told apart: four eyes need two names.
    is_unnamed = asked.actor.person is None or None in asked.before
    if is_unnamed or asked.actor.person in asked.before:
        return MoveRefusal.SAME_PERSON.problem(**asked.labels())
    return None


def _made(asked: _Asked) -> Problem | None:
    return None if asked.before else MoveRefusal.NOT_MADE.problem(**asked.labels())


def _not_made(asked: _Asked) -> Problem | None:
    return MoveRefusal.ALREADY_MADE.problem(**asked.labels()) if asked.before else None


def _at_most(asked: _Asked) -> Problem | None:
    return _compared(asked, MoveRefusal.ABOVE_LIMIT, lambda number, limit: number <= limit)


def _above(asked: _Asked) -> Problem | None:
    return _compared(asked, MoveRefusal.NOT_ABOVE_LIMIT, lambda number, limit: number > limit)


def _compared(
    asked: _Asked, refusal: MoveRefusal, holds: Callable[[int, int], bool]
) -> Problem | None:
    name = asked.guard.field or ""
    definition = asked.machine.workflow.fields[name]
    number, limit = asked.fields.get(name), asked.machine.values[asked.guard.value or ""]
    if isinstance(number, bool) or not isinstance(number, int) or limit is None:
        told = GUARDS[asked.guard.is_]
        return MoveRefusal.NOT_KNOWN.problem(holds=told.en, holds_zh=told.zh)
    if holds(number, limit):
        return None
    return refusal.problem(
        field=definition.label.en,
        field_zh=definition.label.zh,
        number=number_shown(definition, number),
        limit=number_shown(definition, limit),
    )


def _deadline_passed(asked: _Asked) -> Problem | None:
    due = asked.case.due_at
    if due is not None and asked.at >= due:
        return None
    return MoveRefusal.NOT_YET_DUE.problem(due_at=due.isoformat() if due else "—")


_DECIDED: Mapping[str, Callable[[_Asked], Problem | None]] = {
    "documents_given": _documents_given,
    "other_person": _other_person,
    "made": _made,
    "not_made": _not_made,
    "at_most": _at_most,
    "above": _above,
    "deadline_passed": _deadline_passed,
}
