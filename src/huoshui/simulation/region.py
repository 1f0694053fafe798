"""The region that a simulation lives in: some hundred invented firms, read and published.

It is made as `huoshui demo` makes its own, only smaller, so that applications are decided on a
snapshot like any other.  A region that was made before may be given; it is copied.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from huoshui import synth
from huoshui.kernel.errors import Refusal
from huoshui.kernel.step import Tick
from huoshui.pipeline.archive import load_and_keep
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.run import run, session
from huoshui.pipeline.snapshot import publish
from huoshui.web.project import database
from huoshui.web.project.supervisor import Serving, environment

DAY = dt.date(2026, 11, 20)
"""The day that the region is seen on; what is simulated comes after it."""

REGION_SEED = 20_260_101
"""The firms are the same whatever the simulation's seed: it is the months that differ."""

PREPARING = "huoshui.web.project.preparing"


class RegionRefusal(Refusal):
    """Why there is no region to live in."""

    NOT_PREPARED = (
        "The region could not be prepared: {reason}",
        "Run `huoshui packs check`; a region is made of packs that hold.",
    )


def region_make(home: Path, packs: tuple[Path, ...], *, firms: int, tick: Tick) -> None:
    """Make firms and their records, ingest them, and publish what is known of them."""
    pack = load_and_keep(packs, home, asof=DAY)
    raw = home / "region"
    synth.make(raw, firms=firms, seed=REGION_SEED, asof=DAY, progress=tick)
    lake = Lake(home / "lake")
    with session() as engine:
        ingest(lake, pack, raw / "raw", progress=tick)
        publish(run(engine, lake, pack, tick=tick), home)


def region_copy(region: Path, home: Path) -> None:
    """Take the lake, the packs and the snapshots of a region that is there already."""
    for name in ("lake", "packs", "snapshots"):
        shutil.copytree(region / name, home / name)


def region_prepare(db: database.Database, serving: Serving) -> dict[str, Any]:
    """Load the snapshot and admit the institutions, by the process that `huoshui serve` runs."""
    answer = serving.home / "prepared.json"
    settings = environment(db, serving, "jobs")
    done = subprocess.run(
        [sys.executable, "-m", PREPARING],
        env={**settings, "HUOSHUI_PREPARED": os.fspath(answer)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "nothing was said").splitlines()
        raise RegionRefusal.NOT_PREPARED.refuse(reason=lines[-1])
    prepared: dict[str, Any] = json.loads(answer.read_text("utf-8"))
    return prepared
