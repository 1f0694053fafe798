"""Indicators: one value per subject and day, measured from facts or computed from other columns."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from huoshui.policy.schema.parts import (
    Cite,
    Dated,
    Definition,
    Expression,
    Form,
    Identifier,
    Label,
    Number,
)


class Measure(Form):
    """An operation over the settled facts of one item; one file per operation in indicators/ops.

    latest          `column` of the fact in force on the day with the latest `true_from`
    holding         `aggregate` over the facts in force on the day
    financial_year  `aggregate` of `column` over the facts whose `true_from` lies in the calendar
                    year that is `year` from the last closed one (0, or -1 the one before)
    trailing        `aggregate` over the facts of the `months` months that end on the day, ended
                    `months_before` months earlier where that is given
    top_share       share of `column` that the `top` largest values of `by` make, over `months`
    active_months   calendar months of the last `months` with at least one fact
    variation       standard deviation over mean of monthly sums of `column`, over `months`
    since           whole months from the `first` or `last` day in `column` to the day
    edge_day        the `first` or `last` day in `column` that is not after the day
    """

    op: Literal[
        "latest",
        "holding",
        "financial_year",
        "trailing",
        "top_share",
        "active_months",
        "variation",
        "since",
        "edge_day",
    ]
    item: Identifier
    column: str | None = None
    aggregate: Literal["any", "count", "count_distinct", "sum", "max", "min"] | None = None
    where: Expression | None = None  # over the item's columns
    year: int = 0
    months: int | None = None
    months_before: int = 0
    by: str | None = None
    top: int | None = None
    edge: Literal["first", "last"] | None = None


class Change(Form):
    """How a subject can move the value itself, and how hard that is."""

    effort: Number  # for one step: over one threshold that a rule asks for, or to another word
    toward: Literal["higher", "lower", "any"] = "any"
    how: Label  # what the subject does
    cite: Cite


class ByTime(Form):
    """How the value moves by itself while nothing else happens; `day` names a day indicator.

    months_since  the value is the whole months from `day` on
    clears        `months` months after `day` the value becomes `to`
    ends          the day after `day` the value becomes `to`
    """

    way: Literal["months_since", "clears", "ends"]
    day: Identifier
    months: int | None = None  # for clears
    to: bool | Number | None = None  # for clears and ends

    @model_validator(mode="after")
    def _whole(self) -> ByTime:
        if (self.way == "clears") != (self.months is not None):
            raise ValueError("months are given for clears, and only there")
        if (self.way == "months_since") != (self.to is None):
            raise ValueError("to is given for clears and ends, and only there")
        return self


class Indicator(Definition):
    """A column of the profile."""

    type: Literal["number", "flag", "day", "text"]
    unit: str | None = None
    vocabulary: str | None = None  # for text
    measure: Measure | None = None
    formula: Expression | None = None  # over other indicators, constants and `values`
    values: dict[Identifier, Dated] = {}
    when_missing: Literal["unknown", "zero", "no"] = "unknown"  # zero/no need a complete register
    group: Identifier | None = None  # the heading it is shown under
    better: Literal["higher", "lower", "neither"] = "neither"
    change: Change | None = None  # null: the subject cannot move it
    by_time: ByTime | None = None  # null: it stays until a new fact comes
    cite: Cite

    @model_validator(mode="after")
    def _one_way_of_knowing(self) -> Indicator:
        if (self.measure is None) == (self.formula is None):
            raise ValueError("an indicator has either a measure or a formula")
        return self
