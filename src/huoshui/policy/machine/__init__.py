"""The case machine: what may be done with a case now, and where it then stands.

Pure: it reads a workflow of a pack, a view of the case, who acts, what they say, the facts that its
guards ask for, and a moment.  It keeps nothing and reads no clock, so that a page, the job that
ends what is overdue, a worked example and a replay all come to the same answer.  What a move does
beside changing the state (its effects) is carried out by whoever asked.
"""

from huoshui.policy.machine.asking import (
    Open,
    may_move,
    missing_documents,
    moves_open,
    overdue,
    shown_fields,
)
from huoshui.policy.machine.moving import Moved, move_apply
from huoshui.policy.machine.refusals import FieldRefusal, MoveRefusal
from huoshui.policy.machine.views import (
    Acting,
    ActorView,
    CaseView,
    GuardFact,
    Machine,
    Made,
    machine_of,
)

__all__ = [
    "Acting",
    "ActorView",
    "CaseView",
    "FieldRefusal",
    "GuardFact",
    "Machine",
    "Made",
    "MoveRefusal",
    "Moved",
    "Open",
    "machine_of",
    "may_move",
    "missing_documents",
    "move_apply",
    "moves_open",
    "overdue",
    "shown_fields",
]
