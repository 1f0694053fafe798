"""Making a move: the state it leads to, until when, and what the case then says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from huoshui.kernel.errors import Refused
from huoshui.policy.machine.asking import may_move
from huoshui.policy.machine.saying import said
from huoshui.policy.machine.views import Acting, CaseView, GuardFact, Machine, Made
from huoshui.policy.schema import Move


@dataclass(frozen=True)
class Moved:
    """A case after a move, and what is kept of the move itself."""

    move: Move
    state: str
    due_at: dt.datetime | None
    fields: Mapping[str, object]  # the case's, with what was said
    said: Mapping[str, object]  # with this move alone
    effects: tuple[str, ...]
    is_ended: bool
    case: CaseView  # the whole, for the next move


def move_apply(
    machine: Machine,
    case: CaseView,
    move: str,
    actor: Acting,
    *,
    fields: Mapping[str, object],
    reasons: Sequence[str] = (),
    facts: Mapping[str, GuardFact],
    at: dt.datetime,
) -> Moved:
    """Make a move, or raise `Refused` with every reason why not.

    A deadline runs from the moment a case enters a state; a move that stays in the state does not
    start it anew.
    """
    Refused.raise_any(
        may_move(machine, case, move, actor, fields=fields, reasons=reasons, facts=facts, at=at)
    )
    definition = machine.moves[move]
    kept = said(machine, move, fields)
    stays = case.state == definition.to
    due_at = case.due_at if stays else machine.due_at(definition.to, at)
    # What a form leaves empty is taken back: the move says its fields anew.
    asked = machine.fields_of(move)
    whole = {name: value for name, value in case.fields.items() if name not in asked}
    whole |= {name: v for name, v in kept.items() if asked[name][0].keeps == "case"}
    made = (*case.moves, Made(move, actor.person, at))
    after = replace(case, state=definition.to, fields=whole, due_at=due_at, moves=made)
    return Moved(
        move=definition,
        state=definition.to,
        due_at=due_at,
        fields=whole,
        said=kept,
        effects=definition.effects,
        is_ended=machine.states[definition.to].ends,
        case=after,
    )
