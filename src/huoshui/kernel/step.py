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
    """One relation: its name, the SQL that makes it, and whether it is kept or only a view."""

    name: str
    sql: str
    kind: Literal["view", "table"] = "table"


Tick = Callable[[str, int, int], None]
"""How long work tells of itself: what is being done, how much of it is done, of how much."""


def unwatched(what: str, done: int, total: int) -> None:
    """Tell nobody."""
