"""A whole city, from raw tables to pages' tables: ingest, run, publish, load into PostgreSQL.

Each part is the command that a person would give, in a process of its own, so that the figures
hold what they would hold for them: starting up, reading packs, writing to disk.  The raw tables
are made beforehand and not counted.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from huoshui.bench.timing import circumstances
from huoshui.web.project import database
from huoshui.web.project.supervisor import Serving, environment

SEED = 1
LOOK_EVERY_SECONDS = 0.25


@dataclass
class Watched:
    """What processes took: seconds on the wall, and the most memory that stood at one moment."""

    seconds: dict[str, float] = field(default_factory=dict)
    peak_mib: dict[str, int] = field(default_factory=dict)

    def run(self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path) -> str:
        """Run a command to its end and give what it printed."""
        started, most = time.perf_counter(), 0
        with log.open("ab") as complaints, log.with_suffix(f".{name}").open("w+b") as answer:
            child = psutil.Popen(command, env=dict(env), stdout=answer, stderr=complaints)
            while child.poll() is None:
                most = max(most, _resident(child))
                time.sleep(LOOK_EVERY_SECONDS)
            self.seconds[name] = round(time.perf_counter() - started, 2)
            self.peak_mib[name] = most >> 20
            answer.seek(0)
            said = answer.read().decode()
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, list(command), said[-2000:])
        return said


def _resident(child: psutil.Process) -> int:
    """Add up what a process and those it started hold in memory; shared pages count once each."""
    try:
        return sum(each.memory_info().rss for each in [child, *child.children(recursive=True)])
    except psutil.Error:
        return 0


def bench_city(
    folder: Path,
    packs: Sequence[Path],
    *,
    entities: int,
    asof: dt.date,
    memory: str,
    keep: bool = False,
) -> dict[str, Any]:
    """Take a city of so many entities through every stage, and say what each took.

    `folder` holds the raw tables between runs; what is made of them is deleted unless `keep`.
    `memory` is what the engine may take, such as 12GB; the rest goes to disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    raw, home, log = folder / f"city-{entities}", folder / "city-home", folder / "city.log"
    shutil.rmtree(home, ignore_errors=True)
    watched, env = Watched(), {**os.environ, "HUOSHUI_MEMORY": memory}
    read = [text for root in packs for text in ("--packs", str(root))]
    if not (raw / "manifest.json").is_file():
        sizes = ["--entities", str(entities), "--seed", str(SEED), "--asof", asof.isoformat()]
        Watched().run("make", _huoshui("data", "make", str(raw), *sizes, "--json"), env, log)
    places = ["--home", str(home), *read, "--json"]
    try:
        taken = watched.run("ingest", _huoshui("ingest", str(raw / "raw"), *places), env, log)
        day = ["--asof", asof.isoformat()]
        made = json.loads(watched.run("run", _huoshui("run", *places, *day), env, log))
        _load(watched, home, packs, asof, log, keep=keep)
    finally:
        if not keep:
            shutil.rmtree(home, ignore_errors=True)
    files = json.loads(taken)["files"]
    return {
        "bench": "city",
        "entities": made["entities"],
        "memory": memory,
        "raw_rows": sum(each["rows_in"] for each in files),
        "raw_tables": len({each["feed"] for each in files}),
        "quarantined": sum(each["rows_quarantined"] for each in files),
        "offerings": made["offerings"],
        "indicators": made["indicators"],
        "pairs": made["pairs"],
        "seconds": watched.seconds,
        "run_seconds": made["seconds"],
        "total_seconds": round(sum(watched.seconds.values()), 1),
        "peak_mib_by_stage": watched.peak_mib,
        **circumstances(),
        "peak_mib": max(watched.peak_mib.values()),
    }


def _huoshui(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "huoshui.cli.main", *arguments]


def _load(
    watched: Watched, home: Path, packs: Sequence[Path], asof: dt.date, log: Path, *, keep: bool
) -> None:
    """Load the snapshot into a PostgreSQL of the home's own, as `huoshui serve` does."""
    db = database.start(home)
    try:
        database.migrate(db)
        answer = home / "prepared.json"
        named = environment(db, Serving(home, tuple(packs), day=asof), "jobs")
        named = {**named, "HUOSHUI_PREPARED": str(answer)}
        named.pop("HUOSHUI_LIFELINE", None)  # nothing stands at the other end of a pipe here
        command = [sys.executable, "-m", "huoshui.web.project.preparing"]
        watched.run("load", command, named, log)
    finally:
        (database.stop if keep else database.discard)(db)
