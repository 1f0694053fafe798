"""The parts of every definition: labels, cited dated values, clauses, sources, units."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from huoshui.kernel.citation import Certainty, Citation


def _number(value: object) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("a number is text or a whole number")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return number


def _citation(value: object) -> Citation:
    if isinstance(value, Citation):
        return value
    if not isinstance(value, str):
        raise ValueError("a citation is text of the form source#place")
    return Citation.parse(value)


Number = Annotated[Decimal, BeforeValidator(_number)]
"""A number read exactly from text or a whole number."""

NumberOrUnknown = Annotated[Decimal | None, BeforeValidator(_number)]
"""A number, or null where nobody knows it: the clause that reads it is then undecidable."""

Cite = Annotated[Citation, BeforeValidator(_citation)]
"""`<source-id>#<place>`; both must exist in the pack's sources."""

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""The name of a definition: its file's name, the column it makes, the word in explanations."""

Expression = Annotated[str, Field(min_length=1, max_length=2000)]
"""Text in the rule language; see `huoshui.policy.expression`."""


class Form(BaseModel):
    """A part of a definition: frozen, and an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Label(Form):
    """A name or a sentence in both languages."""

    zh: str
    en: str


class Cited(Form):
    """A value with its citation in the same breath; null is unknown, never zero."""

    value: NumberOrUnknown
    cite: Cite
    unit: str | None = None  # of the value as written, when it is not the unit it is used in
    note: str | None = None


Dated = dict[dt.date, Cited]
"""A value by the day it takes effect; each holds until the next."""


class Definition(Form):
    """What every file in a pack says of itself; `id` is the file's name (before any `@`)."""

    id: Identifier
    label: Label
    meaning: str = ""
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None  # half-open
    checked_on: dt.date  # the last day somebody compared this file with its source


class Clause(Form):
    """A condition: an expression that is true, false or unknown, and the sentence that says it."""

    id: Identifier
    when: Expression
    say: Label  # may name values as {name}
    cite: Cite
    evidence: str | None = None  # what would decide it, where the item's own name does not say


class SourcePlace(Form):
    """A place in a source, how sure we are of what it gives, and what it says in our words."""

    mark: Certainty
    says: str


class Source(Form):
    """A document that values rest on: title, number, issuer, days, and the places cited."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Label
    issuer: str
    number: str | None = None
    issued_on: dt.date | None = None
    in_force_from: dt.date | None = None
    in_force_until: dt.date | None = None
    found_at: str | None = None  # where we read it, as a name, not a live link
    places: dict[str, SourcePlace]
    checked_on: dt.date


class Unit(Form):
    """A unit of measure: powers of named dimensions, a scale, and whether it is counted whole."""

    label: Label
    dimension: dict[str, int] = {}  # {} is a pure number, such as a ratio
    scale: Number = Decimal(1)  # how many of the dimension's first unit
    whole: bool = False  # kept as integers
    bare: bool = True  # may a bare number stand for it (money may not)


class Vocabulary(Definition):
    """A closed list of words with their labels, in order where order means something."""

    ordered: bool = False
    entries: dict[str, Label]


class Constant(Definition):
    """A dated value that every expression may name, such as the one-year loan prime rate."""

    unit: str
    values: Dated


Mark = Literal["yes", "no", "unknown"]
