"""Sharing of losses as data: who funds, what counts as the loss, who bears which part of it.

What a pool was funded with and how a loss is shared are different things and stand apart.  An
amount is split by the sharing engine, not here.
"""

from __future__ import annotations

from typing import Literal

from huoshui.policy.schema.parts import (
    Cite,
    Clause,
    Dated,
    Definition,
    Expression,
    Form,
    Identifier,
    Label,
)


class Funder(Form):
    """Who pays into the pool, and what part of it."""

    id: Identifier
    label: Label
    share: Expression | None = None  # a ratio over values and columns; null: unknown
    cite: Cite


class Bearer(Form):
    """Who bears a loss, and what part of it."""

    id: Identifier
    label: Label
    share: Expression | None = None  # a ratio over values and columns; null: unknown
    bound: Literal["exactly", "at_least", "at_most", "remainder"] = "exactly"
    cite: Cite


class LossPart(Form):
    """Whether a part of what is owed counts as the loss that is shared; null: not known."""

    counts: bool | None
    cite: Cite


class LossBase(Form):
    """What counts as the loss, part by part, and from when."""

    bad_principal: LossPart  # principal of loans classified as bad
    overdue_principal: LossPart  # principal due and not paid, whatever the class
    interest: LossPart
    claimable_after_days: Identifier | None = None  # one of `values`: days overdue before a claim
    say: Label


class Limit(Form):
    """A cap, a threshold or a deadline: a named value and what happens there."""

    id: Identifier
    kind: Literal["cap", "warning", "suspension", "deadline", "fee", "floor"]
    value: Identifier  # one of `values`
    say: Label  # may name values as {name}
    cite: Cite


class Sharing(Definition):
    """An arrangement by which a loss is shared."""

    form: Literal["risk_compensation", "guarantee", "insurance"]
    region: str | None = None  # a prefix of GB/T 2260; null: the whole country
    clauses: tuple[Clause, ...] = ()  # whose loans it is for, over columns of the profile
    funders: tuple[Funder, ...] = ()
    loss: LossBase
    bearers: tuple[Bearer, ...]
    limits: tuple[Limit, ...] = ()
    values: dict[Identifier, Dated] = {}
    handbook: Label | None = None
    cite: Cite
