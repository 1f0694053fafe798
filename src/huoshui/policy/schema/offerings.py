"""Offerings: what a subject may get, from whom, when, how much and at what price."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

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
from huoshui.policy.schema.roles import InstitutionKind


class Institution(Definition):
    """Who offers or stands by: a bank or its branch, guarantor, insurer, office, park ..."""

    kind: InstitutionKind
    region: str  # GB/T 2260
    branch_of: Identifier | None = None  # the institution that this is a branch of
    fictional: bool = False


class Term(Form):
    """How long, in months, as expressions."""

    least: Expression
    most: Expression


class ConditionPrecedent(Form):
    """Something that must be done after acceptance and before money is drawn."""

    id: Identifier
    label: Label
    cite: Cite


class Automatic(Form):
    """When an application may be approved at once; whatever it does not cover goes to an officer.

    The clauses may name, beside the profile, what is asked: `asked_fen`, `asked_months`,
    `asked_purpose`, and `open_fen` (approved for the subject before and not ended).
    """

    clauses: tuple[Clause, ...]
    amount: Expression | None = None  # fen, the most it approves; null: what the offering gives
    rate: Expression | None = None  # basis points; null: the offering's own rate
    months: Expression | None = None  # the longest it approves; null: the offering's own term
    subject_most: Identifier | None = None  # a value: open for one subject at once, this included
    day_most: Identifier | None = None  # a value: approved by the rule in one day, this included
    cite: Cite


class Stacking(Form):
    """How a subsidy goes together with others of the same group."""

    group: Identifier  # subsidies that name one group are weighed against each other
    rule: Literal["one_of", "up_to"]  # only the largest, or all up to a sum
    most: Identifier | None = None  # for up_to: one of `values`, a sum of money


class Subsidy(Form):
    """How a subsidy or reward is claimed and paid, beside its clauses and its amount."""

    once_per: Literal["year", "ever", "case"]
    opens: Annotated[str, Field(pattern=r"^\d\d-\d\d$")] | None = None  # month and day, each year
    closes: Annotated[str, Field(pattern=r"^\d\d-\d\d$")] | None = None  # the last day
    stacking: Stacking | None = None  # null: it goes together with everything
    paid_to: Literal["subject", "investor", "fund_manager", "institution"] = "subject"
    evidence: tuple[Identifier, ...]  # items of fact that prove the claim
    without_application: bool = False  # the office finds and pays where all evidence is in hand
    paid_as: tuple[str, ...] = ()  # names that the treasury's records give to its payments
    cite: Cite


class Listing(Form):
    """How an offering came onto the region's list: a policy product, or one a bank proposed."""

    kind: Literal["policy", "tailored"]
    proposed_by: Identifier | None = None  # an institution
    listed_by: Identifier  # an institution, such as the science bureau
    listed_on: dt.date
    cite: Cite


class Offering(Definition):
    """A product or a programme of any kind.

    Every number stands in `values`, dated and cited; clauses and terms name them.  Amounts are in
    fen, prices in basis points a year.
    """

    kind: Literal["loan", "guarantee", "subsidy", "insurance", "equity", "lease", "securities"]
    institution: Identifier
    named_in: Cite | None = None  # who speaks of a product of this name
    terms_are: Literal["cited", "house", "mixed"]  # whose terms these are; shown to the reader
    applicants: tuple[Identifier, ...]  # words of the vocabulary subject_kind
    purposes: tuple[Identifier, ...]  # words of the vocabulary purpose
    security: tuple[Identifier, ...]  # words of the vocabulary security; any one suffices
    zones: tuple[Identifier, ...] = ()  # words of the vocabulary zone
    stages: tuple[Identifier, ...] = ()  # words of the vocabulary stage; empty: any
    regions: tuple[str, ...] = ()  # prefixes of GB/T 2260 codes; empty: any
    values: dict[Identifier, Dated] = {}
    clauses: tuple[Clause, ...]
    amount: Expression | None = None  # fen; null where the amount is not computed
    rate: Expression | None = None  # basis points a year that the subject pays; null: none
    fee: Expression | None = None  # basis points a year beside the rate (guarantee, premium)
    relief: Expression | None = None  # basis points a year that the programme pays back
    term: Term | None = None  # null where there is no term
    repayment: tuple[Identifier, ...] = ()  # words of the vocabulary repayment
    conditions: tuple[ConditionPrecedent, ...] = ()  # before a draw
    automatic: Automatic | None = None  # null: an officer decides
    quota_fen: Expression | None = None  # a year, set aside by the institution; null: no limit
    subsidy: Subsidy | None = None  # for kind subsidy
    sharing: Identifier | None = None  # the arrangement by which a loss is shared
    listing: Listing | None = None  # null: not on the region's list of sci-tech products
    handbook: Label | None = None
    cite: Cite
