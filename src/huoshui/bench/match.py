"""Matching by codes and masks beside the same clauses as plain SQL on DuckDB.

The profile is drawn at random, column by column from the cut points of the pack, so that every
clause has subjects on both sides of it and a tenth of the evidence is missing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huoshui import matching
from huoshui.bench.timing import by_turns, circumstances
from huoshui.engines.duckdb import DuckDB
from huoshui.indicators import profile_schema
from huoshui.kernel.sql import quoted
from huoshui.policy.expression import to_sql
from huoshui.policy.pack import Pack

MISSING = 0.1


def profile(plan: matching.Plan, pack: Pack, rows: int, seed: int) -> pa.Table:
    """Draw a profile of the columns that the plan reads."""
    rng = np.random.default_rng(seed)
    types = {field.name: field.type for field in profile_schema(pack)}
    columns: dict[str, pa.Array] = {"entity": pa.array(np.arange(rows).astype(str))}
    for name in plan.columns:
        kind = types.get(name, pa.float64())
        absent = rng.random(rows) < MISSING
        columns[name] = _column(plan, name, kind, rng, rows, absent, pack)
    return pa.table(columns)


def _column(
    plan: matching.Plan,
    name: str,
    kind: pa.DataType,
    rng: np.random.Generator,
    rows: int,
    absent: np.ndarray,
    pack: Pack,
) -> pa.Array:
    if pa.types.is_boolean(kind):
        return pa.array(rng.random(rows) < 0.5, mask=absent)
    if pa.types.is_string(kind):
        indicator = pack.indicators.get(name)
        vocabulary = pack.vocabularies.get((indicator and indicator.vocabulary) or "")
        words = list(vocabulary.entries) if vocabulary else ["430100", "430200", "C3922"]
        return pa.array(np.array(words)[rng.integers(0, len(words), rows)], mask=absent)
    points = [float(p) for p in plan.thresholds.get(name, ())] or [1.0]
    spread = rng.choice(points, rows) * rng.uniform(0.5, 1.5, rows)
    values = spread.astype("int64") if pa.types.is_integer(kind) else spread
    made = pa.array(values, mask=absent)
    return made.cast(pa.int32()).cast(pa.date32()) if pa.types.is_date32(kind) else made


def bench_match(pack: Pack, *, rows: int, rounds: int, seed: int) -> dict[str, Any]:
    """Evaluate every offering for every row, by codes and masks and by SQL; both must agree."""
    plan = matching.compile(pack, asof=pack.asof)
    table = profile(plan, pack, rows, seed)
    clauses = [to_sql(part, asof=pack.asof) for part in plan.distinct]
    with DuckDB() as engine:
        engine.arrow("profile", table)
        listed = ", ".join(f"({sql}) AS {quoted(f'c{n}')}" for n, sql in enumerate(clauses))
        verdicts = ", ".join(
            f"({' AND '.join(quoted(f'c{n}') for n in used)}) AS v{k}"
            for k, used in enumerate(plan.uses)
        )
        sql = f"SELECT {verdicts} FROM (SELECT {listed} FROM profile)"
        found = engine.query(sql)
        words = plan.evaluate(table)
        for position, count in enumerate(matching.counts(words, plan.offerings)):
            column = found.column(position)
            by_sql = (pc.sum(column).as_py() or 0, column.null_count)
            assert (count.yes, count.unknown) == by_sql, f"{count} but SQL says {by_sql}"
        timed = by_turns(
            lambda: plan.evaluate(table),
            lambda: engine.table("verdict", sql),
            rounds=rounds,
        )
    counts = matching.counts(words, plan.offerings)
    return {
        "bench": "match",
        "rows": rows,
        "offerings": len(plan.offerings),
        "clauses": len(plan.distinct),
        "uses": sum(map(len, plan.uses)),
        **timed,
        "peer": "the same distinct clauses as SQL on DuckDB, two threads",
        "yes": sum(c.yes for c in counts),
        "no": sum(c.no for c in counts),
        "unknown": sum(c.unknown for c in counts),
        **circumstances(),
    }
