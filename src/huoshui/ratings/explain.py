"""Why one subject has the score it has: criterion by criterion, and what is missing.

Works in the same whole millionths as the bulk and must give the same five columns; a test holds
them to it.  For missing evidence it says how far the score could still move, the farthest first.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from huoshui.kernel.citation import Citation
from huoshui.kernel.trace import Trace
from huoshui.policy.expression import evaluate_row
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Cited, Clause, Group, Label
from huoshui.policy.values import resolved
from huoshui.ratings.build import known_rating
from huoshui.ratings.ops.bands import band_of
from huoshui.ratings.ops.cases import case_of
from huoshui.ratings.ops.choices import Choice
from huoshui.ratings.ops.clauses import Condition, truth_of
from huoshui.ratings.ops.tiers import tier_of
from huoshui.ratings.schema import MICRO, NO_GRADE, micro
from huoshui.ratings.scheme import CriterionScheme, Scheme, compile_rating

End = Literal["low", "high"]
LOW: End = "low"
HIGH: End = "high"


@dataclass(frozen=True)
class CriterionTrace:
    """What one criterion gave, of how much."""

    id: str
    group: str
    label: Label
    indicator: str
    value: object
    tier: str | None  # the range or case the value falls in; None for missing evidence
    low: Decimal
    high: Decimal
    possible: Decimal | None  # the most points it can give; None where nobody knows
    missing: bool
    open: bool  # points that nobody knows
    counts: bool | None  # whether its group counts for this subject
    cite: Citation


@dataclass(frozen=True)
class GroupTrace:
    """What a group came to, were it to count, and whether it does."""

    id: str
    label: Label
    counts: bool | None
    low: Decimal
    high: Decimal
    open: bool  # some of its points nobody knows
    cap: Decimal | None
    trace: Trace | None = field(repr=False)  # of whom it counts for


@dataclass(frozen=True)
class ConditionTrace:
    """What a hard condition or a bonus came to."""

    id: str
    say: Label
    verdict: bool | None
    points: Decimal | None  # of a bonus
    cite: Citation
    columns: Mapping[str, object]  # what it read of the profile
    values: Mapping[str, Cited | None]  # of the scheme, that its sentence may name
    trace: Trace = field(repr=False)


@dataclass(frozen=True)
class Missing:
    """A missing piece of evidence and how far it can move the score."""

    id: str  # of the criterion, of the choice between groups, or of the bonus
    label: Label
    columns: tuple[str, ...]  # of the profile
    rises_to: Decimal  # the low end of the score were this evidence the best
    falls_to: Decimal  # the high end were it the worst
    moves: Decimal  # the two movements together


@dataclass(frozen=True)
class RatingTrace:
    """One subject's score and everything behind it."""

    rating: str
    label: Label
    caution: Label | None
    asof: dt.date
    applies: bool | None
    low: Decimal | None
    high: Decimal | None
    grade: str | None
    line_fen: int | None
    most: Decimal | None  # of the scheme
    groups: tuple[GroupTrace, ...]
    criteria: tuple[CriterionTrace, ...]
    hard: tuple[ConditionTrace, ...]
    bonus: tuple[ConditionTrace, ...]
    missing: tuple[Missing, ...]
    cite: Citation

    @property
    def score(self) -> Decimal | None:
        """Give the score where the evidence suffices."""
        return self.low if self.low == self.high else None


def explain(pack: Pack, rating: str, row: Mapping[str, object], *, asof: dt.date) -> RatingTrace:
    """Trace one rating of one profile row."""
    wanted = known_rating(pack, rating)
    kept = f"rating {rating} {asof}"  # checking a scheme takes longer than asking it of a row
    if kept not in pack.remembered:
        pack.remembered[kept] = compile_rating(pack, wanted, asof=asof)
    scheme = pack.remembered[kept]
    assert isinstance(scheme, Scheme), "kept under its own name"
    return trace(pack, scheme, row)


def trace(pack: Pack, scheme: Scheme, row: Mapping[str, object]) -> RatingTrace:
    """Trace a scheme made ready; a row is a profile row as plain values by column."""
    rating, asof = scheme.rating, scheme.asof
    counted = [evaluate_row(w.typed, row, asof=asof) if w else None for w in scheme.whens]
    verdicts = tuple(True if found is None else truth_of(found) for found in counted)
    counts = dict(zip((g.id for g in rating.groups), verdicts, strict=True))
    criteria = tuple(_criterion(pack, c, row, counts[c.group.id]) for c in scheme.criteria)
    applies: bool | None = True
    if scheme.applies is not None:
        applies = truth_of(evaluate_row(scheme.applies.typed, row, asof=asof))
    hard = tuple(_condition(scheme, h, wanted, None, row) for h, wanted in scheme.hard)
    bonus = tuple(_condition(scheme, b, wanted, b.points, row) for b, wanted in scheme.bonus)
    by_group = [[c for c in criteria if c.group == group.id] for group in rating.groups]
    groups = list(zip(rating.groups, by_group, strict=True))
    parts = _Parts(
        scheme=scheme,
        counts=verdicts,
        low=tuple(_earned(g, own, LOW) for g, own in groups),
        high=tuple(_earned(g, own, HIGH) for g, own in groups),
        bonus=bonus,
    )
    low, high = parts.total(LOW), parts.total(HIGH)
    unbounded = any(c.open and c.counts is not False for c in criteria) or any(
        b.points is None and b.verdict is not False for b in bonus
    )
    is_bounded = applies is True and not unbounded
    grade, line = _grade(scheme, low, high, hard, applies=applies, bounded=is_bounded)
    return RatingTrace(
        rating=rating.id,
        label=rating.label,
        caution=rating.caution,
        asof=asof,
        applies=applies,
        low=_points(low) if is_bounded else None,
        high=_points(high) if is_bounded else None,
        grade=grade,
        line_fen=line,
        most=rating.full_marks if rating.most is None else rating.most,
        groups=tuple(
            _group(parts, nth, own, found)
            for nth, (own, found) in enumerate(zip(by_group, counted, strict=True))
        ),
        criteria=criteria,
        hard=hard,
        bonus=bonus,
        missing=_missing(parts, by_group, low, high) if is_bounded else (),
        cite=rating.cite,
    )


def _criterion(
    pack: Pack, scheme: CriterionScheme, row: Mapping[str, object], counts: bool | None
) -> CriterionTrace:
    criterion = scheme.criterion
    value = row.get(criterion.indicator)
    if isinstance(value, float) and not math.isfinite(value):
        value = None
    if value is None:
        code = scheme.missing_code
    elif scheme.words:
        code = case_of(value, scheme.words, missing=scheme.missing_code)  # type: ignore[arg-type]
    else:
        code = tier_of(value, scheme.starts)  # type: ignore[arg-type]
    points = scheme.points
    is_open = points.unbounded is not None
    return CriterionTrace(
        id=criterion.id,
        group=scheme.group.id,
        label=criterion.label or pack.indicators[criterion.indicator].label,
        indicator=criterion.indicator,
        value=value,
        tier=None if value is None else _tier(scheme, code),
        low=_points(int(points.low[code])),
        high=_points(int(points.high[code])),
        possible=None if is_open else _points(int(points.high.max())),
        missing=value is None,
        open=bool(points.unbounded[code]) if points.unbounded is not None else False,
        counts=counts,
        cite=criterion.cite,
    )


def _group(
    parts: _Parts, nth: int, criteria: Sequence[CriterionTrace], found: Trace | None
) -> GroupTrace:
    group = parts.scheme.rating.groups[nth]
    return GroupTrace(
        id=group.id,
        label=group.label,
        counts=parts.counts[nth],
        low=_points(parts.group(nth, "low")),
        high=_points(parts.group(nth, "high")),
        open=any(c.open for c in criteria),
        cap=group.cap,
        trace=found,
    )


def _condition(
    scheme: Scheme,
    clause: Clause,
    wanted: Condition,
    points: Decimal | None,
    row: Mapping[str, object],
) -> ConditionTrace:
    found = evaluate_row(wanted.typed, row, asof=scheme.asof)
    values = {n: resolved(d, scheme.asof) for n, d in scheme.rating.values.items()}
    columns = {name: row.get(name) for name in wanted.columns}
    return ConditionTrace(
        clause.id, clause.say, truth_of(found), points, clause.cite, columns, values, found
    )


def _tier(scheme: CriterionScheme, code: int) -> str:
    """Say a tier as a range, or the case itself."""
    if scheme.words:
        words = list(scheme.words)
        return words[code] if code < len(words) else "otherwise"
    ends = []
    if code > 0:
        number, inclusive = scheme.starts[code - 1]
        ends.append(f"{'>=' if inclusive else '>'} {number}")
    if code < len(scheme.starts):
        number, inclusive = scheme.starts[code]
        ends.append(f"{'<' if inclusive else '<='} {number}")
    return ", ".join(ends) or "any"


def _earned(group: Group, criteria: Iterable[CriterionTrace], end: End) -> int:
    """Give one end of what a group earns by its criteria, were it to count."""
    points = [micro(c.low if end == "low" else c.high) for c in criteria]
    made = max(points, default=0) if group.take == "best" else sum(points)
    return made if group.cap is None else min(made, micro(group.cap))


@dataclass(frozen=True)
class _Parts:
    """What a score is added up from; replacing a part says what the score would then be."""

    scheme: Scheme
    counts: tuple[bool | None, ...]  # by group
    low: tuple[int, ...]  # by group, millionths
    high: tuple[int, ...]
    bonus: tuple[ConditionTrace, ...]

    def group(self, nth: int, end: End) -> int:
        """Give one end of what a group earns, were it to count."""
        return self.low[nth] if end == "low" else self.high[nth]

    def earning(self, nth: int, end: End, points: int) -> int:
        """Give one end of the score, had a group earned other points at that end."""
        if end == "low":
            return replace(self, low=(*self.low[:nth], points, *self.low[nth + 1 :])).total(end)
        return replace(self, high=(*self.high[:nth], points, *self.high[nth + 1 :])).total(end)

    def options(self, choice: Choice, end: End) -> list[int]:
        """Give one end of what each option of a choice would earn."""
        return [sum(self.group(nth, end) for nth in option) for option in choice.options]

    def total(self, end: End, chosen: Mapping[str, int] | None = None) -> int:
        """Add one end of the interval up, in millionths; `chosen` gives open choices by place."""
        rating = self.scheme.rating
        total = micro(rating.base)
        for nth, counts in enumerate(self.counts):
            total += self.group(nth, end) if counts else 0
        for choice in self.scheme.choices:
            if self.counts[choice.asked] is not None:
                continue
            earned = self.options(choice, end)
            if chosen is not None and choice.id in chosen:
                total += earned[chosen[choice.id]]
            else:
                total += min(earned) if end == "low" else max(earned)
        total += self._bonus(end)
        if rating.least is not None:
            total = max(total, micro(rating.least))
        return total if rating.most is None else min(total, micro(rating.most))

    def _bonus(self, end: End) -> int:
        earned = 0
        for b in self.bonus:
            points = micro(b.points or Decimal(0))
            may = min(points, 0) if end == "low" else max(points, 0)
            earned += {True: points, False: 0, None: may}[b.verdict]
        cap = self.scheme.rating.bonus_cap
        return earned if cap is None else min(earned, micro(cap))


def _grade(
    scheme: Scheme,
    low: int,
    high: int,
    hard: Sequence[ConditionTrace],
    *,
    applies: bool | None,
    bounded: bool,
) -> tuple[str | None, int | None]:
    """Give the grade and the line, by the rules of `schema.RatingColumns`."""
    if applies is not True or not scheme.bands:
        return None, None
    floors = [-(2**63) if b.floor is None else b.floor for b in scheme.bands]
    at_low, at_high, none = band_of(low, floors), band_of(high, floors), len(floors)
    if any(h.verdict is False for h in hard) or (bounded and at_high == none):
        has_lines = any(b.line_fen is not None for b in scheme.bands)
        return NO_GRADE, 0 if has_lines else None
    if not bounded or any(h.verdict is None for h in hard):
        return None, None
    grades = [*(b.band.grade for b in scheme.bands), NO_GRADE]
    has_lines = any(b.line_fen is not None for b in scheme.bands)
    lines = [*(b.line_fen for b in scheme.bands), 0 if has_lines else None]
    return grades[at_low] if at_low == at_high else None, lines[at_low]


def _missing(
    parts: _Parts, by_group: Sequence[Sequence[CriterionTrace]], low: int, high: int
) -> tuple[Missing, ...]:
    """Give what is missing, first what could move the score farthest."""
    found = []
    bonus = parts.bonus
    for nth, criteria in enumerate(by_group):
        group = parts.scheme.rating.groups[nth]
        for i, c in enumerate(criteria):
            if c.low == c.high or c.counts is False:
                continue
            others = [*criteria[:i], *criteria[i + 1 :]]
            best = _earned(group, [*others, replace(c, low=c.high)], LOW)
            worst = _earned(group, [*others, replace(c, high=c.low)], HIGH)
            rises, falls = parts.earning(nth, LOW, best), parts.earning(nth, HIGH, worst)
            found.append(_move(c.id, c.label, (c.indicator,), rises, falls, low, high))
    for choice in parts.scheme.choices:
        if parts.counts[choice.asked] is not None:
            continue
        ways = range(len(choice.options))
        rises = max(parts.total("low", {choice.id: way}) for way in ways)
        falls = min(parts.total("high", {choice.id: way}) for way in ways)
        found.append(_move(choice.id, choice.label, choice.columns, rises, falls, low, high))
    for i, b in enumerate(bonus):
        if b.verdict is not None or not b.points:
            continue
        ends = []
        for wanted, end in ((b.points > 0, LOW), (b.points < 0, HIGH)):
            known = (*bonus[:i], replace(b, verdict=wanted), *bonus[i + 1 :])
            ends.append(replace(parts, bonus=known).total(end))
        found.append(_move(b.id, b.say, tuple(b.columns), ends[0], ends[1], low, high))
    return tuple(sorted(found, key=lambda m: (-m.moves, m.id)))


def _move(
    name: str, label: Label, columns: tuple[str, ...], rises: int, falls: int, low: int, high: int
) -> Missing:
    moves = (rises - low) + (high - falls)
    return Missing(name, label, columns, _points(rises), _points(falls), _points(moves))


def _points(millionths: int) -> Decimal:
    return Decimal(millionths) / MICRO
