"""Runs the worked examples that stand beside workflows: walks of a case, move by move.

Each step names the role that makes it, so that the roles of the packs are tried too, and what is
said.  Facts that guards ask for hold unless a step says otherwise.  A walk ends in a state, or in
a refusal of its last step; together a workflow's walks make every move it has.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from huoshui.kernel.errors import Problem, Refusal, Refused
from huoshui.pipeline.worked import examples_in
from huoshui.policy.machine import (
    ActorView,
    CaseView,
    GuardFact,
    Machine,
    machine_of,
    move_apply,
)
from huoshui.policy.pack import Pack
from huoshui.policy.reading import Document
from huoshui.policy.schema import FACT_GUARDS, Form
from huoshui.policy.schema.parts import Identifier

START = dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)
"""When a walk begins: nine in the morning in China on the day examples are worked out for."""

SYSTEM = "system"


class WorkflowExampleRefusal(Refusal):
    """Why an example of a workflow does not hold, the weightiest first."""

    NONE = "{workflow} has no worked examples.", "Add {workflow}.examples.yaml beside it."
    FORM = "{detail}.", "A walk has name, walk, and either expect or refused."
    NO_ROLE = "There is no role {role}.", "Name a role of the packs, or system."
    STOPPED = (
        "“{name}” is refused at {move}: {codes}.",
        "Correct the workflow, or the example if its working was wrong.",
    )
    ENDS_IN = (
        "“{name}” ends in {got}, not {expected}.",
        "Correct the workflow, or the example if its working was wrong.",
    )
    NOT_REFUSED = (
        "“{name}” is not refused; it comes to {got}.",
        "Correct the workflow, or the example if its working was wrong.",
    )
    REFUSED_FOR = (
        "“{name}” is refused for {got}, not for {expected}.",
        "Correct the workflow, or the example if its working was wrong.",
    )
    NOT_WALKED = "No example of {workflow} makes the move {move}.", "Add a walk that does."
    NOTHING_REFUSED = "No example of {workflow} is refused.", "Add a walk that must be."


class Step(Form):
    """One move of a walk."""

    move: Identifier
    by: Identifier  # a role, or system
    person: str | None = None  # where one role has two people; else the role's name serves
    proposes: bool = False  # acts for the institution that the case is about
    after_days: int = 0
    after_seconds: int = 0
    fields: dict[Identifier, Any] = {}
    reasons: tuple[str, ...] = ()
    documents: tuple[Identifier, ...] = ()  # put to the case before the move
    fails: tuple[str, ...] = ()  # facts that do not hold
    unknown: tuple[str, ...] = ()  # facts that nobody knows


class Walk(Form):
    """One worked example."""

    name: str
    walk: Annotated[tuple[Step, ...], Field(min_length=1)]
    expect: Identifier | None = None  # the state it ends in
    due_days: int | None = None  # how many days that state may last
    refused: tuple[str, ...] = ()  # the codes of the last step's refusal


_LIST = TypeAdapter(list[Walk])


def workflow_examples(pack: Pack) -> list[Problem]:
    """Give every walk that does not come out as written, and every move that none makes."""
    return list(_problems(pack))


def _problems(pack: Pack) -> Iterator[Problem]:
    documents = pack.examples("workflows")
    for name in pack.workflows:
        if name not in documents:
            where = pack.where("workflows", name)
            yield WorkflowExampleRefusal.NONE.problem(where=where, workflow=name)
            continue
        yield from _document(pack, name, documents[name])


def _document(pack: Pack, workflow: str, document: Document) -> Iterator[Problem]:
    try:
        walks = examples_in(document, _LIST, WorkflowExampleRefusal.FORM)
    except Refused as refused:
        yield from refused.problems
        return
    machine = machine_of(pack, workflow)
    # Which offerings there are is another pack's to say; those that examples name exist in them.
    machine = replace(machine, offerings=machine.offerings | _offerings(machine, walks))
    walked: set[str] = set()
    for nth, walk in enumerate(walks):
        yield from _walk(pack, machine, walk, document, nth, walked)
    for move in machine.moves:
        if move not in walked:
            yield WorkflowExampleRefusal.NOT_WALKED.problem(
                where=document.where(), workflow=workflow, move=move
            )
    if not any(walk.refused for walk in walks):
        where = document.where()
        yield WorkflowExampleRefusal.NOTHING_REFUSED.problem(where=where, workflow=workflow)


def _offerings(machine: Machine, walks: list[Walk]) -> frozenset[str]:
    fields = machine.workflow.fields.items()
    names = {name for name, field in fields if field.type == "offering"}
    steps = (step for walk in walks for step in walk.walk)
    return frozenset(str(step.fields[n]) for step in steps for n in names & step.fields.keys())


def _walk(
    pack: Pack, machine: Machine, walk: Walk, document: Document, nth: int, walked: set[str]
) -> Iterator[Problem]:
    if bool(walk.refused) == (walk.expect is not None):
        detail = "a walk has either expect or refused"
        yield WorkflowExampleRefusal.FORM.problem(where=document.where((nth,)), detail=detail)
        return
    case, at = CaseView(), START
    for number, step in enumerate(walk.walk):
        where = document.where((nth, "walk", number))
        actor = _actor(pack, step)
        if actor is None:
            yield WorkflowExampleRefusal.NO_ROLE.problem(where=where, role=step.by)
            return
        at += dt.timedelta(days=step.after_days, seconds=step.after_seconds)
        given = case.documents | set(step.documents)
        case = CaseView(case.state, case.fields, case.due_at, case.moves, frozenset(given))
        try:
            case = move_apply(
                machine,
                case,
                step.move,
                actor,
                fields=step.fields,
                reasons=step.reasons,
                facts=_facts(step),
                at=at,
            ).case
        except Refused as refused:
            codes = [problem.code for problem in refused.problems]
            is_last = number == len(walk.walk) - 1
            if not (is_last and walk.refused):
                yield WorkflowExampleRefusal.STOPPED.problem(
                    where=where, name=walk.name, move=step.move, codes=", ".join(codes)
                )
            elif set(codes) != set(walk.refused):
                yield WorkflowExampleRefusal.REFUSED_FOR.problem(
                    where=where,
                    name=walk.name,
                    got=", ".join(codes),
                    expected=", ".join(walk.refused),
                )
            return
        walked.add(step.move)
    yield from _ending(walk, case, at, document, nth)


def _ending(
    walk: Walk, case: CaseView, at: dt.datetime, document: Document, nth: int
) -> Iterator[Problem]:
    """Yield how a walk that was made to its end differs from what it expects."""
    if walk.refused:
        yield WorkflowExampleRefusal.NOT_REFUSED.problem(
            where=document.where((nth, "refused")), name=walk.name, got=case.state
        )
    elif case.state != walk.expect:
        yield WorkflowExampleRefusal.ENDS_IN.problem(
            where=document.where((nth, "expect")),
            name=walk.name,
            got=case.state,
            expected=walk.expect,
        )
    elif walk.due_days is not None:
        due_at = at + dt.timedelta(days=walk.due_days)
        if case.due_at != due_at:
            yield WorkflowExampleRefusal.ENDS_IN.problem(
                where=document.where((nth, "due_days")),
                name=walk.name,
                got=f"{case.state} until {case.due_at}",
                expected=f"until {due_at}",
            )


def _actor(pack: Pack, step: Step) -> ActorView | None:
    if step.by == SYSTEM:
        return ActorView(SYSTEM)
    role = pack.roles.get(step.by)
    if role is None:
        return None
    kind = "proposer" if step.proposes else role.party
    return ActorView(kind, step.person or step.by, frozenset(role.may))


def _facts(step: Step) -> dict[str, GuardFact]:
    facts: dict[str, GuardFact] = dict.fromkeys(FACT_GUARDS, True)
    return facts | dict.fromkeys(step.fails, False) | dict.fromkeys(step.unknown, None)
