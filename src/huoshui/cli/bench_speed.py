"""`huoshui bench match|rate|explain`, and the picture and the table of all results."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from huoshui.bench.explain import bench_explain
from huoshui.bench.match import bench_match
from huoshui.bench.plot import plot_save
from huoshui.bench.rate import bench_rate
from huoshui.bench.report import report_save, results
from huoshui.bench.timing import keep
from huoshui.cli import output, place
from huoshui.policy.loader import load

KEPT = Path("var/bench")
CITY = 2_340_000
"""As many market entities as the platform that the newspapers describe."""

_rounds = click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
_seed = click.option("--seed", type=int, default=1, show_default=True)


def _done(result: dict[str, Any], as_json: bool) -> None:
    keep(result, result["bench"], KEPT)
    if as_json:
        output.show_json(result)
    else:
        output.table(result["bench"], ("figure", "value"), result.items())


@click.command("match")
@click.option("--rows", type=click.IntRange(1), default=CITY, show_default=True)
@click.option("--offerings", type=click.IntRange(1), help="The first so many; none given: all.")
@click.option(
    "--sample", type=click.IntRange(2), default=4_000, show_default=True,
    help="Rows for the peer, scaled to all.",
)  # fmt: skip
@_rounds
@_seed
@place.packs_option
@place.asof_option
@output.as_json
def match(
    rows: int, offerings: int | None, sample: int, rounds: int, seed: int,
    packs: tuple[Path, ...], asof: dt.date, as_json: bool,
) -> None:  # fmt: skip
    """Verdicts with reasons for everybody, beside zen-engine and DuckDB on the same rules."""
    pack = load(packs, asof=asof)
    if offerings is not None and offerings > len(pack.offerings):
        raise click.BadParameter(f"the packs have {len(pack.offerings)}", param_hint="--offerings")
    found = bench_match(
        pack, rows=rows, offerings=offerings, rounds=rounds, sample=sample, seed=seed
    )
    _done(found, as_json)


@click.command("rate")
@click.option("--rows", type=click.IntRange(1_000), default=CITY, show_default=True)
@_rounds
@_seed
@place.packs_option
@place.asof_option
@output.as_json
def rate(
    rows: int, rounds: int, seed: int, packs: tuple[Path, ...], asof: dt.date, as_json: bool
) -> None:
    """Scores for everybody, beside optbinning and scorecardpy on the same fitted card."""
    _done(bench_rate(load(packs, asof=asof), rows=rows, rounds=rounds, seed=seed), as_json)


@click.command("explain")
@click.option("--firms", type=click.IntRange(200), default=2_000, show_default=True)
@place.packs_option
@place.asof_option
@output.as_json
def explain(firms: int, packs: tuple[Path, ...], asof: dt.date, as_json: bool) -> None:
    """Explain firms of a published region one by one, every offering and its sentences."""
    home = (KEPT / f"explain-{firms}").resolve()
    if not list(home.glob("snapshots/*/manifest.json")):
        made = ["demo", "--home", str(home), "--firms", str(firms), "--asof", str(asof), "--json"]
        given = [word for folder in packs for word in ("--packs", str(folder))]
        command = [sys.executable, "-m", "huoshui.cli.main", *made, *given, "--no-serve"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    _done(bench_explain(load(packs, asof=asof), home, firms=firms), as_json)


@click.command("plot")
@click.option("--picture", type=Path, default=Path("docs/pictures/bench.svg"), show_default=True)
@output.as_json
def plot(picture: Path, as_json: bool) -> None:
    """Draw the kept results: how each stands to its target and to its peer."""
    output.written(plot_save(results(KEPT), picture), as_json)


@click.command("report")
@click.option("--page", type=Path, default=Path("docs/reference/benchmarks.md"), show_default=True)
@output.as_json
def report(page: Path, as_json: bool) -> None:
    """Write the kept results as a page."""
    output.written(report_save(results(KEPT), page), as_json)


COMMANDS = (match, rate, explain, plot, report)
