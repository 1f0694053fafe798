"""`huoshui bench ledger`: postings a second, and balances of an account with a million legs."""

from __future__ import annotations

from pathlib import Path

import click

from huoshui.bench.ledger import bench_ledger
from huoshui.bench.timing import keep
from huoshui.cli import output

KEPT = Path("var/bench")


@click.command("ledger")
@click.option("--writers", type=click.IntRange(1, 32), default=8, show_default=True)
@click.option("--seconds", type=float, default=10, show_default=True, help="For each way to post.")
@click.option(
    "--legs", type=click.IntRange(1000), default=1_000_000, show_default=True,
    help="Of the account whose balance is read, and of the bulk posting.",
)  # fmt: skip
@click.option(
    "--batch", type=click.IntRange(2, 1000), default=50, show_default=True,
    help="Vouchers a transaction; what one a transaction reaches is told beside it (single).",
)  # fmt: skip
@output.as_json
def ledger(writers: int, seconds: float, legs: int, batch: int, as_json: bool) -> None:
    """Postings a second by several writers, each durable and recorded, and balances of any day.

    Postings come in batches, so many vouchers to a commit, each with its own key and its own entry
    of the record; those of one voucher a commit are measured, too, and told as single.
    """
    result = bench_ledger(writers=writers, seconds=seconds, legs=legs, batch=batch)
    keep(result, "ledger", KEPT)
    if as_json:
        output.show_json(result)
    else:
        output.table("ledger", ("figure", "value"), result.items())


COMMANDS = (ledger,)
