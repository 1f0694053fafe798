"""`huoshui bench city`: a whole city from raw tables to PostgreSQL, each part a command."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from huoshui.bench.city import bench_city
from huoshui.bench.timing import keep
from huoshui.cli import output, place

KEPT = Path("var/bench")


@click.command("city")
@click.option(
    "--rows", "entities", type=click.IntRange(1_000), default=200_000, show_default=True,
    help="Market entities of the city; a large city has 2,340,000.",
)  # fmt: skip
@click.option(
    "--memory", envvar="HUOSHUI_MEMORY", default="10GB", show_default=True,
    help="Of the engine; the rest goes to disk.",
)  # fmt: skip
@click.option("--keep", "kept", is_flag=True, help="Leave the home under var/bench/city-home.")
@place.packs_option
@place.asof_option
@output.as_json
def city(
    entities: int,
    memory: str,
    kept: bool,
    packs: tuple[Path, ...],
    asof: dt.date,
    as_json: bool,
) -> None:
    """From the raw tables of a city, made beforehand, to its snapshot loaded in PostgreSQL."""
    result = bench_city(
        KEPT.resolve(), packs, entities=entities, asof=asof, memory=memory, keep=kept
    )
    keep(result, "city", KEPT)
    if as_json:
        output.show_json(result)
    else:
        output.table("city", ("figure", "value"), result.items())


COMMANDS = (city,)
