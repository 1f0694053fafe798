"""`huoshui bench`: speed beside a peer; results as JSON under var/bench."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from huoshui import synth
from huoshui.bench.ingest import bench_ingest
from huoshui.bench.timing import keep
from huoshui.cli import bench_city, bench_link, bench_speed, output, place
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
@click.option("--firms", type=int, default=20_000, show_default=True, help="Size of the region.")
@click.option("--feed", default="vat_invoice_out", show_default=True)
@click.option("--rounds", type=int, default=3, show_default=True)
@place.packs_option
@place.asof_option
@output.as_json
def ingest(
    firms: int, feed: str, rounds: int, packs: tuple[Path, ...], asof: dt.date, as_json: bool
) -> None:
    """One raw table of the fictional region through its feed, beside DuckDB's plain copy."""
    region = KEPT / f"region-{firms}"
    if not (region / "manifest.json").is_file():
        synth.make(region, firms=firms, seed=1, asof=asof)
    (raw, *_) = sorted(region.glob(f"raw/*/{feed}.*"))
    _done(bench_ingest(load(packs, asof=asof), raw, feed, rounds=rounds), as_json)


for command in (*bench_speed.COMMANDS, *bench_link.COMMANDS, *bench_city.COMMANDS):
    bench.add_command(command)

AIDS = ("all", "plot", "report", "link-maker", "link-score", "link-page")
"""Commands that measure nothing themselves."""


@bench.command("all")
def all_() -> None:
    """Run every bench at its default size, each in a process of its own, and draw the results."""
    failed = []
    for name in [name for name in bench.commands if name not in AIDS] + ["plot", "report"]:
        output.say(f"huoshui bench {name}")
        done = subprocess.run(
            [sys.executable, "-m", "huoshui.cli.main", "bench", name], check=False
        )
        if done.returncode:
            failed.append(name)
    if failed:
        raise click.ClickException(f"These benches failed, the others ran: {', '.join(failed)}.")
