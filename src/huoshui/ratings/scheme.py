"""A rating made ready to run on a day: every threshold, table of points and expression resolved.

Each criterion becomes codes and two tables: the least and the most points by code.  They differ
only where evidence is missing (or a word is none of the cases): the least and the most tier are
then both possible, and the score is an interval.  Points that nobody knows (null) have no bounds;
a subject that may land on them has no interval at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TypeVar

import numpy as np

from huoshui.kernel.errors import Problem, Refusal, Refused
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Band, Bonus, Clause, Criterion, Group, Rating
from huoshui.policy.scope import profile_scope
from huoshui.policy.values import resolved
from huoshui.ratings.ops.choices import Choice, choices_of
from huoshui.ratings.ops.clauses import Condition, condition
from huoshui.ratings.ops.tiers import Start, tier_starts
from huoshui.ratings.schema import columns, is_representable, micro


class RatingRefusal(Refusal):
    """Why a rating is refused, the weightiest first."""

    OTHER_DAY = (
        "The pack was read as at {pack_day} and a rating is asked for {asof}.",
        "Load the pack as at {asof}.",
    )
    TOO_FINE = (
        "{points} points are finer than a millionth or above 1,000,000,000.",
        "Round the points to six decimals.",
    )
    CIRCLE = (
        "The ratings {circle} read each other's columns in a circle.",
        "Let one of them stop reading the other.",
    )
    NO_COLUMN = (
        "The table has no column {column}, which the rating {rating} reads.",
        "Compute the profile with the same pack first.",
    )
    NO_SUCH = "There is no rating {rating}.", "Use one of: {known}."
    POINTS_TURNED = (
        "A tier gives {points} points and at most {most}, which is less.",
        "Write the lesser of the two as points, the greater as points_most.",
    )


AnyClause = TypeVar("AnyClause", bound=Clause)


@dataclass(frozen=True, eq=False)
class Points:
    """Points by code; the last code is missing evidence."""

    low: np.ndarray  # int64 millionths
    high: np.ndarray
    unbounded: np.ndarray | None  # bool by code, where some points are unknown


@dataclass(frozen=True, eq=False)
class CriterionScheme:
    """One criterion: its codes are tiers in order, or cases in order and then other words."""

    criterion: Criterion
    group: Group
    starts: tuple[Start, ...]  # of tiers; empty for cases
    words: Mapping[str, int]  # case -> code; empty for tiers
    points: Points

    @property
    def missing_code(self) -> int:
        """Give the code of missing evidence."""
        return len(self.points.low) - 1


@dataclass(frozen=True, eq=False)
class BandScheme:
    """A grade with its floor and line on the day."""

    band: Band
    floor: int | None  # millionths; None holds for every score
    line_fen: int | None


@dataclass(frozen=True, eq=False)
class Scheme:
    """A rating resolved on a day."""

    rating: Rating
    asof: dt.date
    criteria: tuple[CriterionScheme, ...]
    whens: tuple[Condition | None, ...]  # whom each group counts for
    choices: tuple[Choice, ...]
    bonus: tuple[tuple[Bonus, Condition], ...]
    hard: tuple[tuple[Clause, Condition], ...]
    applies: Condition | None
    bands: tuple[BandScheme, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """Name the columns of the profile that the scheme reads."""
        names = {c.criterion.indicator for c in self.criteria}
        for wanted in self.conditions():
            names.update(wanted.columns)
        return tuple(sorted(names))

    @property
    def has_unknown_points(self) -> bool:
        """Say whether some points are known to nobody, so that a subject may have no bounds."""
        return any(c.points.unbounded is not None for c in self.criteria)

    @property
    def may_be_scored(self) -> bool:
        """Say whether anybody can have a score: no criterion is unknown at every value to all."""
        return not any(
            c.group.when is None and c.points.unbounded is not None and c.points.unbounded.all()
            for c in self.criteria
        )

    def conditions(self) -> Iterator[Condition]:
        """Give every condition of the scheme."""
        yield from (wanted for wanted in self.whens if wanted is not None)
        yield from (wanted for _, wanted in self.bonus)
        yield from (wanted for _, wanted in self.hard)
        if self.applies is not None:
            yield self.applies

    def criteria_of(self, group: Group) -> list[CriterionScheme]:
        """Give a group's criteria in order."""
        return [c for c in self.criteria if c.group is group]


def compile_rating(pack: Pack, rating: Rating, *, asof: dt.date) -> Scheme:
    """Resolve a rating on the pack's day, or refuse with every fault of its points."""
    if asof != pack.asof:
        raise RatingRefusal.OTHER_DAY.refuse(pack_day=pack.asof, asof=asof)
    Refused.raise_any(check_rating(pack, rating))
    criteria = tuple(
        _criterion(criterion, group) for group in rating.groups for criterion in group.criteria
    )
    scope = profile_scope(pack, rating.values)

    def made(clauses: tuple[AnyClause, ...], key: str) -> tuple[tuple[AnyClause, Condition], ...]:
        place = partial(pack.where, "ratings", rating.id, key)
        return tuple((c, condition(c.when, scope, place(i, "when"))) for i, c in enumerate(clauses))

    applies = rating.applies_when
    where = pack.where("ratings", rating.id, "applies_when")
    return Scheme(
        rating=rating,
        asof=asof,
        criteria=criteria,
        whens=tuple(
            condition(g.when, scope, pack.where("ratings", rating.id, "groups", i, "when"))
            if g.when is not None
            else None
            for i, g in enumerate(rating.groups)
        ),
        choices=choices_of(pack, rating, scope),
        bonus=made(rating.bonus, "bonus"),
        hard=made(rating.hard, "hard"),
        applies=condition(applies, scope, where) if applies else None,
        bands=tuple(_band(pack, band, asof) for band in rating.bands),
    )


def check(pack: Pack) -> list[Problem]:
    """Give what no rating can be run with: points too fine to hold."""
    return [p for rating in pack.ratings.values() for p in check_rating(pack, rating)]


def check_rating(pack: Pack, rating: Rating) -> Iterator[Problem]:
    """Yield every number of points that cannot be held exactly."""
    for path, points in _points(rating):
        if points is not None and not is_representable(points):
            where = pack.where("ratings", rating.id, *path)
            yield RatingRefusal.TOO_FINE.problem(where=where, points=points)
    for g, group in enumerate(rating.groups):
        for c, criterion in enumerate(group.criteria):
            for t, tier in enumerate(criterion.tiers):
                least, most = tier.points, tier.points_most
                if most is not None and (least is None or most < least):
                    path = ("groups", g, "criteria", c, "tiers", t)
                    where = pack.where("ratings", rating.id, *path)
                    yield RatingRefusal.POINTS_TURNED.problem(where=where, points=least, most=most)


def _points(rating: Rating) -> Iterator[tuple[tuple[str | int, ...], Decimal | None]]:
    yield ("base",), rating.base
    yield ("least",), rating.least
    yield ("most",), rating.most
    yield ("bonus_cap",), rating.bonus_cap
    for i, group in enumerate(rating.groups):
        yield ("groups", i, "cap"), group.cap
        for j, criterion in enumerate(group.criteria):
            path = ("groups", i, "criteria", j)
            yield (*path, "missing"), criterion.missing
            yield (*path, "otherwise"), criterion.otherwise
            for k, tier in enumerate(criterion.tiers):
                yield (*path, "tiers", k), tier.points
                yield (*path, "tiers", k), tier.points_most
            for word, points in criterion.cases.items():
                yield (*path, "cases", word), points
    for i, bonus in enumerate(rating.bonus):
        yield ("bonus", i), bonus.points
    for i, band in enumerate(rating.bands):
        yield ("bands", i, "at_least"), band.at_least


def _criterion(criterion: Criterion, group: Group) -> CriterionScheme:
    if criterion.tiers:
        rows = [_between(tier.points, tier.points_most) for tier in criterion.tiers]
        starts, words = tier_starts(criterion.tiers), {}
    else:
        rows = [_exactly(points) for points in criterion.cases.values()]
        starts, words = (), {word: code for code, word in enumerate(criterion.cases)}
    known = [row for row in rows if not row[2]]
    if words and criterion.otherwise is not None:
        known.append(_exactly(criterion.otherwise))
    least = min((row[0] for row in known), default=Decimal(0))
    most = max((row[1] for row in known), default=Decimal(0))
    anything = (least, most, any(row[2] for row in rows) or not known)
    if words:  # the code of words outside the cases
        rows.append(anything if criterion.otherwise is None else _exactly(criterion.otherwise))
    rows.append(anything if criterion.missing is None else _exactly(criterion.missing))
    unbounded = np.array([row[2] for row in rows])
    points = Points(
        low=np.array([micro(row[0]) for row in rows], dtype=np.int64),
        high=np.array([micro(row[1]) for row in rows], dtype=np.int64),
        unbounded=unbounded if unbounded.any() else None,
    )
    return CriterionScheme(criterion, group, starts, words, points)


def _exactly(points: Decimal | None) -> tuple[Decimal, Decimal, bool]:
    return (Decimal(0), Decimal(0), True) if points is None else (points, points, False)


def _between(least: Decimal | None, most: Decimal | None) -> tuple[Decimal, Decimal, bool]:
    """Give a tier's points; where an expert chooses between two, both ends stay possible."""
    low, high, is_open = _exactly(least)
    return low, high if most is None else most, is_open


def _band(pack: Pack, band: Band, asof: dt.date) -> BandScheme:
    floor = None if band.at_least is None else micro(band.at_least)
    line = resolved(band.line, asof) if band.line else None
    if line is None or line.value is None:
        return BandScheme(band, floor, None)
    scale = pack.units[line.unit or "fen"].scale
    return BandScheme(band, floor, int(line.value * scale))


def in_order(pack: Pack, schemes: Mapping[str, Scheme]) -> list[Scheme]:
    """Order schemes so that one that reads another's columns comes after it."""
    owner = {column: name for name in schemes for column in columns(name)}
    left = {
        name: {owner[c] for c in scheme.reads if c in owner} for name, scheme in schemes.items()
    }
    made: list[Scheme] = []
    while left:
        ready = sorted(name for name, needs in left.items() if not needs & left.keys())
        if not ready:
            circle = sorted(left)
            raise RatingRefusal.CIRCLE.refuse(
                where=pack.where("ratings", circle[0]), circle=", ".join(circle)
            )
        made += [schemes[name] for name in ready]
        for name in ready:
            del left[name]
    return made
