"""`huoshui bench link…`: linking dirty records, and the benchmark that others can run."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import click
import pyarrow.parquet as pq

from huoshui.bench import link as linking
from huoshui.bench import link_page
from huoshui.bench.link_score import score
from huoshui.bench.timing import keep
from huoshui.cli import output, place
from huoshui.policy.loader import load

KEPT = Path("var/bench")
PAGE = place.ROOT / "docs/reference/linkage-benchmark.md"

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_registry = click.option("--registry", type=_file, help="A register in Parquet.")
_records = click.option(
    "--records", type=int, default=200_000, show_default=True, help="Size of an invented register."
)
_seed = click.option("--seed", type=int, default=1, show_default=True)


@click.command("link")
@_registry
@_records
@_seed
@click.option("--peer-records", type=int, help="Let Splink link an invented register this large.")
@click.option("--failures", type=int, default=0, help="Show so many wrong answers of each kind.")
@click.option("--memory-limit", default="4GB", show_default=True)
@place.packs_option
@place.asof_option
@output.as_json
def link(
    registry: Path | None,
    records: int,
    seed: int,
    peer_records: int | None,
    failures: int,
    memory_limit: str,
    packs: tuple[Path, ...],
    asof: dt.date,
    as_json: bool,
) -> None:
    """Link a second office's dirty records to a register, beside Splink with its own defaults."""
    result = linking.bench_link(
        load(packs, asof=asof),
        registry=registry,
        records=records,
        seed=seed,
        peer_records=peer_records,
        failures=failures,
        memory_limit=memory_limit,
    )
    keep(result, f"link-{'registry' if registry else 'invented'}", KEPT)
    _shown("link", result, as_json)


@click.command("link-maker")
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@_registry
@_records
@_seed
@output.as_json
def link_maker(out: Path, registry: Path | None, records: int, seed: int, as_json: bool) -> None:
    """Write the benchmark's records, truth and page to a folder, for any resolver."""
    said = linking.keep_task(
        out, registry=registry, records=records, seed=seed, readme=link_page.beside_records
    )
    _shown("linkage benchmark", said, as_json)


@click.command("link-score")
@click.argument("task", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("links", type=_file)
@output.as_json
def link_score(task: Path, links: Path, as_json: bool) -> None:
    """Score links, a Parquet file of record, code and relation, beside the truth in a folder."""
    _shown("links", score(pq.read_table(task / "truth.parquet"), pq.read_table(links)), as_json)


@click.command("link-page")
@click.argument("results", type=_file, nargs=-1)
@click.option("--page", type=click.Path(dir_okay=False, path_type=Path), default=PAGE)
@output.as_json
def link_page_(results: tuple[Path, ...], page: Path, as_json: bool) -> None:
    """Write the benchmark's page with the figures of results of `bench link`."""
    told = [json.loads(result.read_text("utf-8")) for result in results]
    page.write_text(link_page.page(told), "utf-8")
    output.written(page, as_json)


def _shown(title: str, result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        output.show_json(result)
        return
    plain = {key: value for key, value in result.items() if not isinstance(value, dict)}
    output.table(title, ("figure", "value"), plain.items())
    for key, value in result.items():
        if isinstance(value, dict):
            output.table(key, ("kind", "value"), value.items())


COMMANDS = (link, link_maker, link_score, link_page_)
