"""`huoshui simulate`: a region lives for months by a seed, and is checked after each."""

from __future__ import annotations

from pathlib import Path

import click

from huoshui.cli import output, place
from huoshui.simulation.run import simulate as simulated


@click.command("simulate")
@click.option("--seed", type=int, required=True, help="The same seed gives the same story.")
@click.option("--months", type=click.IntRange(1, 120), default=24, show_default=True)
@click.option("--kill", is_flag=True, help="Kill processes on the way; the story stays the same.")
@click.option("--firms", type=click.IntRange(100), default=200, show_default=True)
@click.option("--loans", type=click.IntRange(1, 500), default=40, show_default=True)
@click.option(
    "--region",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help="A home of `huoshui demo` to live in (default: one is made).",
)
@place.packs_option
@output.as_json
def simulate(
    seed: int,
    months: int,
    kill: bool,
    firms: int,
    loans: int,
    region: Path | None,
    packs: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Let firms, banks and officers live for months, and check the books after each.

    Everything is invented and thrown away.  Exits 1 if a check failed; the seed replays it.
    """
    if not as_json:
        output.say(f"seed {seed}")
    with output.progress(quiet=as_json) as tick:
        found = simulated(
            seed=seed, months=months, kill=kill, firms=firms, loans=loans, region=region,
            packs=packs, tick=tick,
        )  # fmt: skip
    if as_json:
        output.show_json(found)
    else:
        output.table(f"simulate, seed {seed}", ("figure", "value"), found.items())
    return output.REFUSED if found["checks_failed"] else output.DONE
