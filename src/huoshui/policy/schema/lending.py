"""How a lender keeps its loans: what a contract says where an offering says nothing of its own.

Days of grace, the uplift on what is late, how instalments are laid and in which order a payment is
set against what is owed; taken into an agreement on the day it is made, and fixed there.
"""

from __future__ import annotations

from typing import Literal

from huoshui.policy.schema.parts import Cite, Dated, Definition, Form, Identifier

RepaymentMethod = Literal[
    "level_payment",
    "level_principal",
    "interest_first",
    "quarterly_interest",
    "at_maturity",
    "on_demand",
    "stepped",
]
"""Shapes of schedules; a stepped one needs the plan that is agreed when the loan is drawn."""


class FloatingRate(Form):
    """A reference rate that loans follow; what is agreed above or below it stays."""

    reference: Identifier  # a constant in basis points
    reset: Literal["anniversary", "new_year"]
    cite: Cite


class Limit(Form):
    """What is granted is a limit (授信额度): each draw under it is a loan of its own."""

    is_revolving: bool  # what is repaid may be drawn again
    draw_months: Dated  # the longest that one draw may run
    cite: Cite


class Lending(Definition):
    """The conditions of loans; one file without offerings holds for all that no other names."""

    offerings: tuple[Identifier, ...] = ()
    methods: dict[Identifier, RepaymentMethod]  # word of the vocabulary repayment -> shape
    day_count: str
    business_days: str = "NULL"  # the convention by which due days move
    calendar: Identifier | None = None
    allocation: Identifier
    compounds: bool  # whether unpaid interest bears interest
    draw_within_days: Dated  # after signing
    grace_days: Dated
    penalty_uplift: Dated  # in basis points of the contract rate
    stops_accrual_above: Dated | None = None  # days late; null: only by hand
    resumes_accrual_at: Dated | None = None  # days late; null: nothing is late any more
    floating: FloatingRate | None = None  # null: the rate that was agreed holds throughout
    limit: Limit | None = None  # null: the loan is drawn once
    cite: Cite
