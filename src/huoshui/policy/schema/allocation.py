"""The order in which a payment that does not cover everything is set against what is owed.

The law's order applies unless the parties agree another, so that a product names the file it
follows; what is set first is a matter of data and never of code.
"""

from __future__ import annotations

from typing import Literal, get_args

from huoshui.policy.schema.parts import Cite, Dated, Definition, Form, Identifier, Label

Claim = Literal["cost", "penalty", "compound", "interest", "principal"]
"""What a debtor owes: costs of collecting, penalty interest, interest on unpaid interest, ..."""

CLAIMS: tuple[Claim, ...] = get_args(Claim)


class AllocationOrder(Form):
    """One order of claims, and from which lateness on it applies."""

    id: Identifier
    overdue_above: Identifier | None = None  # one of `values`, in days; null: otherwise
    claims: tuple[Claim, ...]  # every claim once, what is set first standing first
    by: Literal["claim", "instalment"]  # all of a claim first, or all of the oldest instalment
    say: Label  # may name values as {name}
    cite: Cite


class Allocation(Definition):
    """Orders of allocation; the first whose lateness is exceeded applies, the last otherwise."""

    orders: tuple[AllocationOrder, ...]
    values: dict[Identifier, Dated] = {}
    cite: Cite
