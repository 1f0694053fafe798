"""Bulk scores and traces against a slow, plain rating in Decimal, on random schemes and rows."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pyarrow as pa
import pytest

from huoshui import ratings
from huoshui.policy.schema import Rating, Vocabulary
from tests.given import indicator_of, pack_of
from tests.oracles import rating_oracle

ASOF = dt.date(2026, 6, 30)
WORDS = ["A", "B", "M", "C"]
INDICATORS = {
    "share": indicator_of("share", "number", "ratio"),
    "count": indicator_of("count", "number", "count"),
    "word": indicator_of("word", "text"),
    "flag": indicator_of("flag", "flag"),
    "phase": indicator_of("phase", "text").model_copy(update={"vocabulary": "phase"}),
}
PHASES = ["young", "grown", "old"]
VOCABULARY = Vocabulary.model_validate(
    {
        "id": "phase",
        "label": {"zh": "z", "en": "e"},
        "entries": {word: {"zh": word, "en": word} for word in PHASES},
        "checked_on": "2026-11-20",
    }
)


def _points(rng: random.Random, unknown: float = 0.0) -> str | None:
    if rng.random() < unknown:
        return None
    return str(Decimal(rng.randint(-5_000_000, 20_000_000)) / 1_000_000)


def _tier(rng: random.Random, unknown: float) -> dict[str, object]:
    points = _points(rng, unknown)
    if points is None or rng.random() < 0.7:
        return {"points": points}
    return {"points": points, "points_most": str(Decimal(points) + rng.randint(0, 9))}


def _criterion(rng: random.Random, name: str) -> dict[str, object]:
    column = rng.choice(["share", "count", "word", "flag"])
    made: dict[str, object] = {"id": name, "indicator": column, "cite": "house#adr-0001"}
    unknown = rng.choice([0.0, 0.0, 0.0, 0.1])
    if column == "word":
        made["cases"] = {w: _points(rng, unknown) for w in rng.sample(WORDS, rng.randint(1, 4))}
        made["otherwise"] = rng.choice([None, _points(rng)])
    elif column == "flag":
        made["cases"] = {"true": _points(rng, unknown), "false": _points(rng, unknown)}
    else:
        grid = ["-1", "0", "0.03", "0.5", "1", "2.5", "3"]
        starts = sorted(rng.sample(grid, rng.randint(0, 5)), key=Decimal)
        edges = [{rng.choice(["at_least", "above"]): start} for start in starts]
        made["tiers"] = [{**edge, **_tier(rng, unknown)} for edge in [{}, *edges]]
    if rng.random() < 0.3:
        made["missing"] = _points(rng)
    return made


CONDITIONS = [
    ("count >= 1", lambda r: None if r["count"] is None else r["count"] >= 1),
    ("not flag", lambda r: None if r["flag"] is None else not r["flag"]),
    ("word in ('A', 'M')", lambda r: None if r["word"] is None else r["word"] in ("A", "M")),
    ("share is not null", lambda r: r["share"] is not None),
]


def _when(rng: random.Random, group: str, clauses: dict[str, object]) -> str | None:
    """Let a group count for everybody, where a condition holds, or at one word of a column."""
    kind = rng.choice(["all", "all", "condition", "word", "phase"])
    if kind == "all":
        return None
    if kind == "condition":
        text, clauses[group] = rng.choice(CONDITIONS)
        return text
    return f"word = '{rng.choice(WORDS)}'" if kind == "word" else f"phase = '{rng.choice(PHASES)}'"


def _rating(rng: random.Random):
    clauses = {}

    def clause(name: str) -> dict[str, object]:
        text, meaning = rng.choice(CONDITIONS)
        clauses[name] = meaning
        say = {"zh": name, "en": name}
        return {"id": name, "when": text, "say": say, "cite": "house#adr-0001"}

    floors = sorted(rng.sample(range(-5, 60), 3), reverse=True)
    lowest = rng.choice([None, str(floors[2])])
    lines = {"a": 50_000_000, "b": rng.choice([None, 700]), "c": 300}
    bands = [
        {
            "grade": grade,
            "at_least": floor,
            "label": {"zh": grade, "en": grade},
            "line": {
                "2020-01-01": {"value": lines[grade], "unit": "fen", "cite": "house#adr-0001"}
            },
            "cite": "house#adr-0001",
        }
        for grade, floor in zip("abc", [str(floors[0]), str(floors[1]), lowest], strict=True)
    ]
    made = {
        "id": "made",
        "label": {"zh": "z", "en": "e"},
        "kind": "policy",
        "base": _points(rng),
        "least": rng.choice([None, "0"]),
        "most": rng.choice([None, "40"]),
        "groups": [
            {
                "id": f"g{g}",
                "label": {"zh": "z", "en": "e"},
                "cap": rng.choice([None, "12.5"]),
                "take": rng.choice(["sum", "best"]),
                "when": _when(rng, f"g{g}", clauses),
                "criteria": [_criterion(rng, f"g{g}c{c}") for c in range(rng.randint(1, 4))],
            }
            for g in range(rng.randint(1, 6))
        ],
        "hard": [clause(f"h{i}") for i in range(rng.randint(0, 2))],
        "bonus": [
            {**clause(f"b{i}"), "points": _points(rng, 0.1)} for i in range(rng.randint(0, 3))
        ],
        "bonus_cap": rng.choice([None, "8"]),
        "bands": rng.choice([bands, bands, []]),
        "cite": "house#adr-0001",
        "checked_on": "2026-11-20",
    }
    if rng.random() < 0.3:
        made["applies_when"], clauses["applies"] = rng.choice(CONDITIONS)
    return Rating.model_validate(made), clauses, lines


def _table(rng: random.Random, rows: int) -> pa.Table:
    def column(values: list[object], type: pa.DataType) -> pa.Array:
        picked = [None if rng.random() < 0.2 else rng.choice(values) for _ in range(rows)]
        return pa.array(picked, type)

    shares = [-1.0, -0.5, 0.0, 0.02, 0.03, 0.030000000000000002, 0.5, 1.0, 2.5, 9.0]
    return pa.table(
        {
            "share": column([*shares, float("nan")], pa.float64()),
            "count": column([-1, 0, 1, 2, 3, 4, 2**40], pa.int64()),
            "word": column([*WORDS, "Z"], pa.string()),
            "flag": column([True, False], pa.bool_()),
            "phase": column(PHASES, pa.string()),
        }
    )


@pytest.mark.parametrize("seed", range(120))
def test_bulk_and_trace_equal_the_plain_rating(seed: int) -> None:
    rng = random.Random(seed)
    rating, clauses, lines = _rating(rng)
    pack = pack_of(
        ASOF, indicators=INDICATORS, ratings={"made": rating}, vocabularies={"phase": VOCABULARY}
    )
    table = _table(rng, 80)
    scored = ratings.compute(pack, table, asof=ASOF)
    names = ratings.columns("made")
    words = {"phase": PHASES}
    for row, out in zip(table.to_pylist(), scored.to_pylist(), strict=True):
        clean = {k: None if v != v else v for k, v in row.items()}
        expected = rating_oracle.rate(rating, clean, clauses, lines, words)
        score, low, high, grade, line = expected
        floats = [None if p is None else float(p) for p in (score, low, high)]
        assert [out[n] for n in names] == [*floats, grade, line], (seed, row)
        traced = ratings.explain(pack, "made", row, asof=ASOF)
        found = (traced.score, traced.low, traced.high, traced.grade, traced.line_fen)
        assert found == expected, (seed, row)
