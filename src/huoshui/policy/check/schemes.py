"""A scheme of points says what it means: no tier or grade is dead, and the weights add up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal

from huoshui.kernel.errors import Problem, Refusal
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Criterion, Group, Rating, Tier, Unit

Points = tuple[Decimal, Decimal] | None
"""The least and the most that something earns; None where some of its points are unknown."""


class SchemeRefusal(Refusal):
    """Why a scheme of points is refused, the weightiest first."""

    TIER_GAP = (
        "Below {start} no tier says what {criterion} earns.",
        "Begin with a tier that has no start, such as {{ points: 0 }}.",
    )
    TIER_OVERLAP = (
        "The tiers of {criterion} overlap at {start}: two of them start there.",
        "Let one value start one tier only.",
    )
    TIER_DEAD = (
        "No value of {criterion} lies in the tier {tier}.",
        "Take the tier out, or correct its start.",
    )
    TIER_IDLE = (
        "The tier {tier} of {criterion} earns what the one before it earns.",
        "Make one tier of the two, or correct the points.",
    )
    GRADE_UNREACHABLE = (
        "No score earns the grade {grade}: scores go from {least} to {most}.",
        "Correct the floor of the grade, or the points.",
    )
    WEIGHTS = (
        "{what} says {stated} points, and its parts come to {found}.",
        "Correct the weight, or the parts.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with every rating's tiers, grades and weights."""
    for rating in pack.ratings.values():
        for g, group in enumerate(rating.groups):
            for c, criterion in enumerate(group.criteria):
                yield from _tiers(pack, rating, criterion, ("groups", g, "criteria", c))
        yield from _weights(pack, rating)
        yield from _grades(pack, rating)


def _tiers(
    pack: Pack, rating: Rating, criterion: Criterion, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    indicator = pack.indicators.get(criterion.indicator)
    unit = pack.units.get(indicator.unit or "") if indicator else None
    starts = [_start(tier, unit) for tier in criterion.tiers]
    for nth, tier in enumerate(criterion.tiers):
        where = pack.where("ratings", rating.id, *path, "tiers", nth)
        if nth == 0 and _says_start(tier):
            yield SchemeRefusal.TIER_GAP.problem(
                where=where, criterion=criterion.id, start=_text(tier)
            )
            continue
        if nth and _same_start(tier, criterion.tiers[nth - 1]):
            yield SchemeRefusal.TIER_OVERLAP.problem(
                where=where, criterion=criterion.id, start=_text(tier)
            )
            continue
        ends = starts[nth + 1] if nth + 1 < len(starts) else math.inf
        if starts[nth] >= ends:
            yield SchemeRefusal.TIER_DEAD.problem(
                where=where, criterion=criterion.id, tier=_text(tier)
            )
        # A fitted card keeps its bins apart even where two of them weigh the same.
        elif rating.kind == "policy" and nth and _earns(tier) == _earns(criterion.tiers[nth - 1]):
            yield SchemeRefusal.TIER_IDLE.problem(
                where=where, criterion=criterion.id, tier=_text(tier)
            )


def _says_start(tier: Tier) -> bool:
    return tier.at_least is not None or tier.above is not None


def _same_start(tier: Tier, before: Tier) -> bool:
    return _says_start(tier) and (tier.at_least, tier.above) == (before.at_least, before.above)


def _earns(tier: Tier) -> tuple[Decimal, Decimal] | None:
    if tier.points is None:
        return None
    return tier.points, tier.points if tier.points_most is None else tier.points_most


def _start(tier: Tier, unit: Unit | None) -> Decimal | float:
    """Give the least value that a tier may hold, whole where the unit is counted whole."""
    is_counted = unit is not None and unit.whole and "money" not in unit.dimension
    if not _says_start(tier):
        return Decimal(0) if is_counted else -math.inf
    start = tier.at_least if tier.at_least is not None else tier.above
    assert start is not None, "one of the two is said"
    if unit is None or not unit.whole:
        return start
    least = math.ceil(start) if tier.at_least is not None else math.floor(start) + 1
    return Decimal(max(least, 0) if is_counted else least)


def _text(tier: Tier) -> str:
    if tier.at_least is not None:
        return f"at_least {tier.at_least}"
    return f"above {tier.above}" if tier.above is not None else "without a start"


def criterion_points(criterion: Criterion) -> Points:
    """Give the least and the most points of a criterion, missing evidence included."""
    pairs: list[tuple[Decimal, Decimal] | None] = [_earns(tier) for tier in criterion.tiers]
    given = [*criterion.cases.values()]
    if criterion.cases and criterion.otherwise is not None:
        given.append(criterion.otherwise)
    if criterion.missing is not None:
        given.append(criterion.missing)
    pairs += [None if points is None else (points, points) for points in given]
    known = [pair for pair in pairs if pair is not None]
    if len(known) < len(pairs) or not known:
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def group_points(group: Group) -> Points:
    """Give the least and the most points of a group, which may not count where it says `when`."""
    found = [criterion_points(criterion) for criterion in group.criteria]
    known = [pair for pair in found if pair is not None]
    if len(known) < len(found) or not known:
        return None
    take = sum if group.take == "sum" else max
    low, high = take(p[0] for p in known), take(p[1] for p in known)
    if group.cap is not None:
        low, high = min(low, group.cap), min(high, group.cap)
    if group.when is not None:  # it may not count
        low, high = min(low, Decimal(0)), max(high, Decimal(0))
    return Decimal(low), Decimal(high)


def _weights(pack: Pack, rating: Rating) -> Iterator[Problem]:
    for g, group in enumerate(rating.groups):
        for c, criterion in enumerate(group.criteria):
            best = criterion_points(criterion)
            if criterion.weight is not None and best and best[1] != criterion.weight:
                where = pack.where("ratings", rating.id, "groups", g, "criteria", c, "weight")
                yield _weight_problem(where, criterion.id, criterion.weight, best[1])
        best = group_points(group)
        if group.weight is not None and best and best[1] != group.weight:
            where = pack.where("ratings", rating.id, "groups", g, "weight")
            yield _weight_problem(where, group.id, group.weight, best[1])
    if rating.full_marks is None:
        return
    where = pack.where("ratings", rating.id, "full_marks")
    for found in _full_marks(rating):
        if found != rating.full_marks:
            yield _weight_problem(where, "full_marks", rating.full_marks, found)


def _weight_problem(where: object, what: str, stated: Decimal, found: Decimal) -> Problem:
    return SchemeRefusal.WEIGHTS.problem(
        where=where,  # type: ignore[arg-type]
        what=what,
        stated=stated,
        found=found,
    )


def _full_marks(rating: Rating) -> Iterator[Decimal]:
    """Yield what the groups come to for everybody, once for each condition that groups name."""
    for groups in _counting_together(rating):
        counted = [group_points(group) for group in groups]
        if all(counted):
            yield rating.base + sum(pair[1] for pair in counted if pair)


def _counting_together(rating: Rating) -> list[list[Group]]:
    """Give the groups that count for one subject, once for each condition that groups name."""
    conditions: list[str | None] = [g.when for g in rating.groups if g.when is not None]
    return [
        [g for g in rating.groups if g.when is None or g.when == condition]
        for condition in dict.fromkeys(conditions or [None])
    ]


def scores(rating: Rating) -> Points:
    """Give the lowest and the highest score that a rating can come to; None if nobody knows."""
    if any(bonus.points is None for bonus in rating.bonus):
        return None
    low = high = rating.base
    totals: list[tuple[Decimal, Decimal]] = []
    for groups in _counting_together(rating):
        found = [group_points(group) for group in groups]
        known = [pair for pair in found if pair is not None]
        if len(known) < len(found):
            return None
        totals.append((sum((p[0] for p in known), low), sum((p[1] for p in known), high)))
    low, high = min(t[0] for t in totals), max(t[1] for t in totals)
    earned = [bonus.points for bonus in rating.bonus if bonus.points is not None]
    gained = sum((p for p in earned if p > 0), Decimal(0))
    lost = sum((p for p in earned if p < 0), Decimal(0))
    if rating.bonus_cap is not None:
        gained, lost = min(gained, rating.bonus_cap), min(lost, rating.bonus_cap)
    low, high = low + lost, high + gained
    if rating.least is not None:
        low, high = max(low, rating.least), max(high, rating.least)
    if rating.most is not None:
        low, high = min(low, rating.most), min(high, rating.most)
    return low, high


def _grades(pack: Pack, rating: Rating) -> Iterator[Problem]:
    reach = scores(rating)
    if reach is None:
        return
    least, most = reach
    floors: Sequence[Decimal | None] = [band.at_least for band in rating.bands]
    for nth, band in enumerate(rating.bands):
        better = floors[nth - 1] if nth else None
        too_high = band.at_least is not None and band.at_least > most
        if too_high or (better is not None and better <= least):
            yield SchemeRefusal.GRADE_UNREACHABLE.problem(
                where=pack.where("ratings", rating.id, "bands", nth),
                grade=band.grade,
                least=least,
                most=most,
            )
