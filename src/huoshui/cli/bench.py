"""`huoshui bench`: speed beside a peer; results as JSON under var/bench."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from huoshui import synth
from huoshui.bench.ingest import bench_ingest
from huoshui.bench.match import bench_match
from huoshui.bench.timing import keep
from huoshui.cli import bench_city, bench_link, output, place
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


@bench.command("match")
@click.option("--rows", type=int, default=200_000, show_default=True)
@click.option("--rounds", type=int, default=5, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@place.packs_option
@place.asof_option
@output.as_json
def match(
    rows: int, rounds: int, seed: int, packs: tuple[Path, ...], asof: dt.date, as_json: bool
) -> None:
    """Verdicts for all rows by codes and masks, beside the same clauses as SQL on DuckDB."""
    _done(bench_match(load(packs, asof=asof), rows=rows, rounds=rounds, seed=seed), as_json)


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


@bench.command("all")
@output.as_json
@click.pass_context
def all_(context: click.Context, as_json: bool) -> None:
    """Run every bench at its default size."""
    for command in (match, ingest):
        context.invoke(command, as_json=as_json)


for command in (*bench_link.COMMANDS, *bench_city.COMMANDS):
    bench.add_command(command)
