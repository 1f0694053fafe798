"""The nearest way to yes is the least effort there is, and is proved by asking again."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pyarrow as pa
import pytest

from huoshui import ratings
from huoshui.matching import compile
from huoshui.matching.moved import Rules
from huoshui.matching.nearest import nearest
from huoshui.matching.questions import ask, question_of
from huoshui.policy.pack import Pack
from tests.matching.chance import (
    COUNT_VALUES,
    COUNTS,
    DAY,
    FLAGS,
    SHARE_VALUES,
    SHARES,
    WORDS,
    Chance,
)

TYPES = {
    "subject_kind": pa.string(),
    **{n: pa.int64() for n in COUNTS},
    **{n: pa.float64() for n in SHARES},
    **{n: pa.bool_() for n in FLAGS},
    "w": pa.string(),
}


def efforts(
    pack: Pack, row: dict[str, object], points: dict[str, set[float]], column: str
) -> dict[object, Decimal]:
    """What it takes to move a column to each value of its domain, by the declared rule."""
    today, moving = row[column], pack.indicators[column].change
    found: dict[object, Decimal] = {today: Decimal(0)}
    if moving is None:
        return found
    if column in FLAGS or column == "w":
        for value in WORDS if column == "w" else (True, False):
            is_way = moving.toward == "any" or value is (moving.toward == "higher")
            if value != today and (column == "w" or today is None or is_way):
                found[value] = moving.effort
        return found
    for value in COUNT_VALUES if column in COUNTS else SHARE_VALUES:
        if value == today:
            continue
        if today is None:
            found[value] = moving.effort
            continue
        if moving.toward == ("lower" if value > today else "higher"):
            continue
        lower, upper = min(value, today), max(value, today)
        passed = [p for p in points.get(column, ()) if lower <= p <= upper and p != today]
        found[value] = moving.effort * max(1, len(passed))
    return found


def least_effort(
    pack: Pack, row: dict[str, object], points: dict[str, set[float]]
) -> Decimal | None:
    """Ask the bulk about every row that can be reached, and take the least effort of a yes."""
    names = [n for n in TYPES if n != "subject_kind"]
    ways = [list(efforts(pack, row, points, name).items()) for name in names]
    every = list(itertools.product(*ways))
    columns = {
        name: pa.array([way[i][0] for way in every], TYPES[name]) for i, name in enumerate(names)
    }
    columns["subject_kind"] = pa.array(["firm"] * len(every))
    table = ratings.compute(pack, pa.table(columns), asof=DAY)
    words = compile(pack, asof=DAY).evaluate(table)
    is_yes = [bool(word & 1) for word in words["yes_0"].to_pylist()]
    sums = [sum(e for _, e in way) for way, yes in zip(every, is_yes, strict=True) if yes]
    return min(sums, default=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("first", range(0, 500, 50))
def test_the_least_effort_is_that_of_brute_force(first: int) -> None:
    for seed in range(first, first + 50):
        chance = Chance(seed)
        pack = chance.pack()
        row = chance.row()
        rules = Rules(pack)
        full = rules.moved(rules.whole_row(row), row)
        question = question_of(rules, "offerings", "wanted")
        found = nearest(rules, question, full, asof=DAY)
        wanted = least_effort(pack, row, chance.points)
        assert (found.effort if found.reached else None) == wanted, seed
        if found.reached:
            after = rules.moved(full, {c.column: c.after for c in found.changes})
            assert ask(rules, question, after, asof=DAY).verdict == "yes", seed
