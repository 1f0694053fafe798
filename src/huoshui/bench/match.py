"""Matching a city: verdicts and reasons for everybody, beside a rules engine and beside SQL.

The profile is drawn at random, column by column from the cut points of the pack, so that every
clause has subjects on both sides of it and a tenth of the evidence is missing.  No column is
like another, which is harder on memory and on Parquet than a real one.  Words lie in dictionaries,
as Parquet gives them.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huoshui import matching
from huoshui.bench.timing import circumstances, median_of, timed
from huoshui.bench.zen_rules import decision
from huoshui.engines.duckdb import DuckDB
from huoshui.indicators import profile_schema
from huoshui.kernel.sql import quoted
from huoshui.policy.expression import to_sql
from huoshui.policy.expression.typed import Constant
from huoshui.policy.pack import Pack

MISSING = 0.1
CORES = 2
ROW_GROUP = 1 << 17
SQL_ROWS_MOST = 100_000


def profile(plan: matching.Plan, pack: Pack, rows: int, seed: int) -> pa.Table:
    """Draw a profile of the columns that the plan reads."""
    rng = np.random.default_rng(seed)
    types = {field.name: field.type for field in profile_schema(pack)}
    columns: dict[str, pa.Array] = {"entity": pa.array(np.arange(rows).astype(str))}
    for name in plan.columns:
        columns[name] = _column(plan, pack, name, types.get(name, pa.float64()), rng, rows)
    return pa.table(columns)


def _column(
    plan: matching.Plan,
    pack: Pack,
    name: str,
    kind: pa.DataType,
    rng: np.random.Generator,
    rows: int,
) -> pa.Array:
    absent = rng.random(rows) < MISSING
    if pa.types.is_boolean(kind):
        return pa.array(rng.random(rows) < 0.5, mask=absent)
    if pa.types.is_string(kind):
        words = _words(plan, pack, name)
        places = rng.integers(0, len(words), rows, dtype=np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(places, mask=absent), pa.array(words))
    points = [float(p) for p in plan.thresholds.get(name, ())] or [1.0]
    spread = rng.choice(points, rows) * rng.uniform(0.5, 1.5, rows)
    values = spread.astype("int64") if pa.types.is_integer(kind) else spread
    made = pa.array(values, mask=absent)
    return made.cast(pa.int32()).cast(pa.date32()) if pa.types.is_date32(kind) else made


def _words(plan: matching.Plan, pack: Pack, name: str) -> list[str]:
    indicator = pack.indicators.get(name)
    vocabulary = pack.vocabularies.get((indicator and indicator.vocabulary) or "")
    if vocabulary is not None:
        return list(vocabulary.entries)
    asked = {
        str(part.value)
        for condition in plan.conditions.by_column.get(name, ())
        for part in plan.conditions.all[condition].walk()
        if isinstance(part, Constant) and isinstance(part.value, str)
    }
    return sorted({word + end for word in asked for end in ("", "0", "0100")} | {"other"})


def bench_match(
    pack: Pack, *, rows: int, offerings: int | None, rounds: int, sample: int, seed: int
) -> dict[str, Any]:
    """Evaluate every offering for every row, in memory and from Parquet to Parquet."""
    names = sorted(pack.offerings)
    wanted = len(names) if offerings is None else offerings
    if not 0 < wanted <= len(names):
        raise ValueError(f"The packs have {len(names)} offerings, and {wanted} were asked for.")
    plan = matching.compile(pack, asof=pack.asof, offerings=names[:wanted])
    table = profile(plan, pack, rows, seed)
    words = plan.evaluate(table, reasons=True)  # what is worked out once is worked out here
    seconds = [timed(lambda: plan.evaluate(table, reasons=True)) for _ in range(rounds)]
    with tempfile.TemporaryDirectory(prefix="huoshui-bench-") as scratch:
        source, target = Path(scratch) / "profile.parquet", Path(scratch) / "verdicts.parquet"
        pq.write_table(table, source, compression="zstd", row_group_size=ROW_GROUP)
        published = [timed(lambda: publish(plan, source, target)) for _ in range(rounds)]
        assert pq.read_table(target)["yes_0"].equals(words["yes_0"]), "the published words differ"
    sample = min(sample, rows)
    peer = _zen(plan, table.slice(0, sample), words)
    by_sql = _sql(plan, table.slice(0, SQL_ROWS_MOST), words)
    counts = matching.counts(words, plan.offerings)
    middle, peer_seconds = median_of(seconds), peer * rows / sample
    return {
        "bench": "match",
        "rows": rows,
        "offerings": wanted,
        "clauses": plan.clause_count,
        "uses": sum(map(len, plan.uses)),
        "columns": len(plan.columns),
        "seconds": round(middle, 3),
        "seconds_published": round(median_of(published), 3),
        "peer_seconds": round(peer_seconds, 1),
        "ratio": round(peer_seconds / middle, 1),
        "rounds": rounds,
        "peer": "zen-engine, the same rules on a sample, two processes, scaled to all rows",
        "peer_sample": sample,
        "duckdb_seconds": round(by_sql * rows / min(rows, SQL_ROWS_MOST), 2),
        "yes": sum(c.yes for c in counts),
        "no": sum(c.no for c in counts),
        "unknown": sum(c.unknown for c in counts),
        **circumstances(),
    }


def publish(plan: matching.Plan, source: Path, target: Path) -> None:
    """Read the columns that the plan reads, and write verdicts and reasons, a part at a time."""
    with pq.ParquetFile(source) as file:
        told, groups = file.metadata, file.metadata.num_row_groups
        schema = file.schema_arrow
    words = [f.name for f in schema if pa.types.is_dictionary(f.type) or f.type == pa.string()]

    def part(group: int) -> pa.Table:
        with pq.ParquetFile(source, metadata=told, read_dictionary=words) as opened:
            read = opened.read_row_group(group, ["entity", *plan.columns], use_threads=False)
        return plan.evaluate(read, reasons=True, threads=1)

    writer: pq.ParquetWriter | None = None
    with ThreadPoolExecutor(CORES) as pool:
        for made in pool.map(part, range(groups)):
            if writer is None:
                writer = pq.ParquetWriter(
                    target, made.schema, compression="none", use_dictionary=False
                )
            writer.write_table(made)
    assert writer is not None, "a bench has rows"
    writer.close()


def _zen(plan: matching.Plan, table: pa.Table, words: pa.Table) -> float:
    """Give the seconds that zen-engine needs for some rows on both cores; its answers agree."""
    rows = table.select(list(plan.columns)).to_pylist()
    half = -(-len(rows) // CORES)
    text = decision(plan)
    tasks = [(text, len(plan.offerings), rows[i : i + half]) for i in range(0, len(rows), half)]
    with ProcessPoolExecutor(CORES, mp_context=multiprocessing.get_context("spawn")) as pool:
        done = list(pool.map(_zen_rows, tasks))
    theirs = [verdicts for _, made in done for verdicts in made]
    for position, name in enumerate(plan.offerings):
        yes, no = matching.decoded(words.slice(0, len(rows)), position)
        ours = [True if y else False if n else None for y, n in zip(yes, no, strict=True)]
        assert [row[position] for row in theirs] == ours, f"zen-engine disagrees about {name}"
    return max(seconds for seconds, _ in done)


def _zen_rows(
    task: tuple[str, int, list[dict[str, object]]],
) -> tuple[float, list[list[bool | None]]]:
    import zen  # needed by this bench alone

    text, offerings, rows = task
    decided = zen.ZenEngine().create_decision(zen.ZenDecisionContent(text))
    decided.evaluate(rows[0])
    started = time.perf_counter()
    made = [decided.evaluate(row)["result"] for row in rows]
    seconds = time.perf_counter() - started
    return seconds, [[row.get(f"v{k}") for k in range(offerings)] for row in made]


def _sql(plan: matching.Plan, table: pa.Table, words: pa.Table) -> float:
    """Give the seconds that the same clauses take as SQL on DuckDB; its answers agree."""
    clauses = [to_sql(part, asof=plan.asof) for part in plan.distinct]
    with DuckDB() as engine:
        engine.arrow("profile", table)
        listed = ", ".join(f"({sql}) AS {quoted(f'c{n}')}" for n, sql in enumerate(clauses))
        verdicts = ", ".join(
            f"({' AND '.join(quoted(f'c{n}') for n in used) or 'TRUE'}) AS v{k}"
            for k, used in enumerate(plan.uses)
        )
        sql = f"SELECT {verdicts} FROM (SELECT {listed} FROM profile)"
        seconds = timed(lambda: engine.table("verdict", sql))
        found = engine.query("FROM verdict")
    counts = matching.counts(words.slice(0, table.num_rows), plan.offerings)
    for position, count in enumerate(counts):
        column = found.column(position)
        by_sql = (pc.sum(column).as_py() or 0, column.null_count)
        assert (count.yes, count.unknown) == by_sql, f"{count} but SQL says {by_sql}"
    return seconds
