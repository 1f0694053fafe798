"""The simulator's own books, in plain whole numbers: what was drawn, came in and went out.

They are kept from what was sent and taken, by nothing that the platform computes, so that the
ledger can be held against them: to the fen, for each loan and for each bank account.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

IN, OUT = ("pay", "prepay", "recover"), ("draw", "fee", "refund")
"""Kinds of event by which money comes in at the bank, and goes out."""


@dataclass
class Deed:
    """An event that was taken, as it was sent."""

    kind: str
    on: str
    fen: int = 0
    receipt: str = ""
    key: str = ""
    names: int | None = None  # of a reversal: the event that never was
    is_moved: bool = True  # at the bank; a renewal moves nothing


@dataclass
class LoanBook:
    """A loan's deeds by number, and what they come to."""

    deeds: dict[int, Deed] = field(default_factory=dict)

    def standing(self) -> dict[int, Deed]:
        """Give the deeds that were not reversed, and are no reversals."""
        gone = {deed.names for deed in self.deeds.values() if deed.names is not None}
        return {
            n: deed for n, deed in self.deeds.items() if n not in gone and deed.kind != "reverse"
        }

    def sum_fen(self, *kinds: str, moved: bool = True) -> int:
        """Add up what stands of some kinds."""
        return sum(
            deed.fen
            for deed in self.standing().values()
            if deed.kind in kinds and deed.is_moved == moved
        )

    @property
    def reversed_fen(self) -> int:
        """Give what came in by events that turned out never to have been."""
        stands = self.standing()
        return sum(d.fen for n, d in self.deeds.items() if d.kind in IN and n not in stands)

    @property
    def cash_fen(self) -> int:
        """Give by how much the loan raised what is at the bank."""
        return self.sum_fen(*IN) - self.sum_fen(*OUT)

    def to_dict(self) -> dict[str, Any]:
        """Give what the ledger is held against."""
        kinds: dict[str, int] = {}
        for deed in self.deeds.values():
            kinds[deed.kind] = kinds.get(deed.kind, 0) + 1
        return {
            "drawn_fen": self.sum_fen("draw"), "renewing_fen": self.sum_fen("draw", moved=False),
            "renewed_fen": self.sum_fen("renew", moved=False),
            "received_fen": self.sum_fen(*IN), "refunded_fen": self.sum_fen("refund"),
            "costs_fen": self.sum_fen("fee"), "cash_fen": self.cash_fen, "kinds": kinds,
            "keys": sorted(deed.key for deed in self.deeds.values() if deed.key),
        }  # fmt: skip


@dataclass
class Fault:
    """Something that the simulation planted between a bank and the books."""

    kind: str
    month: int
    bank: int
    names: set[str]  # what it is known by on either side
    said: dict[str, Any] = field(default_factory=dict)
    is_seen: bool = False  # as a break, or refused
    is_over: bool = False
    is_due: bool = False  # a statement has told of its day, so that it must be seen
