"""`huoshui`: the groups of commands, and the one place where errors become exit codes."""

from __future__ import annotations

import sys

import click

from huoshui.cli import lifeline, output
from huoshui.cli.asking import explain, match, rate, run
from huoshui.cli.bench import bench
from huoshui.cli.cashflow import cashflow
from huoshui.cli.demo import demo
from huoshui.cli.docs import docs
from huoshui.cli.end_of_day import eod
from huoshui.cli.growth import growth
from huoshui.cli.intake import data, ingest, quarantine
from huoshui.cli.ledger import ledger
from huoshui.cli.model import model
from huoshui.cli.packs import packs
from huoshui.cli.real import real
from huoshui.cli.record import record
from huoshui.cli.replay import replay_
from huoshui.cli.serve import serve
from huoshui.cli.simulate import simulate
from huoshui.cli.subsidies import subsidies


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="huoshui")
def cli() -> None:
    """From a region's raw records to offers that explain themselves."""


for command in (
    demo,
    data,
    ingest,
    quarantine,
    run,
    rate,
    match,
    explain,
    growth,
    subsidies,
    cashflow,
    packs,
    model,
    real,
    ledger,
    eod,
    record,
    replay_,
    serve,
    simulate,
    bench,
    docs,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line."""
    lifeline.watch()
    sys.exit(output.run(cli))


if __name__ == "__main__":
    main()
