"""One run: from the facts known by a batch, under a pack, as at a day, to profile and verdicts.

The flow is the tuple `STAGES`, read from top to bottom.  Each stage takes the `Work` and adds
relations to its engine; none keeps anything of its own, so a run is a pure function of (facts
known, pack, day).  No stage holds more than a part of the region in memory.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyarrow as pa

from huoshui import entities, indicators
from huoshui.engines.duckdb import DuckDB
from huoshui.engines.engine import Engine
from huoshui.engines.spark import LOCAL, Spark
from huoshui.indicators.schema import COUNTED, PROFILE_COUNTED, PROFILE_SUBJECT, SUMS
from huoshui.kernel.step import Step, Tick, unwatched
from huoshui.pipeline.evaluation import EVALUATED, Evaluation, Table
from huoshui.pipeline.fresh import TOUCHED, touched
from huoshui.pipeline.ingest import known_facts
from huoshui.pipeline.kept import Kept
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.published import Snapshot
from huoshui.pipeline.subsidy_items import kept_of
from huoshui.policy.pack import Pack

MEMORY = "HUOSHUI_MEMORY"
"""How much memory the engine may use where a command does not say it, such as 8GB."""


EngineName = Literal["duckdb", "spark"]
"""The engines that a run can be made on; they publish the same."""


@dataclass
class Work:
    """What a run has in hand; a stage reads the relations above it and makes its own."""

    engine: Engine
    lake: Lake
    pack: Pack
    known: int  # the last batch whose facts count
    within: str | None = None  # a relation of the entities to measure; None: all
    tick: Tick = unwatched
    since: Snapshot | None = None  # what was published of fewer batches and still holds of others
    kept: Kept | None = None  # what earlier runs worked out of names and addresses
    measured: tuple[str, ...] = ()  # relations that only the evaluation reads
    evaluation: Evaluation | None = None  # what made `profile`, and the verdicts if any
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def asof(self) -> dt.date:
        """The day that is asked about: the pack's own."""
        return self.pack.asof

    def made(self, name: Table = "profile") -> pa.Table:
        """Give the profile, or verdicts or titles, as one table by entity: for what is small."""
        assert self.evaluation is not None, "the stage that evaluates runs first"
        table = self.engine.query(f'SELECT * FROM "{name}" ORDER BY entity')
        return table.cast(self.evaluation.table_schema(name))

    def rows(self, name: str) -> int:
        """Count the rows of a relation."""
        return int(self.engine.query(f'SELECT count(*) AS n FROM "{name}"').column(0)[0].as_py())

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Note how long something takes."""
        started = time.perf_counter()
        yield
        self.seconds[what] = time.perf_counter() - started

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
    steps = entities.who(work.pack, asof=work.asof)
    if work.kept is None:
        work.steps("entities", steps)
        return
    work.steps("entities", work.kept.steps(work.engine, steps))
    work.kept.keep(work.engine)


def find_touched(work: Work) -> None:
    """Limit the run to the entities touched since a snapshot, where others stay as published."""
    if work.since is None:
        return
    if touched(work.engine, work.lake, work.pack, work.since, known=work.known):
        work.within = TOUCHED
    else:
        work.since = None


def settle_facts(work: Work) -> None:
    """Make `settled_<item>`: one believed fact for each entity and key; all are kept."""
    kept = kept_of(work.pack, asof=work.asof)
    steps = entities.settlements(work.pack, within=work.within)
    work.steps("settlement", [*steps, *(s for each in kept.values() for s in each)])


def measure_indicators(work: Work) -> None:
    """Make `profile_counted`: a row per entity, a column per measured indicator."""
    measuring = indicators.measuring(work.pack, asof=work.asof, within=work.within)
    work.steps("indicators", measuring.steps[:-1])
    work.measured = _only_evaluated(measuring)


def settle_and_measure(work: Work) -> None:
    """Do both item by item, so that the settled facts of one item are there at a time."""
    settled = {s.name: s for s in entities.settlements(work.pack, within=work.within)}
    measuring = indicators.measuring(work.pack, asof=work.asof, within=work.within)
    kept = kept_of(work.pack, asof=work.asof)
    work.engine.steps(measuring.first)
    for done, item in enumerate(work.pack.items, 1):
        name = f"settled_{item}"
        steps = [*measuring.items.get(item, ()), *kept.get(item, ())]
        if steps:
            work.engine.steps([settled[name]] if name in settled else [])
            work.engine.steps(steps)
            work.engine.drop(*(step.name for step in steps if step.name.startswith(SUMS)))
            if name in settled:  # else `name_entities` made it, and others read it
                work.engine.drop(name)
        work.tick("indicators", done, len(work.pack.items))
    work.engine.steps(measuring.last[:-1])
    work.measured = _only_evaluated(measuring)


def _only_evaluated(measuring: indicators.Measuring) -> tuple[str, ...]:
    """Name what can be let go once it is evaluated, what reads the others first."""
    steps = [s for each in measuring.items.values() for s in each if not s.name.startswith(SUMS)]
    return (PROFILE_COUNTED, *(step.name for step in steps))


def rate(work: Work) -> None:
    """Make `profile`: every indicator, and the columns of every rating."""
    _evaluate(work, Evaluation(work.pack, words=()))


def evaluate(work: Work) -> None:
    """Make `profile`, and `verdicts` and `titles`: every entity's verdict on every definition."""
    _evaluate(work, Evaluation(work.pack))


def compute(work: Work) -> None:
    """Make `profile` of the indicators alone."""
    _evaluate(work, Evaluation(work.pack, with_ratings=False, words=()))


def _evaluate(work: Work, evaluation: Evaluation) -> None:
    """Put what was measured through an evaluation, part by part."""
    work.evaluation = evaluation
    rows = work.rows(PROFILE_SUBJECT)
    work.engine.mapped(
        EVALUATED,
        f"SELECT * FROM {PROFILE_COUNTED}",
        evaluation,
        evaluation.schema,
        counted=(COUNTED, rows),
    )
    work.engine.drop(*work.measured)
    for name in evaluation.tables:
        work.engine.view(name, evaluation.select(name))


Stage = Callable[[Work], None]

STAGES: tuple[Stage, ...] = (
    take_facts,
    name_entities,
    find_touched,
    settle_and_measure,
    evaluate,
)
"""The flow; every run of the whole region goes through all of it in this order."""

RATED: tuple[Stage, ...] = (take_facts, name_entities, settle_and_measure, rate)
"""The flow without matching."""


@contextmanager
def session(
    *,
    engine: EngineName = "duckdb",
    master: str = LOCAL,
    memory_limit: str | None = None,
    spill: Path | None = None,
) -> Iterator[Engine]:
    """Open the engine that runs are made on, and close it; doors ask here for one.

    `spill` is the folder beneath which it puts away what memory does not hold; on a cluster every
    worker must see it.  `master` says where Spark runs.
    """
    limit = memory_limit or os.environ.get(MEMORY)
    if engine == "spark":
        with Spark(master=master, memory_limit=limit, scratch=spill) as spark:
            yield spark
    else:
        with DuckDB(memory_limit=limit, spill=spill) as duckdb:
            yield duckdb


def run(
    engine: Engine,
    lake: Lake,
    pack: Pack,
    *,
    known: int | None = None,
    tick: Tick = unwatched,
    stages: Sequence[Stage] = STAGES,
    since: Snapshot | None = None,
    kept: Kept | None = None,
) -> Work:
    """Run the stages over what was known by a batch (all that is known, unless given).

    `since`, a snapshot that `fresh.published_before` found, saves what has not changed since;
    `kept`, what earlier runs worked out of names.  Neither changes what comes out.
    """
    last = lake.last_batch if known is None else known
    work = Work(engine, lake, pack, last, tick=tick, since=since, kept=kept)
    for stage in stages:
        with work.timed(stage.__name__):
            stage(work)
    return work
