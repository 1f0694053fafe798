"""Ratings: one form for a policy scheme of points and for a fitted scorecard."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from huoshui.policy.schema.parts import (
    Cite,
    Clause,
    Dated,
    Definition,
    Expression,
    Form,
    Identifier,
    Label,
    Number,
    NumberOrUnknown,
)

RATING_SUFFIXES = ("_low", "_high", "_grade", "_line")
"""What a rating's columns are called, after the rating's own name (which is the score itself)."""


class Tier(Form):
    """Points for a range of the indicator that starts here; the first tier has no start."""

    at_least: Number | None = None  # inclusive start
    above: Number | None = None  # exclusive start
    points: NumberOrUnknown
    points_most: Number | None = None  # where an expert chooses between the two
    note: str | None = None


class Criterion(Form):
    """One indicator and the points it earns."""

    id: Identifier
    label: Label | None = None  # where the indicator's own does not serve
    indicator: Identifier
    tiers: tuple[Tier, ...] = ()  # ascending; for a number
    cases: dict[str, NumberOrUnknown] = {}  # for a word or a flag (true, false)
    otherwise: NumberOrUnknown = None  # for a word not in cases
    missing: NumberOrUnknown = None  # points for a missing value; null: it leaves an interval
    weight: Number | None = None  # the most it earns, as the rule states it; checked
    cite: Cite

    @model_validator(mode="after")
    def _tiers_or_cases(self) -> Criterion:
        if bool(self.tiers) == bool(self.cases):
            raise ValueError("a criterion has either tiers or cases")
        return self


class Group(Form):
    """Criteria that are read together, with a cap on what they may earn."""

    id: Identifier
    label: Label
    when: Expression | None = None  # whom the group counts for; null: everybody
    take: Literal["sum", "best"] = "sum"  # best: only the criterion that earns most counts
    cap: NumberOrUnknown = None
    weight: Number | None = None  # the most it earns, as the rule states it; checked
    criteria: tuple[Criterion, ...]


class Bonus(Clause):
    """Points added where a clause is true."""

    points: NumberOrUnknown


class Band(Form):
    """A grade, the score from which it holds, and the line it recommends."""

    grade: str
    at_least: Number | None = None  # null for the lowest
    label: Label
    line: Dated | None = None  # yuan or wan_yuan, as each value's `unit` says
    cite: Cite


class Rating(Definition):
    """A scheme: groups of criteria, hard conditions, bonus, bands.

    It makes the columns `<id>` (score, null while evidence is missing), `<id>_low`, `<id>_high`,
    `<id>_grade` and `<id>_line` (fen) of the profile.
    """

    kind: Literal["policy", "scorecard"]
    base: Number  # what everybody starts with
    least: Number | None = None
    most: Number | None = None
    full_marks: Number | None = None  # what the groups' weights add up to; checked
    groups: tuple[Group, ...]
    hard: tuple[Clause, ...] = ()  # one that is false leaves no grade
    bonus: tuple[Bonus, ...] = ()
    bonus_cap: NumberOrUnknown = None
    bands: tuple[Band, ...] = ()  # from the best down
    applies_when: Expression | None = None  # subjects outside it are not rated
    values: dict[Identifier, Dated] = {}
    cite: Cite
    caution: Label | None = None  # what must be said wherever the score is shown
    fitted: dict[str, str] | None = None  # how a scorecard was fitted: sample, target, auc ...
