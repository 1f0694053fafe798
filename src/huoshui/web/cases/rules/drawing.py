"""A workflow drawn: its states and moves, where a case stands, and the way that it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from huoshui.policy.machine import Machine
from huoshui.policy.schema import Label
from huoshui.web.audit.rules.diagram import Both, Diagram, Node, State, Way
from huoshui.web.cases.rules.diagram import FlowDiagram


@dataclass(frozen=True)
class Stop:
    """A state that a case came to, and when."""

    state: str
    at: Any


def diagram_of(machine: Machine, *, here: str | None, been: Sequence[str]) -> Diagram:
    """Draw all states with the ways between them; those behind and the present one are marked."""

    def standing(name: str) -> State:
        if name == here:
            return "now"
        if name in been:
            return "done"
        return "end" if machine.states[name].ends else ""

    ways: dict[tuple[str, str], list[Label]] = {}
    for move in machine.moves.values():
        for source in move.from_:
            if source != move.to:
                ways.setdefault((source, move.to), []).append(move.label)
    steps = [*been, *([here] if here is not None else [])]
    return FlowDiagram(
        main=tuple(move.to for move in machine.moves.values() if move.main),
        walked=frozenset(pairwise(steps)),
        id=f"workflow-{machine.workflow.id}",
        title={"zh": "办理流程", "en": "How this is handled"},
        sentence=_sentence(machine, here),
        nodes=tuple(
            Node(name, _both(state.label), standing(name)) for name, state in machine.states.items()
        ),
        ways=tuple(
            Way(
                source,
                target,
                {
                    "zh": "、".join(dict.fromkeys(label.zh for label in labels)),
                    "en": ", ".join(dict.fromkeys(label.en for label in labels)),
                },
            )
            for (source, target), labels in ways.items()
        ),
    )


def steps_of(machine: Machine, *, here: str, stops: Sequence[Stop]) -> list[dict[str, Any]]:
    """Give the straight way through a workflow as steps, with where the case stands on it.

    A state beside the way is put where the case left it.
    """
    way = [move.to for move in machine.moves.values() if move.main]
    at = {stop.state: stop.at for stop in stops}
    if here not in way:
        last = max((way.index(s) for s in at if s in way), default=-1)
        if machine.states[here].ends:
            way = way[: last + 1]
        way.insert(last + 1, here)
    reached = way.index(here)
    made = []
    for n, name in enumerate(way):
        state = machine.states[name]
        if n < reached:
            word = "done" if name in at else "next"
        elif n > reached:
            word = "next"
        elif state.ends:
            word = "done" if state.well else "stopped"
        else:
            word = "now"
        if n < reached and name not in at:
            continue  # a step that this case did not need
        made.append({"label": state.label, "state": word, "at": at.get(name)})
    return made


def _sentence(machine: Machine, here: str | None) -> Both:
    if here is None:
        return _both(machine.workflow.label)
    state = machine.states[here]
    return {
        "zh": f"现在：{state.label.zh}。{state.meaning.zh}。",
        "en": f"Now: {state.label.en}. It {state.meaning.en}."
        if state.meaning.en.startswith("waits")
        else f"Now: {state.label.en}; {state.meaning.en}.",
    }


def _both(label: Label) -> Both:
    return {"zh": label.zh, "en": label.en}
