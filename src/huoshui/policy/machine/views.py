"""What the machine is given: a workflow with its values, a case as it stands, somebody who acts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from huoshui.kernel.errors import Problem
from huoshui.policy.pack import Pack
from huoshui.policy.schema import CaseField, Label, Move, State, Vocabulary, Workflow
from huoshui.policy.values import resolved

GuardFact = bool | Problem | None
"""What a fact guard is told: it holds, it does not (or why not, in words), or nobody knows."""


class Acting(Protocol):
    """Somebody who acts; the actor of a request is one."""

    @property
    def kind(self) -> str:
        """Say whom they act for: subject, institution, operator, person, system or nobody.

        Whoever acts for the institution that a case is about is its `proposer` there.
        """

    @property
    def person(self) -> object:
        """Name the person, by something that two persons never share."""

    @property
    def permissions(self) -> frozenset[str]:
        """Give what their role permits."""


@dataclass(frozen=True)
class ActorView:
    """Somebody who acts, where there is no request: worked examples, tests, the deadline job."""

    kind: str
    person: object = None
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Made:
    """A move that was made."""

    move: str
    person: object
    at: dt.datetime


@dataclass(frozen=True)
class CaseView:
    """A case as it stands; the default is one that is not opened yet."""

    state: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    due_at: dt.datetime | None = None
    moves: tuple[Made, ...] = ()
    documents: frozenset[str] = frozenset()  # kinds of document that were put to it


@dataclass(frozen=True, eq=False)
class Machine:
    """A workflow on a day, with the values in force then and the words that its fields take."""

    workflow: Workflow
    asof: dt.date
    values: Mapping[str, int | None]  # in fen, months, basis points, days, bytes or characters
    vocabularies: Mapping[str, Vocabulary]
    offerings: frozenset[str]

    @property
    def moves(self) -> Mapping[str, Move]:
        """Give the moves by name, in the order of the file."""
        return self.workflow.moves

    @property
    def states(self) -> Mapping[str, State]:
        """Give the states by name, in the order of the file."""
        return self.workflow.states

    def fields_of(self, move: str) -> dict[str, tuple[CaseField, bool]]:
        """Give what a move asks for, each with whether it must be said, in order."""
        said = self.moves[move]
        return {
            name: (definition, name in said.fields)
            for name, definition in self.workflow.fields.items()
            if name in said.fields or name in said.optional
        }

    def words(self, vocabulary: str) -> Mapping[str, Label]:
        """Give the words of a vocabulary."""
        return self.vocabularies[vocabulary].entries

    def due_at(self, state: str, entered_at: dt.datetime) -> dt.datetime | None:
        """Say until when a case may stay in a state that it entered at a moment."""
        deadline = self.states[state].deadline
        days = self.values[deadline.days] if deadline else None
        return None if days is None else entered_at + dt.timedelta(days=days)


def machine_of(pack: Pack, workflow: str) -> Machine:
    """Make ready a workflow of a pack, as on the pack's day."""
    definition = pack.workflows[workflow]
    values = {}
    for name, dated in definition.values.items():
        cited = resolved(dated, pack.asof)
        number = cited.value if cited else None
        unit = pack.units.get(cited.unit) if cited and cited.unit else None
        values[name] = None if number is None else int(number * (unit.scale if unit else 1))
    return Machine(
        workflow=definition,
        asof=pack.asof,
        values=values,
        vocabularies=pack.vocabularies,
        offerings=frozenset(pack.offerings),
    )
