"""`huoshui bench spark`: the same run on both engines."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from huoshui.bench.spark import bench_spark
from huoshui.bench.timing import keep
from huoshui.cli import output, place
from huoshui.policy.loader import load

KEPT = Path("var/bench")


@click.command("spark")
@click.option("--firms", type=click.IntRange(200), default=20_000, show_default=True)
@click.option("--sizes", help="Sizes in firms, comma between; a tenth, a third and all of --firms.")
@click.option("--master", default="local[2]", show_default=True, help="Where Spark runs.")
@click.option("--memory", envvar="HUOSHUI_MEMORY", help="Of each engine, such as 6GB.")
@place.packs_option
@place.asof_option
@output.as_json
def spark(
    firms: int,
    sizes: str | None,
    master: str,
    memory: str | None,
    packs: tuple[Path, ...],
    asof: dt.date,
    as_json: bool,
) -> None:
    """Every stage over fictional regions on DuckDB and on Spark; start-up stands apart."""
    wanted = [int(size) for size in sizes.split(",")] if sizes else _sizes(firms)
    pack = load(packs, asof=asof)
    found = bench_spark(pack, KEPT / "spark", sizes=wanted, master=master, memory=memory)
    keep(found, found["bench"], KEPT)
    if as_json:
        output.show_json(found)
    else:
        output.table("spark", ("figure", "value"), found.items())


def _sizes(firms: int) -> list[int]:
    return sorted({max(200, firms // 10), max(200, firms // 3), firms})


COMMANDS = (spark,)
