"""A payment set against what is owed, claim by claim, in an order that is data.

>>> order = Order(None, ("cost", "compound", "penalty", "interest", "principal"), "claim")
>>> owed = Open(cost=0, penalty=5, compound=0, instalments=((10, 100), (9, 100)))
>>> allocated(60, owed, order).by_claim
{'penalty': 5, 'interest': 19, 'principal': 36}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from huoshui.policy.schema.allocation import Claim
from huoshui.web.agreements.rules.loan.contract import Order


@dataclass(frozen=True)
class Open:
    """What is due and unpaid; instalments as (interest, principal), the oldest first."""

    cost: int
    penalty: int
    compound: int
    instalments: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Slice:
    """A part of a payment and what it is set against."""

    claim: Claim
    instalment: int | None  # its place in `Open.instalments`
    amount_fen: int


@dataclass(frozen=True)
class Allocated:
    """Where a payment went, and what is left of it."""

    slices: tuple[Slice, ...]
    rest_fen: int

    @property
    def by_claim(self) -> dict[Claim, int]:
        """Sum the slices by claim, in the order in which they were paid."""
        found: dict[Claim, int] = {}
        for each in self.slices:
            found[each.claim] = found.get(each.claim, 0) + each.amount_fen
        return found


def allocated(amount_fen: int, owed: Open, order: Order) -> Allocated:
    """Set an amount against what is owed, as far as it goes."""
    slices: list[Slice] = []
    for claim, nth, open_fen in _queue(owed, order):
        taken = min(amount_fen, open_fen)
        if taken > 0:
            slices.append(Slice(claim, nth, taken))
            amount_fen -= taken
    return Allocated(tuple(slices), amount_fen)


_WHOLE: tuple[tuple[Claim, Literal["cost", "penalty", "compound"]], ...] = (
    ("cost", "cost"),
    ("penalty", "penalty"),
    ("compound", "compound"),
)


def _queue(owed: Open, order: Order) -> Iterator[tuple[Claim, int | None, int]]:
    """Give what is open in the order in which it is paid."""
    whole = {claim: getattr(owed, name) for claim, name in _WHOLE}
    parts = [claim for claim in order.claims if claim not in whole]
    has_instalments = False
    for claim in order.claims:
        if claim in whole:
            yield claim, None, whole[claim]
        elif order.by == "claim":
            for nth, _ in enumerate(owed.instalments):
                yield claim, nth, _open(owed, nth, claim)
        elif not has_instalments:
            has_instalments = True  # interest and principal of each, from the oldest on
            for nth, _ in enumerate(owed.instalments):
                for part in parts:
                    yield part, nth, _open(owed, nth, part)


def _open(owed: Open, nth: int, claim: Claim) -> int:
    interest_fen, principal_fen = owed.instalments[nth]
    return interest_fen if claim == "interest" else principal_fen
