"""`huoshui bench eod`: one night of a million loans."""

from __future__ import annotations

from pathlib import Path

import click

from huoshui.bench.eod import bench_eod
from huoshui.bench.timing import keep
from huoshui.cli import output, place

KEPT = Path("var/bench")


@click.command("eod")
@click.option("--loans", type=click.IntRange(600), default=1_000_000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@place.packs_option
@output.as_json
def eod(loans: int, workers: int, seed: int, packs: tuple[Path, ...], as_json: bool) -> None:
    """End of day over a book of active loans, durable and recorded, held to the loans' folds."""
    with output.progress(quiet=as_json) as tick:
        found = bench_eod(loans=loans, workers=workers, seed=seed, packs=packs, tick=tick)
    keep(found, found["bench"], KEPT)
    if as_json:
        output.show_json(found)
    else:
        output.table(found["bench"], ("figure", "value"), found.items())


COMMANDS = (eod,)
