"""One run: from the facts known by a batch, under a pack, as at a day, to profile and verdicts.

The flow is the tuple `STAGES`, read from top to bottom.  Each stage takes the `Work` and adds what
it makes; none keeps anything of its own, so a run is a pure function of (facts known, pack, day).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa

from huoshui import entities, indicators, matching, ratings
from huoshui.engines.duckdb import DuckDB
from huoshui.kernel.step import Step, Tick, unwatched
from huoshui.pipeline.ingest import known_facts
from huoshui.pipeline.lake import Lake
from huoshui.policy.pack import Pack


@dataclass
class Work:
    """What a run has in hand; a stage reads what is above it and fills what is its own."""

    engine: DuckDB
    lake: Lake
    pack: Pack
    known: int  # the last batch whose facts count
    only: Sequence[str] | None = None  # entities to measure; None: all
    tick: Tick = unwatched
    profile: pa.Table | None = None  # one row per entity
    verdicts: pa.Table | None = None  # one row per entity, in the same order
    titles: pa.Table | None = None  # the same, of titles
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def asof(self) -> dt.date:
        """The day that is asked about: the pack's own."""
        return self.pack.asof

    def made(self) -> pa.Table:
        """Give the profile, which the stages from ratings on start from."""
        assert self.profile is not None, "the indicators stage runs first"
        return self.profile

    def steps(self, what: str, steps: Sequence[Step]) -> None:
        """Run the steps of a stage on the engine, telling how far it is."""
        for done, step in enumerate(steps, 1):
            self.engine.steps([step])
            self.tick(what, done, len(steps))


def take_facts(work: Work) -> None:
    """Name `fact_<item>`: everything known by the batch, of every item."""
    known_facts(work.engine, work.lake, work.pack, work.known)


def name_entities(work: Work) -> None:
    """Make `subject_entity`, `entity` and `branch_link`: who is who."""
    work.steps("entities", entities.who(work.pack, asof=work.asof))


def settle_facts(work: Work) -> None:
    """Make `settled_<item>`: one believed fact for each entity and key."""
    work.steps("settlement", entities.settlements(work.pack, entities=work.only))


def measure_indicators(work: Work) -> None:
    """Make the profile: a row per entity, a column per indicator."""
    work.steps("indicators", indicators.build(work.pack, asof=work.asof, entities=work.only))
    measured = work.engine.query('SELECT * FROM "profile_measured" ORDER BY entity')
    work.profile = indicators.compute(work.pack, measured, asof=work.asof)


def rate(work: Work) -> None:
    """Add the columns of every rating to the profile."""
    work.profile = ratings.compute(work.pack, work.made(), asof=work.asof)


def match(work: Work) -> None:
    """Give every entity's verdict on every offering, and on every title's standard."""
    work.verdicts = matching.verdicts(work.pack, work.made(), asof=work.asof)
    work.titles = matching.verdicts(work.pack, work.made(), asof=work.asof, kind="titles")


STAGES: tuple[Callable[[Work], None], ...] = (
    take_facts,
    name_entities,
    settle_facts,
    measure_indicators,
    rate,
    match,
)
"""The flow; every run goes through all of it in this order."""


@contextmanager
def session(*, memory_limit: str | None = None) -> Iterator[DuckDB]:
    """Open the engine that runs are made on, and close it; doors ask here for one."""
    with DuckDB(memory_limit=memory_limit) as engine:
        yield engine


def run(
    engine: DuckDB,
    lake: Lake,
    pack: Pack,
    *,
    known: int | None = None,
    only: Sequence[str] | None = None,
    tick: Tick = unwatched,
    stages: Sequence[Callable[[Work], None]] = STAGES,
) -> Work:
    """Run the stages over what was known by a batch (all that is known, unless given)."""
    last = lake.last_batch if known is None else known
    work = Work(engine, lake, pack, last, only, tick)
    for stage in stages:
        started = time.perf_counter()
        stage(work)
        work.seconds[stage.__name__] = time.perf_counter() - started
    return work
