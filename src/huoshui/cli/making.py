"""`huoshui data make`: raw tables of a region that does not exist."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from huoshui import synth
from huoshui.cli import output, place
from huoshui.kernel.errors import Refusal
from huoshui.policy.loader import load
from huoshui.synth import MadeSummary
from huoshui.synth.city import CitySummary, make_city


class MakingRefusal(Refusal):
    """Why no region was made."""

    DIRT_OF_A_CITY = (
        "The small region is soiled at its own rates.",
        "Leave --dirt out, or ask for a city with --entities.",
    )


@click.group()
def data() -> None:
    """The fictional region's raw tables."""


@data.command("make")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("var/demo/region"))
@click.option("--firms", type=click.IntRange(200), default=20_000, show_default=True)
@click.option(
    "--entities", type=int, default=None, help="Make a city of so many market entities instead."
)
@click.option("--seed", type=int, default=20_260_101, show_default=True)
@click.option(
    "--dirt", type=click.FloatRange(0), default=None, help="Of a city: 0 is clean, 1 is usual."
)
@place.packs_option
@place.asof_option
@output.as_json
def make(
    folder: Path,
    firms: int,
    entities: int | None,
    seed: int,
    dirt: float | None,
    packs: tuple[Path, ...],
    asof: dt.date,
    as_json: bool,
) -> None:
    """Make the region: raw tables, messy on purpose, and the truth beside them.

    The same firms, seed and day give the same bytes.  Everything in it is invented.  With
    --entities the region is a city of 188 tables, all in Parquet, written as they are made; its
    offices write as the feeds of --packs say that they are read.
    """
    with output.progress(quiet=as_json) as tick:
        if entities is None:
            if dirt is not None:
                raise MakingRefusal.DIRT_OF_A_CITY.refuse()
            made: MadeSummary | CitySummary = synth.make(
                folder, firms=firms, seed=seed, asof=asof, progress=tick
            )
        else:
            made = make_city(
                folder,
                entities=entities,
                seed=seed,
                asof=asof,
                feeds=load(packs, asof=asof).feeds,
                dirt=1.0 if dirt is None else dirt,
                progress=tick,
            )
    if as_json:
        output.show_json({**vars(made), "folder": str(folder), "raw_rows": made.raw_rows})
        return
    output.table("Raw tables", ("table", "rows"), sorted(made.rows.items()))
    output.table("Mess, on purpose", ("kind", "rows or cells"), sorted(made.dirt.items()))
    output.say(f"{made.raw_rows:,} rows in {made.files} files under {folder}")
