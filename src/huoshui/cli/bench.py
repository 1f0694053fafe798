"""`huoshui bench`: speed beside a peer; results as JSON under var/bench."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from huoshui.bench.ingest import bench_ingest
from huoshui.bench.report import results
from huoshui.bench.timing import keep
from huoshui.cli import (
    bench_cashflow,
    bench_city,
    bench_eod,
    bench_ledger,
    bench_link,
    bench_spark,
    bench_speed,
    output,
    place,
)
from huoshui.policy.loader import load

KEPT = Path("var/bench")


def _done(result: dict[str, Any], as_json: bool) -> None:
    keep(result, result["bench"], KEPT)
    if as_json:
        output.show_json(result)
    else:
        output.table(result["bench"], ("figure", "value"), result.items())


@click.group()
def bench() -> None:
    """Speed, ours and a peer's by turns; medians and ratios, never a test."""


@bench.command("ingest")
@click.option("--rows", type=click.IntRange(min=1000), default=2_000_000, show_default=True)
@click.option("--sizes", help="Sizes in rows, comma between; a quarter, a half and all of --rows.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--memory", envvar="HUOSHUI_MEMORY", help="Such as 6GB; the rest goes to disk.")
@click.option("--clean", is_flag=True, help="Remove the tables that were made.")
@place.packs_option
@place.asof_option
@output.as_json
def ingest(
    rows: int,
    sizes: str | None,
    seed: int,
    memory: str | None,
    clean: bool,
    packs: tuple[Path, ...],
    asof: dt.date,
    as_json: bool,
) -> None:
    """Tables of twenty columns into an empty lake, beside DuckDB's plain copy of the same files."""
    wanted = [int(size) for size in sizes.split(",")] if sizes else [rows // 4, rows // 2, rows]
    folder, pack = KEPT / "tables", load(packs, asof=asof)
    try:
        found = bench_ingest(pack, folder, sizes=wanted, seed=seed, memory=memory)
    finally:
        if clean:
            shutil.rmtree(folder, ignore_errors=True)
    _done(found, as_json)


MEASURING = (
    bench_speed, bench_link, bench_city, bench_ledger, bench_eod, bench_spark, bench_cashflow,
)  # fmt: skip
for commands in MEASURING:
    for command in commands.COMMANDS:
        bench.add_command(command)

AIDS = ("all", "plot", "report", "link-maker", "link-score", "link-page")
"""Commands that measure nothing themselves."""


@bench.command("all")
@output.as_json
def all_(as_json: bool) -> None:
    """Run every bench at its default size, each in a process of its own, and draw the results."""
    failed = []
    for name in [name for name in bench.commands if name not in AIDS] + ["plot", "report"]:
        if not as_json:
            output.say(f"huoshui bench {name}")
        done = subprocess.run(
            [sys.executable, "-m", "huoshui.cli.main", "bench", name],
            check=False,
            stdout=subprocess.DEVNULL if as_json else None,
        )
        if done.returncode:
            failed.append(name)
    if failed:
        raise click.ClickException(f"These benches failed, the others ran: {', '.join(failed)}.")
    if as_json:
        output.show_json(results(KEPT))
