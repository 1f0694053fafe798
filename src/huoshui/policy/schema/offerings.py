"""Offerings: what a subject may get, from whom, when, how much and at what price."""

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
    handbook: Label | None = None
    cite: Cite
