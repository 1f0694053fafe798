"""The region that a simulation lives in: some hundred invented firms, read and published.

It is made as `huoshui demo` makes its own, only smaller, so that applications are decided on a
snapshot like any other.  A region that was made before may be given; it is copied.  What the packs
know of the prime rate ends today: whoever lives long is given a copy in which it moves.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
from pathlib import Path

from huoshui import synth
from huoshui.kernel.period import add_months
from huoshui.kernel.step import Tick
from huoshui.pipeline.archive import load_and_keep
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.run import run, session
from huoshui.pipeline.snapshot import publish
from huoshui.policy.loader import load
from huoshui.simulation.rates import Moves

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


MOVES = (4, 11, 14, 19)
"""So many months after the first day the rate is published anew."""

STEPS_BP = (-25, -10, -5, 5, 15)


def rates_move(packs: tuple[Path, ...], home: Path) -> tuple[tuple[Path, ...], Moves]:
    """Copy packs with rates that move; give the copy, and every value by reference and day.

    They are the same for every seed: a pack that was read once is so taken up again.
    """
    pack, chance = load(packs, asof=DAY), random.Random(f"{REGION_SEED} rates")
    wanted = {each.floating.reference for each in pack.lendings.values() if each.floating}
    roots = tuple(home / "lived" / root.name for root in packs)
    for root, copy in zip(packs, roots, strict=True):
        shutil.copytree(root, copy)
    moves: Moves = {}
    for reference in sorted(wanted):
        values = pack.constants[reference].values
        last = values[max(values)]
        known = {str(day): int(said.value or 0) for day, said in values.items()}
        bp, later = known[max(known)], {}
        for months in MOVES:
            bp += chance.choice(STEPS_BP)
            later[str(add_months(DAY, months))] = bp
        _write(roots, reference, later, str(last.cite))
        moves[reference] = known | later
    load_and_keep(roots, home, asof=DAY)
    return roots, moves


def _write(roots: tuple[Path, ...], reference: str, later: dict[str, int], cite: str) -> None:
    """Put values into the file of a constant."""
    (file,) = (f for root in roots if (f := root / "constants" / f"{reference}.yaml").is_file())
    entries = "".join(
        f"  {day}:\n    value: {bp}\n    cite: {cite}\n    note: Invented for a simulation.\n"
        for day, bp in later.items()
    )
    text = file.read_text("utf-8")
    assert text.count("\nvalues:\n") == 1, "a constant lists its values by day"
    file.write_text(text.replace("\nvalues:\n", f"\nvalues:\n{entries}"), "utf-8")
