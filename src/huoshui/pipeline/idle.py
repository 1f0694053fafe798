"""Moves of a threshold that no answer depends on, so that no worked example could notice them.

Such a move leaves the definition saying what it said: a floor below every score there is, a month
more where no months are read.  To ask for an example of it would be to ask for the impossible.
Every rule here is an argument that the two answer alike; none of them names a definition.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from huoshui.indicators.conditions import asked
from huoshui.indicators.ops import OPS
from huoshui.policy import expression
from huoshui.policy.check.schemes import Points, criterion_points, group_points
from huoshui.policy.expression.nodes import Call, Literal, Name
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Definition, Group, Indicator, Rating

Path = tuple[str | int, ...]

_EARNED = frozenset({"points", "points_most", "cases", "otherwise", "missing"})


def is_idle(pack: Pack, definition: Definition, changed: Definition, path: Path) -> bool:
    """Say whether a definition answers everybody as before with one of its numbers moved."""
    if isinstance(definition, Indicator) and isinstance(changed, Indicator):
        return _asks_the_same(pack, definition, changed)
    if isinstance(definition, Rating) and isinstance(changed, Rating):
        rules = (_adds_to_no_score, _bounds_nothing, _is_never_best)
        return any(rule(definition, changed, path) for rule in rules)
    return False


def _asks_the_same(pack: Pack, definition: Indicator, changed: Indicator) -> bool:
    """Say whether the facts are asked the very same thing: an operation need not read a number."""
    if definition.measure is None or changed.measure is None:
        return False
    made = [
        OPS[one.measure.op].measured(asked(pack, one, pack.asof))
        for one in (definition, changed)
        if one.measure is not None
    ]
    return made[0] == made[1]


def _adds_to_no_score(definition: Rating, changed: Rating, path: Path) -> bool:
    """Say whether nobody has a score to which this number could add.

    Where everybody earns points by a criterion whose points nobody knows, whatever the evidence,
    no score and no end of one is known, whatever everybody starts with.
    """
    return path in (("base",), ("least",), ("most",)) and all(
        _is_unknown_to_all(rating) for rating in (definition, changed)
    )


def _is_unknown_to_all(rating: Rating) -> bool:
    """Say whether a criterion that counts for everybody has no points known at any value."""
    return any(
        group.when is None
        and group.take == "sum"
        and criterion.missing is None
        and criterion.otherwise is None
        and all(tier.points is None for tier in criterion.tiers)
        and all(points is None for points in criterion.cases.values())
        for group in rating.groups
        for criterion in group.criteria
    )


def _bounds_nothing(definition: Rating, changed: Rating, path: Path) -> bool:
    """Say whether a bound lies where no score, or no sum of a group, comes to it before or after.

    A ceiling at or above the most that can be earned takes nothing away, wherever it stands there;
    a floor at or below the least adds nothing.
    """
    before, after = _number(definition, path), _number(changed, path)
    match path:
        case ("most" | "least",):
            found = _unbounded(definition)
        case ("groups", int(nth), "cap"):
            without = {"cap": None, "when": None}
            found = group_points(definition.groups[nth].model_copy(update=without))
        case _:
            return False
    if found is None or before is None or after is None:
        return False
    least, most = found
    return max(before, after) <= least if path == ("least",) else min(before, after) >= most


def _unbounded(rating: Rating) -> Points:
    """Give the least and the most a score may come to before its own bounds; None if unknown.

    Groups for different words of one column, or for a column that is known and for the same column
    unknown, exclude each other; of any others all may count, or none.
    """
    low = high = rating.base
    least: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    most: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for group in rating.groups:
        found = group_points(group)
        if found is None:
            return None
        column, word = _wanted(group)
        least[column][word] += found[0]
        most[column][word] += found[1]
    low += sum(min(options.values()) for options in least.values())
    high += sum(max(options.values()) for options in most.values())
    for bonus in rating.bonus:
        if bonus.points is None:
            return None
        low, high = low + min(bonus.points, Decimal(0)), high + max(bonus.points, Decimal(0))
    return low, high


def _wanted(group: Group) -> tuple[str, str]:
    """Say by which evidence a group counts, and at which word of it."""
    if group.when is None:
        return "", ""
    match expression.parse(group.when).root:
        case Call("=", (Name(column), Literal(str(word)))):
            return f"{column} =", word
        case Call("is null", (Name(column),)):
            return f"{column} is", "null"
        case Call("not", (Call("is null", (Name(column),)),)):
            return f"{column} is", "not null"
    return group.when, ""


def _is_never_best(definition: Rating, changed: Rating, path: Path) -> bool:
    """Say whether other criteria of a group always earn as much, where only the best counts.

    What is not above the least that another criterion earns of any evidence, missing evidence
    included, is never more than the best of the group, neither before nor after.
    """
    match path:
        case ("groups", int(nth), "criteria", int(place), *rest) if _EARNED & {*map(str, rest)}:
            group = definition.groups[nth]
        case _:
            return False
    if group.take != "best":
        return False
    others = [criterion_points(c) for n, c in enumerate(group.criteria) if n != place]
    floors = [found[0] for found in others if found is not None]
    before, after = (_number(rating, path) for rating in (definition, changed))
    if not floors or before is None or after is None:
        return False
    return max(before, after) <= max(floors)


def _number(rating: Rating, path: Path) -> Decimal | None:
    part: object = rating
    for key in path:
        is_inside = isinstance(part, tuple | dict)
        part = part[key] if is_inside else getattr(part, str(key))  # type: ignore[index]
    return part if isinstance(part, Decimal) else None
