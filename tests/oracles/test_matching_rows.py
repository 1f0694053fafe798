"""Bulk verdicts, explained rows and plain Python against each other, on random packs."""

from __future__ import annotations

import datetime as dt
import random

import pyarrow as pa
import pytest

from huoshui import matching
from huoshui.policy.schema import Offering
from tests.given import indicator_of, pack_of

ASOF = dt.date(2026, 6, 30)

INDICATORS = {
    "subject_kind": indicator_of("subject_kind", "text"),
    "region_code": indicator_of("region_code", "text"),
    "stage": indicator_of("stage", "text"),
    "share": indicator_of("share", "number", "ratio"),
    "sales": indicator_of("sales", "number", "fen"),
    "staff": indicator_of("staff", "number", "count"),
    "debt": indicator_of("debt", "number", "fen"),
    "flag": indicator_of("flag", "flag"),
    "founded": indicator_of("founded", "day"),
}


def _known(*names):
    """Lift a condition on known values: unknown if a value is."""

    def lift(test):
        return lambda r: None if any(r[n] is None for n in names) else test(*(r[n] for n in names))

    return lift


def _and(a, b):
    return lambda r: False if False in (a(r), b(r)) else None if None in (a(r), b(r)) else True


def _or(a, b):
    return lambda r: True if True in (a(r), b(r)) else None if None in (a(r), b(r)) else False


def _atom(rng: random.Random):
    """Give a clause's text, its meaning in Python, and the values that it names."""
    share, staff = rng.choice(["0.03", "0.5", "0"]), rng.choice([0, 1, 3, 10])
    sales = rng.choice([0, 100, 250])
    day = rng.choice(["2020-01-01", "2024-02-29"])
    op, compare = rng.choice(_COMPARE)
    choices = [
        (
            f"share {op} limit",
            _known("share")(lambda x: compare(x, float(share))),
            {"limit": share},
        ),
        (f"staff {op} limit", _known("staff")(lambda x: compare(x, staff)), {"limit": staff}),
        (f"sales {op} yuan({sales})", _known("sales")(lambda x: compare(x, sales * 100)), {}),
        ("not flag", _known("flag")(lambda x: not x), {}),
        ("flag", lambda r: r["flag"], {}),
        ("stage in ('growth', 'mature')", _known("stage")(lambda x: x in ("growth", "mature")), {}),
        ("stage <> 'growth'", _known("stage")(lambda x: x != "growth"), {}),
        ("debt * 2 <= sales", _known("debt", "sales")(lambda d, s: d * 2 <= s), {}),
        ("share is not null", lambda r: r["share"] is not None, {}),
        ("coalesce(staff, 0) >= limit", lambda r: (r["staff"] or 0) >= staff, {"limit": staff}),
        (
            f"founded {op} date '{day}'",
            _known("founded")(lambda x: compare(x, dt.date.fromisoformat(day))),
            {},
        ),
        (
            "staff between 1 and limit",
            _known("staff")(lambda x: 1 <= x <= staff),
            {"limit": staff},
        ),
        ("staff > gap", lambda r: None, {"gap": None}),
    ]
    return rng.choice(choices)


_COMPARE = [
    (">=", lambda a, b: a >= b),
    (">", lambda a, b: a > b),
    ("<=", lambda a, b: a <= b),
    ("<", lambda a, b: a < b),
    ("=", lambda a, b: a == b),
    ("<>", lambda a, b: a != b),
]


def _clause(rng: random.Random, nth: int):
    """Give a clause, its meaning, and its values under names of its own."""
    text, meaning, values = _atom(rng)
    if rng.random() < 0.4:
        other, other_meaning, other_values = _atom(rng)
        if not set(values) & set(other_values):
            joint, join = rng.choice([("and", _and), ("or", _or)])
            text, meaning = f"({text}) {joint} ({other})", join(meaning, other_meaning)
            values = {**values, **other_values}
    own = {name: f"{name}_{nth}" for name in values}
    for name, new in own.items():
        text = text.replace(name, new)
    return text, meaning, {own[name]: value for name, value in values.items()}


def _offering(rng: random.Random, name: str):
    meanings = []
    clauses, values = [], {}
    for nth in range(rng.randint(0, 5)):
        text, meaning, named = _clause(rng, nth)
        meanings.append(meaning)
        say = {"zh": text, "en": text}
        clauses.append({"id": f"c{nth}", "when": text, "say": say, "cite": "house#adr-0001"})
        for value_name, value in named.items():
            cited = {"value": value, "cite": "house#adr-0001"}
            values[value_name] = {"2020-01-01": cited}
    applicants = tuple(rng.sample(["firm", "person", "project"], rng.randint(1, 2)))
    regions = tuple(rng.sample(["43", "4301", "50"], rng.randint(0, 2)))
    stages = tuple(rng.sample(["growth", "mature", "start_up"], rng.randint(0, 1)))
    meanings.append(_known("subject_kind")(lambda x: x in applicants))
    if regions:
        meanings.append(_known("region_code")(lambda x: x.startswith(regions)))
    if stages:
        meanings.append(_known("stage")(lambda x: x in stages))
    made = {
        "id": name,
        "label": {"zh": name, "en": name},
        "kind": "loan",
        "institution": "bank",
        "terms_are": "house",
        "applicants": applicants,
        "purposes": ["research"],
        "security": ["credit"],
        "regions": regions,
        "stages": stages,
        "values": values,
        "clauses": clauses,
        "cite": "house#adr-0001",
        "checked_on": "2026-11-20",
    }
    return Offering.model_validate(made), meanings


def _table(rng: random.Random, rows: int) -> pa.Table:
    def column(values, type):
        picked = [None if rng.random() < 0.15 else rng.choice(values) for _ in range(rows)]
        return pa.array(picked, type)

    words = pa.dictionary(pa.int32(), pa.string())
    stages = rng.choice([pa.string(), words])
    return pa.table(
        {
            "entity": pa.array([f"E{i}" for i in range(rows)]),
            "subject_kind": column(["firm", "person", "cooperative"], pa.string()),
            "region_code": column(["430100", "430200", "500101", "110000", ""], pa.string()),
            "stage": column(["start_up", "growth", "mature"], stages),
            "share": column([-1.0, 0.0, 0.03, 0.030000000000000002, 0.5, 7.0], pa.float64()),
            "sales": column([-5, 0, 9999, 10000, 10001, 25000, 2**50], pa.int64()),
            "staff": column([0, 1, 2, 3, 9, 10, 11], pa.int64()),
            "debt": column([0, 5000, 12500, -3], pa.int64()),
            "flag": column([True, False], pa.bool_()),
            "founded": column(
                [dt.date(2019, 12, 31), dt.date(2020, 1, 1), dt.date(2024, 2, 29), ASOF],
                pa.date32(),
            ),
        }
    )


def _verdict(found: set[bool | None]) -> str:
    return "no" if False in found else "unknown" if None in found else "yes"


@pytest.mark.parametrize("seed", range(25))
def test_bulk_words_one_explained_row_and_plain_python_agree(seed: int) -> None:
    rng = random.Random(seed)
    made = {f"o{i:03d}": _offering(rng, f"o{i:03d}") for i in range(rng.choice([1, 5, 64, 70]))}
    offerings = {name: offering for name, (offering, _) in made.items()}
    pack = pack_of(ASOF, indicators=INDICATORS, offerings=offerings)
    table = _table(rng, 25)
    plan = matching.compile(pack, asof=ASOF)
    words = plan.evaluate(table, threads=rng.choice([1, 2]))
    assert not list(matching.check(words, table, len(plan.offerings)))
    assert words["entity"].equals(table["entity"])
    sides = [matching.decoded(words, k) for k in range(len(plan.offerings))]
    for i, row in enumerate(table.to_pylist()):
        traces = matching.explain_one(pack, row, asof=ASOF, plan=plan)
        for trace, (yes, no) in zip(traces, sides, strict=True):
            bulk = "yes" if yes[i] else "no" if no[i] else "unknown"
            plain = _verdict({meaning(row) for meaning in made[trace.offering][1]})
            assert (bulk, trace.verdict) == (plain, plain), (seed, trace.offering, row)
