"""One side of a comparison: packs as at a day, and what they come to over the facts known.

A published snapshot of the same facts and the same day spares the measuring, but only where its
packs are kept and say of an indicator exactly what the side's packs say; it is checked, never
trusted.  What is left is measured from the facts.  Ratings and matching are made anew, unless the
snapshot is of the very same packs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from huoshui import entities, indicators, matching, ratings
from huoshui.kernel.errors import Refusal, Refused, Where
from huoshui.kernel.step import Tick, unwatched
from huoshui.matching.schema import packed
from huoshui.pipeline.archive import archived
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.published import Snapshot, snapshot_files, snapshot_folders
from huoshui.pipeline.reuse import Measure, profile_for
from huoshui.pipeline.run import Work, session, take_facts
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack


class SandboxRefusal(Refusal):
    """Why two packs are not compared, the weightiest first."""

    NOBODY = (
        "On {asof}, with what was known by batch {known}, there is no subject to compare over.",
        "Take a day and a batch for which facts are known; `huoshui run` says how many there are.",
        "截至 {asof}、批次 {known} 时没有任何主体可供比较。",
        "请选择已有事实的日期和批次；可先运行 `huoshui run` 查看数量。",
    )
    NO_PACKS = (
        "The folder {folder} holds no packs{named}.",
        "Give a folder that holds packs such as common and others beside it, or one pack.",
        "文件夹 {folder} 中没有政策包{named}。",
        "请给出包含 common 等政策包的文件夹，或单个政策包。",
    )


@dataclass(frozen=True)
class Measured:
    """Measured columns that are known to be right for a pack, wherever they came from."""

    pack: Pack
    profile: pa.Table  # one row per entity, in the order of entities
    names: dict[str, str | None]  # entity -> name
    origin: str  # the snapshot's name, or "facts"
    words: dict[matching.clauses.Kind, pa.Table] | None = None  # verdicts, of exactly this pack


@dataclass(frozen=True)
class Compiled:
    """The definitions of one kind made ready, in the order of their bits."""

    offerings: tuple[str, ...]  # or titles
    clauses: Mapping[str, tuple[matching.OfferingClause, ...]]
    terms: Mapping[str, matching.TermsPlan]

    def reads(self, name: str) -> set[str]:
        """Name the columns that a definition and its terms read."""
        columns = {c for clause in self.clauses[name] for c in clause.whole.columns}
        return columns.union(*(t.columns for t in self.terms[name].expressions.values()))


@dataclass(frozen=True)
class Side:
    """What one of the packs comes to."""

    pack: Pack
    profile: pa.Table
    plans: dict[matching.clauses.Kind, Compiled]
    words: dict[matching.clauses.Kind, pa.Table]
    measured_anew: tuple[str, ...]  # indicators that no snapshot gave

    @property
    def asof(self) -> dt.date:
        """The day that is asked about."""
        return self.pack.asof


def filled_items(lake: Lake, known: int) -> frozenset[str]:
    """Name the items that any batch brought facts of."""
    return frozenset(batch.item for batch in lake.batches(known) if batch.rows_new)


def found_snapshot(home: Path, packs: Sequence[Pack], *, known: int) -> Measured | None:
    """Find a published snapshot of these facts and this day whose packs can be read again.

    One made with one of the packs themselves is taken before others, for nothing of it has to be
    made again.
    """
    asof, digests = packs[0].asof, [pack.digest for pack in packs]
    usable = []
    for folder in snapshot_folders(home):
        try:
            snapshot = snapshot_files(folder)
        except Refused:  # altered or half removed: it is as if it were not there
            continue
        if snapshot.known == known and snapshot.asof == asof:
            usable.append(snapshot)
    usable.sort(key=lambda s: digests.index(s.pack_digest) if s.pack_digest in digests else 99)
    for snapshot in usable:
        pack = _packs_of(home, snapshot, packs)
        if pack is not None:
            return _measured(pack, snapshot)
    return None


def _packs_of(home: Path, snapshot: Snapshot, packs: Sequence[Pack]) -> Pack | None:
    for pack in packs:
        if pack.digest == snapshot.pack_digest:
            return pack
    try:
        return load(archived(home, snapshot.pack_digest), asof=snapshot.asof)
    except Refused:
        return None


def _measured(pack: Pack, snapshot: Snapshot) -> Measured | None:
    profile = snapshot.table("profile").sort_by("entity").combine_chunks()
    if not set(pack.indicators) <= set(profile.column_names):
        return None
    who = snapshot.table("entity").select(["entity", "name"]).to_pydict()
    names = dict(zip(who["entity"], who["name"], strict=True))
    words: dict[matching.clauses.Kind, pa.Table] = {}
    kept: tuple[tuple[matching.clauses.Kind, str], ...] = (
        ("offerings", "verdicts"),
        ("titles", "titles"),
    )
    for kind, table in kept:
        if snapshot.manifest.get(kind) != list(pack.definitions(kind)):
            return Measured(pack, profile, names, snapshot.name)
        words[kind] = snapshot.table(table).sort_by("entity")
    return Measured(pack, profile, names, snapshot.name, words)


def measured_whole(lake: Lake, pack: Pack, *, known: int, tick: Tick = unwatched) -> Measured:
    """Measure every indicator from the facts."""
    with session() as engine:
        work = Work(engine, lake, pack, known, tick=tick)
        table = _measure(work, pack, list(pack.indicators))
        who = engine.query("SELECT entity, name FROM entity").to_pydict()
    profile = indicators.compute(pack, table, asof=pack.asof)
    if not profile.num_rows:
        raise SandboxRefusal.NOBODY.refuse(where=Where(str(lake.path)), asof=pack.asof, known=known)
    names = dict(zip(who["entity"], who["name"], strict=True))
    return Measured(pack, profile, names, "facts")


def from_facts(lake: Lake, *, known: int, tick: Tick = unwatched) -> Measure:
    """Give a way to measure some indicators from the facts, and only what they need."""

    def measure(pack: Pack, names: Sequence[str]) -> pa.Table:
        with session() as engine:
            return _measure(Work(engine, lake, pack, known, tick=tick), pack, names)

    return measure


def _measure(work: Work, pack: Pack, names: Sequence[str]) -> pa.Table:
    wanted = {n: pack.indicators[n] for n in names if pack.indicators[n].measure is not None}
    items = {i.measure.item for i in wanted.values() if i.measure is not None}
    part = replace(
        pack,
        indicators=wanted,
        items={name: item for name, item in pack.items.items() if name in items},
    )
    take_facts(work)
    work.steps("entities", entities.who(pack, asof=pack.asof))
    work.steps("settlement", entities.settlements(part))
    work.steps("indicators", indicators.build(part, asof=pack.asof))
    return work.engine.query('SELECT * FROM "profile_measured" ORDER BY entity')


def side(
    pack: Pack,
    measured: Measured,
    filled: frozenset[str],
    measure: Measure | None,
    *,
    beside: Side | None = None,
) -> Side:
    """Take what can be taken of what was measured, measure the rest, rate and match everybody.

    Without a way to `measure`, indicators that would need it are unknown.  What `beside` says in
    the same words of the same values is taken from there.
    """
    if measured.words is not None and measured.pack.digest == pack.digest:
        plans = {kind: _compiled(pack, kind) for kind in KINDS}
        return Side(pack, measured.profile, plans, measured.words, ())
    profile, anew = profile_for(pack, measured.pack, measured.profile, filled, measure)
    profile = ratings.compute(pack, profile, asof=pack.asof)
    made = Side(pack, profile, {}, {}, anew)
    for kind in KINDS:
        made.plans[kind], made.words[kind] = _matched(made, kind, beside)
    return made


KINDS: tuple[matching.clauses.Kind, ...] = ("offerings", "titles")


def _compiled(pack: Pack, kind: matching.clauses.Kind) -> Compiled:
    plan = matching.compile(pack, asof=pack.asof, kind=kind)
    return Compiled(plan.offerings, plan.clauses, plan.terms)


def _matched(
    one: Side, kind: matching.clauses.Kind, beside: Side | None
) -> tuple[Compiled, pa.Table]:
    """Match everybody with every definition; those that cannot have moved stay as they were."""
    order = tuple(sorted(one.pack.definitions(kind)))
    kept = _unmoved(one, kind, beside) if beside is not None else set()
    fresh = [name for name in order if name not in kept]
    plan = matching.compile(one.pack, asof=one.asof, kind=kind, offerings=fresh)
    words = plan.evaluate(one.profile)
    if beside is None or not kept:
        return Compiled(plan.offerings, plan.clauses, plan.terms), words
    before, was = beside.plans[kind], beside.words[kind]
    verdicts = [
        matching.decoded(was, before.offerings.index(name))
        if name in kept
        else matching.decoded(words, plan.offerings.index(name))
        for name in order
    ]
    sides = [packed(np.array([pair[end] for pair in verdicts]).T) for end in (0, 1)]
    columns = [pa.array(each[:, w]) for each in sides for w in range(each.shape[1])]
    fields = [one.profile.schema.field("entity"), *matching.word_fields(len(order))]
    made = pa.table([one.profile["entity"], *columns], schema=pa.schema(fields))
    clauses = {n: before.clauses[n] if n in kept else plan.clauses[n] for n in order}
    terms = {n: before.terms[n] if n in kept else plan.terms[n] for n in order}
    return Compiled(order, clauses, terms), made


def _unmoved(one: Side, kind: matching.clauses.Kind, beside: Side) -> set[str]:
    """Name the definitions that say the same on both sides and read the same values."""
    packs = one.pack, beside.pack
    for shared in ("units", "constants", "vocabularies"):
        if getattr(packs[0], shared) != getattr(packs[1], shared):
            return set()
    equal: dict[str, bool] = {}

    def same(column: str) -> bool:
        if column not in equal:
            there = column in one.profile.column_names
            equal[column] = there and one.profile[column].equals(beside.profile[column])
        return equal[column]

    if not same("entity"):
        return set()
    before, after = beside.pack.definitions(kind), one.pack.definitions(kind)
    return {
        name
        for name in after
        if before.get(name) == after[name]
        and all(same(column) for column in beside.plans[kind].reads(name))
    }
