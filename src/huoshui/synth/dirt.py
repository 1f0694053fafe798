"""How dirty the raw tables are made, on purpose and at stated rates.

Each rate is a share of the rows (or cells) that could be dirty in that way; what was made, out of
how many, is written to the truth so that a test can hold the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Dirt:
    """The share of rows or cells that each kind of dirt touches."""

    duplicate_rows: float = 0.003  # the same row twice in one delivery
    name_variants: float = 0.03  # another way of writing the firm's name
    name_only: float = 0.015  # the code is left out
    wrong_check_digits: float = 0.002
    legacy_codes: float = 0.02  # the old number, where the firm has one
    branch_rows: float = 0.15  # a branch reports instead of its firm, where there is one
    impossible_days: float = 0.0008  # cells
    vague_amounts: float = 0.0008  # cells: 约500万
    mixed_units: float = 0.05  # cells: the unit is written into the amount
    unknown_words: float = 0.001  # cells
    blank_cells: float = 0.004  # cells that need not be filled
    missing_years: float = 0.05  # yearly rows that never arrive
    late_rows: float = 0.03  # arrive with the second delivery
    corrected_rows: float = 0.012  # delivered again, with another value
    conflicting_sources: float = 0.15  # rows of a second source that differ from the first
    void_invoices: float = 0.03
    red_invoices: float = 0.02


@dataclass
class Tally:
    """What was made of each kind, and out of how many."""

    made: dict[str, int] = field(default_factory=dict)
    eligible: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, made: int, eligible: int) -> None:
        """Count some rows or cells."""
        self.made[kind] = self.made.get(kind, 0) + int(made)
        self.eligible[kind] = self.eligible.get(kind, 0) + int(eligible)

    def join(self, others: Iterable[Tally]) -> Tally:
        """Add others up into this one."""
        for other in others:
            for kind, made in other.made.items():
                self.add(kind, made, other.eligible[kind])
        return self


def chosen(rng: np.random.Generator, eligible: np.ndarray, rate: float) -> np.ndarray:
    """Choose among eligible rows, the number fixed by the rate but for a rounding by chance."""
    rows = np.flatnonzero(eligible)
    count = min(len(rows), int(rate * len(rows) + rng.random()))
    return np.sort(rng.choice(rows, count, replace=False))
