"""A candidate version beside the one in force: on every new match, and on every single case.

What it would have said is kept beside the snapshot, where it decides nothing; the snapshot's own
files and manifest stay as they were published.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.pipeline.beside import ShadowCase, ShadowRefusal, shadow_one
from huoshui.pipeline.evaluation import WORDS_OF
from huoshui.pipeline.published import Snapshot, sha256
from huoshui.pipeline.run import Work
from huoshui.pipeline.sandbox.difference import compared
from huoshui.pipeline.sandbox.moves import WORDS, moved
from huoshui.pipeline.sandbox.sides import (
    Measured,
    Side,
    filled_items,
    from_facts,
    side,
)
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack

__all__ = [
    "SCHEMA",
    "ShadowCase",
    "ShadowRefusal",
    "counted",
    "disagreements",
    "keep_shadow",
    "shadow",
    "shadow_one",
]

SCHEMA = pa.schema(
    [
        pa.field("entity", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),  # offerings or titles
        pa.field("definition", pa.string(), nullable=False),
        pa.field("in_force", pa.string(), nullable=False),  # yes, no, unknown or absent
        pa.field("candidate", pa.string(), nullable=False),
        pa.field("clauses", pa.list_(pa.string()), nullable=False),  # that made the difference
    ]
)
"""One row for each subject and definition that the two versions disagree on."""


def shadow(work: Work, candidate_roots: Sequence[Path]) -> pa.Table:
    """Give every match of a run that a candidate version decides otherwise."""
    candidate = load(candidate_roots, asof=work.asof)
    return disagreements(work, candidate)


def disagreements(work: Work, candidate: Pack) -> pa.Table:
    """Compare a run with a candidate version, over the facts that the run was made from."""
    words = {kind: work.made(name) for name, kind in WORDS_OF.items()}
    measured = Measured(work.pack, work.made(), {}, "run", words)
    filled = filled_items(work.lake, work.known)
    # The candidate is measured in a session of its own, so that the run's relations stay.
    measure = from_facts(work.lake, known=work.known, tick=work.tick)
    in_force = side(work.pack, measured, filled, measure)
    beside = side(candidate, measured, filled, measure, beside=in_force)
    return _table(in_force, beside)


def _table(in_force: Side, beside: Side) -> pa.Table:
    kinds = tuple(WORDS_OF.values())
    if in_force.profile["entity"].combine_chunks() != beside.profile["entity"].combine_chunks():
        measured = Measured(in_force.pack, in_force.profile, {}, "run")
        found = compared(in_force, beside, measured, 0)
        in_force, beside = found.base, found.changed
    entities = in_force.profile["entity"].to_pylist()
    rows = []
    for kind in kinds:
        for one in moved(in_force, beside, kind):
            there = [one.definition in each.plans[kind].offerings for each in (in_force, beside)]
            for move in one.moves:
                rows.append(
                    {
                        "entity": entities[move.row],
                        "kind": kind,
                        "definition": one.definition,
                        "in_force": WORDS[move.before] if there[0] else "absent",
                        "candidate": WORDS[move.after] if there[1] else "absent",
                        "clauses": [clause for clause, _, _ in move.clauses],
                    }
                )
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def keep_shadow(
    snapshot: Snapshot, in_force: Pack, candidate: Pack, found: pa.Table
) -> tuple[Path, dict[str, Any]]:
    """Write disagreements and their counts beside a snapshot, each file whole or not at all."""
    name = f"shadow-{candidate.digest[:12]}"
    path = snapshot.folder / f"{name}.parquet"
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    pq.write_table(found, staged, compression="zstd")
    os.replace(staged, path)
    manifest = {
        "snapshot": snapshot.name,
        "known": snapshot.known,
        "asof": snapshot.asof.isoformat(),
        "in_force": in_force.digest,
        "candidate": candidate.digest,
        "rows": found.num_rows,
        "sha256": sha256(path),
        "counts": counted(found),
    }
    staged = snapshot.folder / f".{name}.json.{os.getpid()}"
    staged.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    os.replace(staged, snapshot.folder / f"{name}.json")
    return path, manifest


def counted(found: pa.Table) -> list[dict[str, Any]]:
    """Count disagreements by definition and by the two verdicts, in the order of names."""
    keys = ["kind", "definition", "in_force", "candidate"]
    counts = (
        found.group_by(keys)
        .aggregate([("entity", "count")])
        .sort_by([(key, "ascending") for key in keys])
    )
    return [
        {**{key: row[key] for key in keys}, "subjects": row["entity_count"]}
        for row in counts.to_pylist()
    ]
