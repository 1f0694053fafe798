"""Workflows hold together: every state is reached and left, every move can be made by somebody."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator

from huoshui.kernel.errors import Problem, Refusal, Where
from huoshui.policy.pack import Pack
from huoshui.policy.schema import PERMISSIONS, Guard, Move, Role, State, Workflow

_GUARD_NEEDS = {
    "other_person": ("move",),
    "made": ("move",),
    "not_made": ("move",),
    "at_most": ("field", "value"),
    "above": ("field", "value"),
}
_ABOUT = {"subject": "a subject", "institution": "an institution"}
_DIMENSION = {"money": {"money": 1}, "months": {"month": 1}, "bp": {"price": 1}}


class WorkflowRefusal(Refusal):
    """Why a workflow is refused, the weightiest first."""

    NO_SUCH = "There is no {kind} {name}.", "Use {near}, or define {name}."
    OPENINGS = (
        "{count} moves of {party} open a case, not one.",
        "Leave from empty in exactly one move of each party that may open a case.",
    )
    ABOUT = (
        "The cases are about {about}, but {what}.",
        "Name kinds of what they are about; the proposer is an institution they are about.",
    )
    UNREACHED = "No move leads to the state {name}.", "Add a move to it, or take it out."
    DEAD_END = (
        "From the state {name} no end can be reached.",
        "Add a move out of it, or say ends: true.",
    )
    NOT_AN_END = (
        "The state {name} ends the case, but {what}.",
        "Take that out, or do not say ends.",
    )
    WAITS_FOR_NOBODY = "The state {name} does not say whom it waits for.", "Add waits_for."
    NOBODY_MAY = (
        "No role of the {party} may make the move {name}, which needs {permission}.",
        "Give the permission to a role, or ask for another.",
    )
    NO_PERMISSION = "There is no permission {name}.", "Use {near}."
    SYSTEM = (
        "The move {name} is the system's, but {what}.",
        "Give it no permission, or another party.",
    )
    PERMISSION_NEEDED = "The move {name} does not say what permission it needs.", "Add by."
    DEADLINE = (
        "The deadline of {state} ends in {name}, which {what}.",
        "Name a move of the system from this state, with the guard deadline_passed.",
    )
    GUARD_NEEDS = "The guard {name} needs {keys}.", "Say these, and nothing else."
    NOT_A_NUMBER = "The field {name} is a {type}, not a number.", "Name a sum, a term or a rate."
    VALUE_UNIT = (
        "The value {name} is not in the unit that {use} needs ({wanted}).",
        "Give it such a unit.",
    )
    VALUE_UNKNOWN = (
        "The value {name} is unknown or no whole number of its first unit.",
        "Give a number; a case cannot wait for an unknown time.",
    )
    NO_WORDS = "The field {name} is a {type} and names no vocabulary.", "Name one."
    NOT_ASKED = "No move asks for the field {name}.", "Ask for it, or take it out."
    NOT_GUARDED = (
        "{document} is needed for {name}, which has no guard documents_given.",
        "Add the guard to the move.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with workflows."""
    for workflow in pack.workflows.values():
        checker = _Checker(pack, workflow)
        yield from checker.graph()
        for name, state in workflow.states.items():
            yield from checker.state(name, state)
        for name, move in workflow.moves.items():
            yield from checker.move(name, move)
        yield from checker.fields()
        yield from checker.documents()
        yield from checker.values()


class _Checker:
    """Checks one workflow."""

    def __init__(self, pack: Pack, workflow: Workflow) -> None:
        self.pack, self.workflow = pack, workflow

    def where(self, *path: str | int) -> Where:
        return self.pack.where("workflows", self.workflow.id, *path)

    def graph(self) -> Iterator[Problem]:
        """Yield states that are not reached, and states that lead to no end."""
        moves, states = self.workflow.moves.values(), self.workflow.states
        openings = [move for move in moves if not move.from_]
        for party, count in Counter(move.party for move in openings).items() or [("anybody", 0)]:
            if count != 1:
                where = self.where("moves")
                yield WorkflowRefusal.OPENINGS.problem(where=where, count=count, party=party)
        steps = {(start, move.to) for move in moves for start in move.from_}
        reached = _closure({move.to for move in openings}, steps)
        ends = {name for name, state in states.items() if state.ends}
        ending = _closure(ends, {(b, a) for a, b in steps})
        for name in states:
            where = self.where("states", name)
            if name not in reached:
                yield WorkflowRefusal.UNREACHED.problem(where=where, name=name)
            if name not in ending:
                yield WorkflowRefusal.DEAD_END.problem(where=where, name=name)
        yield from self._about()
        kinds = self.pack.vocabularies.get("subject_kind")
        for kind in self.workflow.subject_kinds:
            known = kinds.entries if kinds else ()
            yield from self._exists("kind of subject", kind, known, self.where("subject_kinds"))

    def _about(self) -> Iterator[Problem]:
        """Yield parties and kinds that do not go with what the cases are about."""
        flow, about = self.workflow, self.workflow.about
        other = "proposer" if about == "subject" else "subject"
        is_subject = about == "subject"
        wanted, unwanted = (
            (flow.subject_kinds, flow.institution_kinds)
            if is_subject
            else (flow.institution_kinds, flow.subject_kinds)
        )
        parties = {move.party for move in flow.moves.values()}
        parties |= {state.waits_for for state in flow.states.values() if state.waits_for}
        for is_fault, what in (
            (not wanted, f"no kind of {about} is named"),
            (bool(unwanted), f"kinds of {'institution' if is_subject else 'subject'} are named"),
            (other in parties, f"a move or a state is the {other}'s"),
        ):
            if is_fault:
                yield WorkflowRefusal.ABOUT.problem(
                    where=self.where("about"), about=_ABOUT[about], what=what
                )

    def state(self, name: str, state: State) -> Iterator[Problem]:
        where = self.where("states", name)
        if state.ends:
            leaving = any(name in move.from_ for move in self.workflow.moves.values())
            faults = (
                (leaving, "a move leaves it"),
                (state.waits_for is not None, "it waits for somebody"),
                (state.deadline is not None, "it has a deadline"),
            )
            for is_fault, what in faults:
                if is_fault:
                    yield WorkflowRefusal.NOT_AN_END.problem(where=where, name=name, what=what)
            return
        if state.waits_for is None:
            yield WorkflowRefusal.WAITS_FOR_NOBODY.problem(where=where, name=name)
        if state.deadline is None:
            return
        where = self.where("states", name, "deadline")
        yield from self._value(state.deadline.days, {"day": 1}, "a deadline", "day_count", where)
        then = self.workflow.moves.get(state.deadline.then)
        yield from self._exists("move", state.deadline.then, self.workflow.moves, where)
        if then is None:
            return
        for is_fault, what in (
            (then.party != "system", "is not the system's"),
            (name not in then.from_, "does not start from there"),
            (
                all(g.is_ != "deadline_passed" for g in then.guards),
                "has no guard deadline_passed",
            ),
        ):
            if is_fault:
                yield WorkflowRefusal.DEADLINE.problem(
                    where=where, state=name, name=state.deadline.then, what=what
                )

    def move(self, name: str, move: Move) -> Iterator[Problem]:
        where = self.where("moves", name)
        for state in (*move.from_, move.to):
            yield from self._exists("state", state, self.workflow.states, where)
        for field in (*move.fields, *move.optional):
            yield from self._exists("field", field, self.workflow.fields, where)
        if move.reasons is not None:
            yield from self._exists("vocabulary", move.reasons, self.pack.vocabularies, where)
        yield from self._maker(name, move, where)
        for nth, guard in enumerate(move.guards):
            yield from self._guard(guard, self.where("moves", name, "guards", nth))

    def _maker(self, name: str, move: Move, where: Where) -> Iterator[Problem]:
        """Yield why nobody can make a move."""
        if move.party == "system":
            if move.by is not None:
                what = f"needs {move.by}"
                yield WorkflowRefusal.SYSTEM.problem(where=where, name=name, what=what)
        elif move.by is None:
            yield WorkflowRefusal.PERMISSION_NEEDED.problem(where=where, name=name)
        elif move.by not in PERMISSIONS:
            near = _near(move.by, PERMISSIONS, "one that exists")
            yield WorkflowRefusal.NO_PERMISSION.problem(where=where, name=move.by, near=near)
        elif not any(self._may(role, move) for role in self.pack.roles.values()):
            yield WorkflowRefusal.NOBODY_MAY.problem(
                where=where, party=move.party, name=name, permission=move.by
            )

    def _may(self, role: Role, move: Move) -> bool:
        """Say whether somebody of a role can make a move."""
        kinds = self.workflow.institution_kinds if move.party == "proposer" else ()
        return (
            role.party == ("institution" if move.party == "proposer" else move.party)
            and move.by in role.may
            and (
                not kinds
                or not role.institution_kinds
                or bool({*kinds} & {*role.institution_kinds})
            )
        )

    def _guard(self, guard: Guard, where: Where) -> Iterator[Problem]:
        needed = _GUARD_NEEDS.get(guard.is_, ())
        said = tuple(key for key in ("move", "field", "value") if getattr(guard, key) is not None)
        if said != needed:
            keys = " and ".join(needed) or "nothing else"
            yield WorkflowRefusal.GUARD_NEEDS.problem(where=where, name=guard.is_, keys=keys)
            return
        if guard.move is not None:
            yield from self._exists("move", guard.move, self.workflow.moves, where)
        if guard.field is not None and guard.value is not None:
            yield from self._compared(guard.field, guard.value, where)

    def _compared(self, name: str, value: str, where: Where) -> Iterator[Problem]:
        """Yield why a field cannot be compared with a value."""
        yield from self._exists("field", name, self.workflow.fields, where)
        field = self.workflow.fields.get(name)
        if field is None:
            return
        dimension = _DIMENSION.get(field.type)
        if dimension is None:
            yield WorkflowRefusal.NOT_A_NUMBER.problem(where=where, name=name, type=field.type)
        else:
            yield from self._value(value, dimension, f"the field {name}", field.type, where)

    def fields(self) -> Iterator[Problem]:
        """Yield what is wrong with fields."""
        moves = self.workflow.moves.values()
        asked = {field for move in moves for field in (*move.fields, *move.optional)}
        for name, field in self.workflow.fields.items():
            where = self.where("fields", name)
            if name not in asked:
                yield WorkflowRefusal.NOT_ASKED.problem(where=where, name=name)
            if field.type in ("choice", "choices"):
                if field.vocabulary is None:
                    yield WorkflowRefusal.NO_WORDS.problem(where=where, name=name, type=field.type)
                else:
                    yield from self._exists(
                        "vocabulary", field.vocabulary, self.pack.vocabularies, where
                    )
            for value in (field.least, field.most):
                if value is None:
                    continue
                if field.type == "text":
                    yield from self._value(value, {"text": 1}, name, "character", where)
                else:
                    yield from self._compared(name, value, where)

    def documents(self) -> Iterator[Problem]:
        """Yield what is wrong with kinds of document."""
        for name, kind in self.workflow.documents.items():
            where = self.where("documents", name)
            yield from self._value(kind.bytes_most, {"data": 1}, "a file's size", "byte", where)
            if kind.required_when is not None:
                needed = kind.required_when
                yield from self._compared(needed.field, needed.above, where)
            for move in kind.required_for:
                yield from self._exists("move", move, self.workflow.moves, where)
                found = self.workflow.moves.get(move)
                if found and all(g.is_ != "documents_given" for g in found.guards):
                    yield WorkflowRefusal.NOT_GUARDED.problem(where=where, document=name, name=move)

    def values(self) -> Iterator[Problem]:
        """Yield values that are no number to run on."""
        for name, dated in self.workflow.values.items():
            for cited in dated.values():
                unit = self.pack.units.get(cited.unit or "")
                scaled = None if cited.value is None or unit is None else cited.value * unit.scale
                if scaled is None or scaled != scaled.to_integral_value():
                    where = self.where("values", name)
                    yield WorkflowRefusal.VALUE_UNKNOWN.problem(where=where, name=name)

    def _value(
        self, name: str, dimension: dict[str, int], use: str, wanted: str, where: Where
    ) -> Iterator[Problem]:
        yield from self._exists("value", name, self.workflow.values, where)
        for cited in self.workflow.values.get(name, {}).values():
            unit = self.pack.units.get(cited.unit or "")
            if unit is None or unit.dimension != dimension:
                yield WorkflowRefusal.VALUE_UNIT.problem(
                    where=where, name=name, use=use, wanted=wanted
                )

    def _exists(
        self, kind: str, name: str, known: Iterable[str], where: Where
    ) -> Iterator[Problem]:
        if name not in known:
            near = _near(name, known, f"a {kind} that exists")
            yield WorkflowRefusal.NO_SUCH.problem(where=where, kind=kind, name=name, near=near)


def _near(name: str, known: Iterable[str], otherwise: str) -> str:
    close = difflib.get_close_matches(name, list(known), 1)
    return close[0] if close else otherwise


def _closure(start: set[str], steps: set[tuple[str, str]]) -> set[str]:
    """Give all that can be reached from a set of states."""
    reached, waiting = set(start), list(start)
    while waiting:
        state = waiting.pop()
        for here, there in steps:
            if here == state and there not in reached:
                reached.add(there)
                waiting.append(there)
    return reached
