"""A candidate version beside the one in force: on every new match, and on every single case.

What it would have said is kept beside the snapshot, where it decides nothing; the snapshot's own
files and manifest stay as they were published.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huoshui import indicators, matching, ratings
from huoshui.kernel.errors import Refusal
from huoshui.matching.clauses import Kind
from huoshui.pipeline.published import Snapshot, sha256
from huoshui.pipeline.run import Work
from huoshui.pipeline.sandbox.difference import compared
from huoshui.pipeline.sandbox.moves import WORDS, moved
from huoshui.pipeline.sandbox.sides import (
    Measured,
    Side,
    filled_items,
    from_facts,
    profile_for,
    side,
)
from huoshui.pipeline.subjects import measured_behind
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack

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


class ShadowRefusal(Refusal):
    """Why a candidate is not run beside the version in force."""

    OTHER_DAY = (
        "The version in force was read as at {in_force} and the candidate as at {candidate}.",
        "Read both as at one day.",
    )
    NOT_THERE = (
        "Neither version has an offering {offering}.",
        "Take the id of an offering that one of them has.",
    )


def shadow(work: Work, candidate_roots: Sequence[Path]) -> pa.Table:
    """Give every match of a run that a candidate version decides otherwise."""
    candidate = load(candidate_roots, asof=work.asof)
    return disagreements(work, candidate)


def disagreements(work: Work, candidate: Pack) -> pa.Table:
    """Compare a run with a candidate version, over the facts that the run was made from."""
    assert work.verdicts is not None
    assert work.titles is not None
    words: dict[Kind, pa.Table] = {"offerings": work.verdicts, "titles": work.titles}
    measured = Measured(work.pack, work.made(), {}, "run", words)
    filled = filled_items(work.lake, work.known)
    # The candidate is measured in a session of its own, so that the run's relations stay.
    measure = from_facts(work.lake, known=work.known, tick=work.tick)
    in_force, beside = (side(p, measured, filled, measure) for p in (work.pack, candidate))
    return _table(in_force, beside)


def _table(in_force: Side, beside: Side) -> pa.Table:
    kinds: tuple[Kind, ...] = ("offerings", "titles")
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


@dataclass(frozen=True)
class ShadowCase:
    """One case decided by two versions, with the clauses that they differ in."""

    offering: str
    in_force: str  # yes, no, unknown or absent
    candidate: str
    clauses: tuple[tuple[str, str, str], ...]  # id, verdict in force, verdict of the candidate
    unmeasured: tuple[str, ...]  # indicators that the candidate measures otherwise: unknown here

    @property
    def agrees(self) -> bool:
        """Say whether both come to one verdict."""
        return self.in_force == self.candidate


def shadow_one(
    pack: Pack, candidate: Pack, row: Mapping[str, object], offering: str, asof: dt.date
) -> ShadowCase:
    """Ask both versions of one profile row, which the version in force has made.

    The candidate's formulas and ratings are computed anew from the row.  What it measures from
    facts in another way cannot be told from a row and is unknown; `unmeasured` names it.
    """
    if not pack.asof == candidate.asof == asof:
        raise ShadowRefusal.OTHER_DAY.refuse(in_force=pack.asof, candidate=candidate.asof)
    if offering not in pack.offerings and offering not in candidate.offerings:
        raise ShadowRefusal.NOT_THERE.refuse(offering=offering)
    beside, unmeasured = _row_of(pack, candidate, row)
    verdicts: list[str] = []
    clauses: list[dict[str, str]] = []
    for version, given in ((pack, row), (candidate, beside)):
        if offering not in version.offerings:
            verdicts.append("absent")
            clauses.append({})
            continue
        plan = matching.compile(version, asof=asof, offerings=[offering])
        (trace,) = matching.explain_one(version, given, asof=asof, plan=plan)
        verdicts.append(trace.verdict)
        clauses.append({clause.id: _word(clause.verdict) for clause in trace.clauses})
    ids = dict.fromkeys([*clauses[0], *clauses[1]])
    pairs = ((i, clauses[0].get(i, "absent"), clauses[1].get(i, "absent")) for i in ids)
    read = {c for c in _read(candidate, offering) if c in unmeasured}
    return ShadowCase(
        offering,
        verdicts[0],
        verdicts[1],
        tuple((i, was, now) for i, was, now in pairs if was != now),
        tuple(sorted(read)),
    )


def _row_of(
    pack: Pack, candidate: Pack, row: Mapping[str, object]
) -> tuple[Mapping[str, object], tuple[str, ...]]:
    """Give the row that the candidate would make, and the indicators that it cannot tell."""
    given = {name: row.get(name) for name in indicators.profile_schema(pack).names}
    given["entity"] = str(given["entity"] or "")
    table = pa.Table.from_pylist([given], schema=indicators.profile_schema(pack))
    profile, anew = profile_for(candidate, pack, table, frozenset(), None)
    profile = ratings.compute(candidate, profile, asof=candidate.asof)
    unmeasured = tuple(n for n in anew if candidate.indicators[n].measure is not None)
    return profile.to_pylist()[0], unmeasured


def _read(pack: Pack, offering: str) -> Sequence[str]:
    """Name the measured indicators that an offering comes down to."""
    if offering not in pack.offerings:
        return ()
    plan = matching.compile(pack, asof=pack.asof, offerings=[offering])
    return measured_behind(pack, plan.columns)


def _word(verdict: bool | None) -> str:
    return "unknown" if verdict is None else "yes" if verdict else "no"
