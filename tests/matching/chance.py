"""Small random rules: a pack of a few columns, a rating and an offering, from a seed."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from huoshui.policy.pack import Pack
from huoshui.policy.schema import Indicator, Offering, Rating, Vocabulary
from tests.given import pack_of

DAY = dt.date(2026, 11, 21)
HOUSE = "house#adr-0001"
COUNTS = ("a", "b", "c")
SHARES = ("r",)
FLAGS = ("f", "g")
WORDS = ("low", "middle", "high")


def label(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def indicator(name: str, type: str, unit: str | None = None, **more: object) -> Indicator:
    measure = {"op": "latest", "item": "anything", "column": "anything"}
    known = {} if "formula" in more else {"measure": measure}
    return Indicator.model_validate(
        {
            "id": name,
            "label": label(name),
            "type": type,
            "unit": unit,
            "cite": HOUSE,
            "checked_on": "2026-11-20",
            **known,
            **more,
        }
    )


def change(effort: str, toward: str = "any") -> dict[str, object]:
    return {"effort": effort, "toward": toward, "how": label("do it"), "cite": HOUSE}


def offering(clauses: list[str]) -> Offering:
    return Offering.model_validate(
        {
            "id": "wanted",
            "label": label("wanted"),
            "kind": "loan",
            "institution": "bank",
            "terms_are": "house",
            "applicants": ["firm"],
            "purposes": ["working_capital"],
            "security": ["credit"],
            "clauses": [
                {"id": f"clause_{i}", "when": when, "say": label(when), "cite": HOUSE}
                for i, when in enumerate(clauses)
            ],
            "cite": HOUSE,
            "checked_on": "2026-11-20",
        }
    )


def rating(**more: object) -> Rating:
    given = {
        "id": "score",
        "label": label("score"),
        "kind": "policy",
        "base": 0,
        "cite": HOUSE,
        "checked_on": "2026-11-20",
    }
    return Rating.model_validate({**given, **more})


KINDS = Vocabulary.model_validate(
    {
        "id": "subject_kind",
        "label": label("kind"),
        "entries": {"firm": label("firm"), "farm": label("farm")},
        "checked_on": "2026-11-20",
    }
)
SIZES = Vocabulary.model_validate(
    {
        "id": "size",
        "label": label("size"),
        "entries": {word: label(word) for word in WORDS},
        "checked_on": "2026-11-20",
    }
)


def pack_with(
    indicators: list[Indicator], ratings: list[Rating], clauses: list[str], day: dt.date = DAY
) -> Pack:
    return pack_of(
        day,
        indicators={i.id: i for i in indicators},
        ratings={r.id: r for r in ratings},
        offerings={"wanted": offering(clauses)},
        vocabularies={"subject_kind": KINDS, "size": SIZES},
    )


@dataclass
class Chance:
    """A random rule over a few columns, with the thresholds that it asks for."""

    seed: int
    random: random.Random = field(init=False)
    points: dict[str, set[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def pack(self) -> Pack:
        pick = self.random
        toward = {name: pick.choice(("any", "any", "any", "higher", "lower")) for name in "abcrfg"}
        still = pick.choice((*COUNTS, *SHARES, *FLAGS, "w", None, None))

        def moves(name: str) -> dict[str, object]:
            if name == still:
                return {}
            effort = pick.choice(("1", "2", "3", "0.5", "2.5"))
            return {"change": change(effort, toward.get(name, "any"))}

        indicators = [
            indicator("subject_kind", "text", vocabulary="subject_kind"),
            *(indicator(n, "number", "count", **moves(n)) for n in COUNTS),
            *(indicator(n, "number", "ratio", **moves(n)) for n in SHARES),
            *(indicator(n, "flag", **moves(n)) for n in FLAGS),
            indicator("w", "text", vocabulary="size", **moves("w")),
        ]
        made = self._rating()
        rated, self.points = self.points, {}
        clauses = [self.condition(2, scored=True) for _ in range(pick.randint(1, 3))]
        if pick.random() < 0.5:
            clauses.append(self._scored())
        if any("score" in clause for clause in clauses):  # what the rating asks for counts too
            for name, points in rated.items():
                self.points.setdefault(name, set()).update(points)
        return pack_with(indicators, [made], clauses)

    def row(self) -> dict[str, object]:
        pick = self.random

        def perhaps(value: object) -> object:
            return None if pick.random() < 0.15 else value

        return {
            "subject_kind": "firm",
            **{n: perhaps(pick.randint(0, 5)) for n in COUNTS},
            **{n: perhaps(pick.choice(SHARE_VALUES)) for n in SHARES},
            **{n: perhaps(pick.random() < 0.5) for n in FLAGS},
            "w": perhaps(pick.choice(WORDS)),
        }

    def condition(self, depth: int, *, scored: bool = False) -> str:
        pick = self.random
        if depth == 0 or pick.random() < 0.35:
            return self._scored() if scored and pick.random() < 0.25 else self._atom()
        form = pick.choice(("and", "or", "or", "not", "case", "null"))
        a = self.condition(depth - 1, scored=scored)
        if form == "not":
            return f"not ({a})"
        b = self.condition(depth - 1, scored=scored)
        if form == "case":
            return f"case when {a} then {b} else {self.condition(0)} end"
        if form == "null":
            return f"({a}) is not null and ({b})"
        return f"({a}) {form} ({b})"

    def _atom(self) -> str:
        pick = self.random
        name = pick.choice((*COUNTS, *SHARES, *FLAGS, "w"))
        if name in FLAGS:
            return pick.choice((name, f"{name} = false", f"coalesce({name}, false)"))
        if name == "w":
            return pick.choice(("w = 'high'", "w in ('low', 'high')", "w <> 'middle'"))
        point = self._point(name)
        sign = pick.choice((">=", ">", "<=", "<", "=", ">="))
        form = pick.choice(("{n} {s} {p}", "{n} {s} {p}", "coalesce({n}, 0) {s} {p}"))
        return form.format(n=name, s=sign, p=point)

    def _point(self, name: str) -> float | int:
        whole = name in COUNTS
        point = self.random.randint(1, 4) if whole else self.random.choice((0.1, 0.2, 0.3))
        self.points.setdefault(name, set()).add(point)
        return point

    def _scored(self) -> str:
        pick = self.random
        floor = pick.randint(1, 8)
        return pick.choice(
            (
                f"score >= {floor}",
                f"reaches(score, {floor})",
                f"score_low >= {floor}",
                f"score_high < {floor}",
                "score_grade in ('A', 'B')",
                "score_grade = 'A'",
                "score_grade = 'none'",
                f"score_line >= yuan({pick.choice((10, 20))})",
            )
        )

    def _rating(self) -> Rating:
        pick = self.random
        groups = []
        for g in range(pick.randint(1, 2)):
            criteria = [self._criterion(f"c{g}{i}") for i in range(pick.randint(1, 3))]
            group = {"id": f"g{g}", "label": label(f"g{g}"), "criteria": criteria}
            if pick.random() < 0.4:
                group["cap"] = pick.randint(2, 5)
            group["take"] = pick.choice(("sum", "sum", "best"))
            if pick.random() < 0.25:
                group["when"] = pick.choice(("w = 'high'", "w = 'low'", "f"))
            groups.append(group)
        given: dict[str, object] = {"groups": groups, "base": pick.choice((0, 1))}
        if pick.random() < 0.5:
            points = pick.choice((1, 2, -2))
            say = {"say": label("more"), "cite": HOUSE}
            given["bonus"] = [{"id": "more", "when": self.condition(1), "points": points, **say}]
            given["bonus_cap"] = pick.choice((None, 1))
        if pick.random() < 0.3:
            say = {"say": label("must"), "cite": HOUSE}
            given["hard"] = [{"id": "must", "when": self.condition(1), **say}]
        if pick.random() < 0.4:
            given["most"] = 7
        if pick.random() < 0.2:
            given["applies_when"] = self._atom()
        line = {"2026-01-01": {"value": 20, "unit": "yuan", "cite": HOUSE}}
        bands = [
            {"grade": "A", "at_least": 6, "label": label("A"), "line": line, "cite": HOUSE},
            {"grade": "B", "at_least": 3, "label": label("B"), "cite": HOUSE},
        ]
        if pick.random() < 0.5:
            bands.append({"grade": "C", "label": label("C"), "cite": HOUSE})
        return rating(bands=bands, **given)

    def _criterion(self, name: str) -> dict[str, object]:
        pick = self.random
        missing = pick.choice((None, None, 0, 1))
        column = pick.choice((*COUNTS, *SHARES, "f", "w"))
        made: dict[str, object] = {"id": name, "indicator": column, "cite": HOUSE}
        made["missing"] = missing
        if column == "f":
            return {**made, "cases": {"true": pick.randint(1, 4), "false": 0}}
        if column == "w":
            return {**made, "cases": {"high": 3, "middle": 1}, "otherwise": 0}
        starts = sorted({self._point(column) for _ in range(pick.randint(1, 3))})
        way = pick.choice(("at_least", "at_least", "above"))
        points = sorted(pick.sample(range(1, 6), len(starts)))
        tiers = [{way: str(s), "points": p} for s, p in zip(starts, points, strict=True)]
        if pick.random() < 0.15:
            tiers[-1]["points_most"] = str(points[-1] + 1)
        if pick.random() < 0.08:
            tiers[-1] = {way: str(starts[-1]), "points": None}
        return {**made, "tiers": [{"points": 0}, *tiers]}


SHARE_VALUES = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35)
COUNT_VALUES = (0, 1, 2, 3, 4, 5, 6)
