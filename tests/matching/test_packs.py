"""The demo packs, bulk against one explained row, on random profiles; the indicators they read."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from huoshui import matching, ratings
from huoshui.matching import Verdict
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack

SEED = 20261120
ROWS = 120
NUMBERS = [0, 1, 2, 3, 5, 8, 12, 24, 36, 60, 100, 10_000, 5_000_000, 50_000_000, 1_000_000_000]
SHARES = [-0.3, 0.0, 0.02, 0.03, 0.05, 0.1, 0.3, 0.5, 0.6, 0.8, 0.95, 1.0, 3.0]


@pytest.fixture(scope="module")
def pack(demo_packs: list[Path], asof: dt.date) -> Pack:
    return load(demo_packs, asof=asof)


def profile_of(pack: Pack, rng: random.Random, rows: int) -> pa.Table:
    """Make a profile at random, each column of its type, a tenth of it unknown."""
    columns = {"entity": pa.array([f"E{i}" for i in range(rows)])}
    for name, indicator in pack.indicators.items():
        if indicator.type == "number":
            whole = pack.units[indicator.unit or "count"].whole
            given, kind = (NUMBERS, pa.int64()) if whole else (SHARES, pa.float64())
        elif indicator.type == "flag":
            given, kind = [True, False, False], pa.bool_()
        elif indicator.type == "day":
            given, kind = [dt.date(2019, 1, 1), dt.date(2025, 6, 30)], pa.date32()
        else:
            words = pack.vocabularies.get(indicator.vocabulary or "")
            given = list(words.entries) if words else ["430100", "C3922"]
            kind = pa.string()
        picked = [None if rng.random() < 0.1 else rng.choice(given) for _ in range(rows)]
        columns[name] = pa.array(picked, kind)
    return pa.table(columns)


def test_bulk_and_explained_rows_agree_on_every_offering_of_the_demo_packs(pack: Pack) -> None:
    rng = random.Random(SEED)
    profile = ratings.compute(pack, profile_of(pack, rng, ROWS), asof=pack.asof)
    plan = matching.compile(pack, asof=pack.asof)
    words = plan.evaluate(profile)
    sides = [matching.decoded(words, k) for k in range(len(plan.offerings))]
    counted: Counter[Verdict] = Counter()
    for i, row in enumerate(profile.to_pylist()):
        for trace, (yes, no) in zip(
            matching.explain_one(pack, row, asof=pack.asof, plan=plan), sides, strict=True
        ):
            bulk = "yes" if yes[i] else "no" if no[i] else "unknown"
            assert bulk == trace.verdict, (SEED, trace.offering, row)
            counted[trace.verdict] += 1
    assert set(counted) == {"yes", "no", "unknown"}


def test_both_schemes_score_in_bulk_as_they_explain(pack: Pack) -> None:
    rng = random.Random(SEED + 1)
    profile = ratings.compute(pack, profile_of(pack, rng, ROWS), asof=pack.asof)
    for name in ("knowledge_value", "innovation_points"):
        columns = ratings.columns(name)
        for row in profile.to_pylist():
            trace = ratings.explain(pack, name, row, asof=pack.asof)
            found = [trace.score, trace.low, trace.high]
            told = [None if p is None else float(p) for p in found] + [trace.grade, trace.line_fen]
            assert told == [row[c] for c in columns], (SEED, name, row)
