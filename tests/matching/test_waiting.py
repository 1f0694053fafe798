"""The earliest day of a yes is the one that asking on every day finds."""

from __future__ import annotations

import calendar
import datetime as dt
import random

import pytest

from huoshui.matching.moved import Rules
from huoshui.matching.questions import ask, question_of
from huoshui.matching.waiting import at_day, earliest
from huoshui.policy.pack import Pack
from tests.matching.chance import DAY, HOUSE, indicator, label, pack_with, rating

START, PAST, LAST = "started_on", "happened_on", "held_until"


def indicators() -> list[object]:
    def timed(way: str, day: str, **more: object) -> dict[str, object]:
        return {"by_time": {"way": way, "day": day, **more}}

    return [
        indicator("subject_kind", "text", vocabulary="subject_kind"),
        indicator(START, "day"),
        indicator(PAST, "day"),
        indicator(LAST, "day"),
        indicator("age", "number", "month", **timed("months_since", START)),
        indicator("accident", "flag", **timed("clears", PAST, months=12, to=False)),
        indicator("holds", "flag", **timed("ends", LAST, to=False)),
        indicator("debts", "number", "count", **timed("clears", PAST, months=6, to=0)),
        indicator("young", "flag", formula="age < 30"),
        indicator("days", "number", "count", formula=f"days_between(asof, {START})"),
    ]


def shifted(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def later(row: dict[str, object], day: dt.date) -> dict[str, object]:
    """What time makes of a row, by the meaning of the three ways and nothing else."""
    made = dict(row)
    started, happened, until = row[START], row[PAST], row[LAST]
    if isinstance(started, dt.date) and day > DAY:
        made["age"] = next(n for n in range(2000) if shifted(started, n + 1) > day)
    if isinstance(happened, dt.date) and DAY < shifted(happened, 12) <= day:
        made["accident"] = False
    if isinstance(happened, dt.date) and DAY < shifted(happened, 6) <= day:
        made["debts"] = 0
    if isinstance(until, dt.date) and DAY <= until < day:
        made["holds"] = False
    made["young"] = None if made["age"] is None else made["age"] < 30  # type: ignore[operator]
    made["days"] = (day - started).days if isinstance(started, dt.date) else None
    return made


def random_case(seed: int) -> tuple[Pack, dict[str, object]]:
    pick = random.Random(seed)

    def near() -> dt.date:
        return DAY - dt.timedelta(days=pick.randint(0, 900))

    age = pick.randint(1, 40)
    wanted = [
        f"age >= {age}",
        f"age > {age} or holds = false",
        "accident = false",
        "debts < 1 and (young = false or accident = false)",
        "not holds",
        "not young",
        f"days > {pick.randint(100, 1300)}",
        f"asof >= add_months({START}, {pick.randint(1, 40)})",
        f"months_between(asof, {PAST}) >= {pick.randint(1, 40)}",
        f"months_between(asof, {START}) between {age} and {age + 1}",
        f"year(asof) - year({START}) >= {pick.randint(1, 4)}",
        "plain(age) * 2 - plain(debts) >= 40",
        f"score >= {pick.randint(1, 6)}",
        "score_grade = 'A'",
    ]
    clauses = pick.sample(wanted, pick.randint(1, 4))
    tiers = [{"points": 0}, {"at_least": pick.randint(1, 40), "points": 3}]
    bonus = {"id": "still", "when": "not accident", "points": 2, "say": label("x"), "cite": HOUSE}
    made = rating(
        groups=[
            {
                "id": "g",
                "label": label("g"),
                "criteria": [
                    {"id": "age", "indicator": "age", "tiers": tiers, "cite": HOUSE},
                    {"id": "young", "indicator": "young", "cases": {"false": 2}, "cite": HOUSE}
                    | {"otherwise": 0},
                ],
            }
        ],
        bonus=[bonus],
        bands=[{"grade": "A", "at_least": 5, "label": label("A"), "cite": HOUSE}],
    )
    pack = pack_with(indicators(), [made], clauses)  # type: ignore[arg-type]
    until = DAY + dt.timedelta(days=pick.randint(200, 500))
    offering = pack.offerings["wanted"].model_copy(update={"valid_until": until})
    pack.offerings["wanted"] = offering  # type: ignore[index]
    row: dict[str, object] = {"subject_kind": "firm"}
    row |= {START: near(), PAST: near(), LAST: DAY + dt.timedelta(days=pick.randint(0, 400))}
    started = row[START]
    row["age"] = next(n for n in range(2000) if shifted(started, n + 1) > DAY)  # type: ignore
    row["accident"] = shifted(row[PAST], 12) > DAY  # type: ignore[arg-type]
    row["debts"] = 2 if shifted(row[PAST], 6) > DAY else 0  # type: ignore[arg-type]
    row["holds"] = True
    if pick.random() < 0.2:
        row[PAST] = row["accident"] = row["debts"] = None
    return pack, later(row, DAY)


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_the_earliest_day_is_that_of_asking_every_day(first: int) -> None:
    found_any = 0
    for seed in range(first, first + 20):
        pack, row = random_case(seed)
        rules = Rules(pack)
        question = question_of(rules, "offerings", "wanted")
        whole = rules.moved(rules.whole_row(row), row)
        wanted = None
        day, until = DAY, pack.offerings["wanted"].valid_until
        assert until is not None
        while day < until:
            then = later(row, day)
            asked = {**then, **rules.rated("score", then, day)}
            if ask(rules, question, asked, asof=day).verdict == "yes":
                wanted = day
                break
            day += dt.timedelta(days=1)
        found = earliest(rules, question, whole, asof=DAY)
        assert found.day == wanted, seed
        found_any += wanted is not None and wanted > DAY
    assert found_any > 3


def test_a_row_on_its_own_day_is_itself() -> None:
    pack, row = random_case(5)
    rules = Rules(pack)
    whole = rules.moved(rules.whole_row(row), row)
    assert at_day(rules, whole, DAY, asof=DAY) == whole


def test_what_waits_says_for_which_column_until_when() -> None:
    # Founded 2024-11-21: 24 months on 2026-11-21; the rule asks for 36, which is 2027-11-21.
    # The accident of 2026-03-01 clears after 12 months, on 2027-03-01.
    pack = pack_with(indicators(), [], ["age >= 36", "accident = false"])  # type: ignore[arg-type]
    rules = Rules(pack)
    row = rules.whole_row(
        {
            "subject_kind": "firm",
            START: dt.date(2024, 11, 21),
            PAST: dt.date(2026, 3, 1),
            "age": 24,
            "accident": True,
        }
    )
    question = question_of(rules, "offerings", "wanted")
    found = earliest(rules, question, row, asof=DAY)
    assert found.day == dt.date(2027, 11, 21)
    waits = {w.clause: (w.day, dict(w.moves)) for w in found.waits}
    assert waits == {
        "clause_0": (dt.date(2027, 11, 21), {"age": (24, 36)}),
        "clause_1": (dt.date(2027, 3, 1), {"accident": (True, False)}),
    }


def test_a_day_that_nobody_knows_passes_nothing() -> None:
    pack = pack_with(indicators(), [], ["age >= 36"])  # type: ignore[arg-type]
    rules = Rules(pack)
    row = rules.whole_row({"subject_kind": "firm", "age": 24})
    question = question_of(rules, "offerings", "wanted")
    assert earliest(rules, question, row, asof=DAY).day is None
