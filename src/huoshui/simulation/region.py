"""The region that a simulation lives in: some hundred invented firms, read and published.

It is made as `huoshui demo` makes its own, only smaller, so that applications are decided on a
snapshot like any other.  A region that was made before may be given; it is copied.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from huoshui import synth
from huoshui.kernel.step import Tick
from huoshui.pipeline.archive import load_and_keep
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.run import run, session
from huoshui.pipeline.snapshot import publish

DAY = dt.date(2026, 11, 20)
"""The day that the region is seen on; what is simulated comes after it."""

REGION_SEED = 20_260_101
"""The firms are the same whatever the simulation's seed: it is the months that differ."""


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
