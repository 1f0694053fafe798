"""The same run on DuckDB and on Spark over the same lake, so that the crossover can be reasoned of.

Spark's start-up stands apart: a cluster pays it once, and it does not grow.  What is made must be
the same, table by table, or the figures compare two different things.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyarrow as pa

from huoshui import synth
from huoshui.bench.timing import circumstances
from huoshui.engines.engine import Engine
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.run import EngineName, Work, run, session
from huoshui.policy.pack import Pack

SEED = 1


def bench_spark(
    pack: Pack, folder: Path, *, sizes: Sequence[int], master: str, memory: str | None
) -> dict[str, Any]:
    """Run every stage on both engines over a region of each size."""
    measured = [
        {"firms": firms} | _both(pack, _lake(pack, folder, firms), folder, master, memory)
        for firms in sorted(sizes)
    ]
    return {
        "bench": "spark",
        **measured[-1],
        "master": master,
        "sizes": measured,
        **circumstances(),
    }


def _lake(pack: Pack, folder: Path, firms: int) -> Lake:
    """Give the lake of a region, made where it is missing."""
    region, lake = folder / f"region-{firms}", Lake(folder / f"lake-{firms}")
    if not (region / "manifest.json").is_file():
        synth.make(region, firms=firms, seed=SEED, asof=pack.asof)
    results = ingest(lake, pack, region / "raw")  # what is there already changes nothing
    refused = [r.source_file for r in results if r.status == "refused"]
    assert not refused, f"refused: {refused}"
    return lake


def _both(pack: Pack, lake: Lake, folder: Path, master: str, memory: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    made = {}
    engines: tuple[EngineName, ...] = ("duckdb", "spark")
    for engine in engines:
        opening = _opened(engine, folder, master, memory)
        started = time.perf_counter()
        with opening as opened:
            opened.query("SELECT 1 AS one")
            start = time.perf_counter() - started
            work = run(opened, lake, pack)
            made[engine] = _answers(work)
        found[engine] = {
            "start_seconds": round(start, 2),
            "seconds": round(sum(work.seconds.values()), 2),
            "stages": {name: round(seconds, 2) for name, seconds in work.seconds.items()},
        }
    differing = [name for name, table in made["duckdb"].items() if made["spark"][name] != table]
    assert not differing, f"the engines differ in {differing}"
    batches = lake.batches(None)
    return {
        "rows": sum(b.rows_new for b in batches),
        "entities": made["duckdb"]["profile"].num_rows,
        "seconds": found["spark"]["seconds"],
        "duckdb_seconds": found["duckdb"]["seconds"],
        "ratio": round(found["spark"]["seconds"] / found["duckdb"]["seconds"], 2),
        **found,
        "is_same": True,
    }


def _opened(
    engine: EngineName, folder: Path, master: str, memory: str | None
) -> AbstractContextManager[Engine]:
    return session(
        engine=engine, master=master, memory_limit=memory, spill=folder / f"spill-{os.getpid()}"
    )


def _answers(work: Work) -> dict[str, pa.Table]:
    return {
        "profile": work.made("profile"),
        "verdicts": work.made("verdicts"),
        "titles": work.made("titles"),
    }
