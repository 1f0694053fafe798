"""A named step of a stage: SQL text and the relation it makes.

Stages only describe; `pipeline` hands the steps to an engine in order.  The name is shared by
logs, tests and lineage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Step:
    """One relation: its name, the SQL that makes it, and whether it is kept or only a view.

    `told_by` names columns that alone decide a row, with the step's own text: a name and its
    parts, say.  Such a step reads `asked(name)`, the step that gives those columns, and beside it
    only what is told by texts alone; its rows may be kept from one run to the next.
    """

    name: str
    sql: str
    kind: Literal["view", "table"] = "table"
    told_by: tuple[str, ...] = ()


def asked(name: str) -> str:
    """Name the relation of what a step is asked for, where its rows are told by it alone."""
    return f"asked_{name}"


Tick = Callable[[str, int, int], None]
"""How long work tells of itself: what is being done, how much of it is done, of how much."""


def unwatched(what: str, done: int, total: int) -> None:
    """Tell nobody."""
