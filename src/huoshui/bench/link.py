"""Linking a second office's dirty records to a register, beside Splink with its own defaults.

The records are the open benchmark's (docs/reference/linkage-benchmark.md): anybody can make the
same ones, run another resolver over them and have its links scored in the same way.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.bench.link_peer import peer_links
from huoshui.bench.link_score import LINKS, score
from huoshui.bench.timing import circumstances
from huoshui.engines.duckdb import DuckDB
from huoshui.entities import schema as entity_schema
from huoshui.entities.build import links as who_is_who
from huoshui.facts.schema import SQL, arrow_schema
from huoshui.kernel.sql import quoted
from huoshui.policy.pack import Pack
from huoshui.synth import registers, second_office

_GIVEN = {
    "subject_code": "code",
    "subject_name": "name",
    "kind": "'firm'",
    "established_on": "try_cast(established_on AS DATE)",
    "recorded_on": "DATE '2026-01-01'",
    "true_from": "DATE '2026-01-01'",
    "batch": "CASE office WHEN 'register' THEN 1 ELSE 2 END",
    "feed": "office",
    "source_file": "concat(office, '.parquet')",
    "source_row": "record",
}
"""How a record's columns become a registration's; the rest go by their own names."""


def task(registry: Path | None, *, records: int, seed: int) -> second_office.Task:
    """Make the records of both offices, over a register that is given or invented."""
    rng = np.random.default_rng(seed)
    register = registers.read(registry) if registry else registers.invented(records, rng)
    return second_office.made(register, rng)


def who(engine: DuckDB, pack: Pack, records: pa.Table) -> float:
    """Run the platform's own resolution over records in an engine; give the seconds taken."""
    item = pack.items[entity_schema.REGISTRATION]
    types = {"batch": "BIGINT", "source_row": "BIGINT", "true_from": "DATE", "true_until": "DATE"}
    types |= {name: SQL[column.type] for name, column in item.columns.items()}
    said = _GIVEN | {c: c for c in records.column_names if c not in _GIVEN}
    columns = ", ".join(
        f"CAST({said.get(name, 'NULL')} AS {types.get(name, 'VARCHAR')}) AS {quoted(name)}"
        for name in arrow_schema(item).names
    )
    engine.arrow("record", records)
    for other in pack.items.values():
        if other.id != item.id:
            engine.arrow(f"fact_{other.id}", arrow_schema(other).empty_table())
    started = time.perf_counter()
    engine.view(f"fact_{item.id}", f"SELECT {columns} FROM record")
    engine.steps(who_is_who(pack))
    return time.perf_counter() - started


def resolved(
    pack: Pack, records: pa.Table, *, memory_limit: str | None = None
) -> tuple[pa.Table, float]:
    """Link the second office's records by the platform; give the links and the seconds taken."""
    with DuckDB(memory_limit=memory_limit) as engine:
        seconds = who(engine, pack, records)
        links = engine.query("""
SELECT r.record, coalesce(own.code, b.parent) AS code,
  CASE WHEN own.code IS NULL THEN 'branch' ELSE 'same' END AS relation
FROM record AS r
JOIN subject_entity AS s ON s.subject_code IS NOT DISTINCT FROM r.code
  AND s.subject_name IS NOT DISTINCT FROM r.name
LEFT JOIN record AS own ON own.code = s.entity AND own.office = 'register'
LEFT JOIN branch_link AS b ON b.branch = s.entity
WHERE r.office = 'second' AND coalesce(own.code, b.parent) IS NOT NULL""")
    return links.cast(LINKS), seconds


def bench_link(
    pack: Pack,
    *,
    registry: Path | None,
    records: int,
    seed: int,
    peer_records: int | None,
    failures: int = 0,
    memory_limit: str | None = None,
) -> dict[str, Any]:
    """Link the records of one task by the platform and by Splink, and score both.

    `failures` is how many wrong answers of ours are shown for each kind.
    """
    made = task(registry, records=records, seed=seed)
    links, seconds = resolved(pack, made.records, memory_limit=memory_limit)
    ours = score(made.truth, links)
    result = {
        "bench": "link",
        "register": registry.name if registry else "invented",
        "records": made.records.num_rows,
        "seconds": round(seconds, 2),
        **ours,
    }
    if failures:
        result["failures"] = wrong(made, links, each=failures)
    size = made.records.num_rows - made.truth.num_rows
    if peer_records is not None and peer_records < size:
        made = task(None, records=peer_records, seed=seed)
    theirs, peer_seconds = peer_links(made.records, seed=seed)
    peer = score(made.truth, theirs)
    return {
        **result,
        "peer": "Splink 5: Jaro-Winkler on the name, exact on the rest, clusters at 0.95",
        "peer_records": made.records.num_rows,
        "peer_seconds": round(peer_seconds, 2),
        "peer_precision": peer["precision"],
        "peer_recall": peer["recall"],
        "peer_f1": peer["f1"],
        "peer_f1_by_kind": peer["f1_by_kind"],
        **circumstances(),
    }


def wrong(
    made: second_office.Task, links: pa.Table, *, each: int
) -> dict[str, list[dict[str, Any]]]:
    """Show some records of each kind that were linked wrongly or not at all."""
    with DuckDB() as engine:
        engine.arrow("record", made.records)
        engine.arrow("truth", made.truth)
        engine.arrow("link", links)
        rows = engine.query(f"""
SELECT * FROM (
  SELECT t.kind, r.name, r.representative, r.address, r.phone, f.name AS about,
    f.representative AS about_representative, f.address AS about_address,
    f.phone AS about_phone, l.relation AS linked_as, g.name AS linked_to,
    row_number() OVER (PARTITION BY t.kind ORDER BY t.record) AS place
  FROM truth AS t JOIN record AS r ON r.record = t.record
  LEFT JOIN link AS l ON l.record = t.record
  LEFT JOIN record AS f ON f.code = t.code AND f.office = 'register'
  LEFT JOIN record AS g ON g.code = l.code AND g.office = 'register'
  WHERE l.code IS DISTINCT FROM t.code OR (t.code IS NOT NULL AND l.relation <> t.relation)
) AS failed WHERE place <= {each} ORDER BY kind, place""").to_pylist()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.pop("kind"), []).append(row)
    return found


def keep_task(
    out: Path, *, registry: Path | None, records: int, seed: int, readme: Callable[[Any], str]
) -> dict[str, Any]:
    """Write the records, the truth and a page that says what they are, for other resolvers."""
    made = task(registry, records=records, seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    pq.write_table(made.records, out / "records.parquet", compression="zstd")
    pq.write_table(made.truth, out / "truth.parquet", compression="zstd")
    kinds = made.truth.group_by("kind").aggregate([("record", "count")]).to_pylist()
    said = {
        "register": registry.name if registry else "invented",
        "seed": seed,
        "records": made.records.num_rows,
        "dirty": made.truth.num_rows,
        "kinds": {row["kind"]: row["record_count"] for row in kinds},
    }
    (out / "README.md").write_text(readme(said), "utf-8")
    (out / "task.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return said
