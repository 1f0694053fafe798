"""`huoshui bench cashflow`: schedules laid at once, beside each alone and beside QuantLib."""

from __future__ import annotations

from pathlib import Path

import click

from huoshui.bench.cashflow import bench_cashflow
from huoshui.bench.timing import keep
from huoshui.cli import output

KEPT = Path("var/bench")


@click.command("cashflow")
@click.option("--loans", type=click.IntRange(1), default=200_000, show_default=True)
@click.option(
    "--sample", type=click.IntRange(1), default=1_000, show_default=True,
    help="Loans that are laid alone and by the peer, scaled to all.",
)  # fmt: skip
@click.option("--contracts", type=click.IntRange(1), default=5_000, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@output.as_json
def cashflow(
    loans: int, sample: int, contracts: int, rounds: int, seed: int, as_json: bool
) -> None:
    """Schedules of many loans at once, beside each alone and QuantLib; ACTUS contracts too."""
    found = bench_cashflow(
        loans=loans, sample=min(sample, loans), contracts=contracts, rounds=rounds, seed=seed
    )
    keep(found, found["bench"], KEPT)
    if as_json:
        output.show_json(found)
    else:
        output.table(found["bench"], ("figure", "value"), found.items())


COMMANDS = (cashflow,)
