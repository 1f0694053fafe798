"""The nearest way to yes: which columns to move, from what to what, and at what effort.

Effort is what the packs declare (`change:` of an indicator), once for each threshold of the rule
that is reached or passed on the way, at least once.  What is not yet known of a subject and could
be its own doing counts as one step too: the evidence is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from huoshui.kernel.citation import Citation
from huoshui.policy.schema import Label

Bound = Literal["at_least", "above", "at_most", "below", "exactly"]


@dataclass(frozen=True)
class Step:
    """A value that a column may be moved to."""

    value: object
    steps: int
    effort: Decimal
    bound: Bound
    limit: object  # the threshold that the bound speaks of


@dataclass(frozen=True)
class ColumnChange:
    """One column that has to move, and how far."""

    column: str
    before: object
    after: object
    bound: Bound
    limit: object
    steps: int
    effort: Decimal
    shown: bool  # not known today: the evidence has to be given
    how: Label
    cite: Citation


@dataclass(frozen=True)
class Nearest:
    """The least effort that leads to yes, or why none does."""

    reached: bool
    changes: tuple[ColumnChange, ...]
    effort: Decimal
    verified: bool  # the changed row was asked by the ordinary evaluator and came to yes
    blocking: tuple[str, ...]  # clauses that no change declared can make true
    exact: bool  # every combination was looked at; else a nearer way may exist


ALREADY = Nearest(True, (), Decimal(0), verified=True, blocking=(), exact=True)
"""The answer where the verdict is yes as it stands."""
