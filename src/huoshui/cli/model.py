"""`huoshui model`: fit scorecards to outcomes, score tables, fit the model of resemblance."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from huoshui import modelling
from huoshui.bench.link_fit import link_fit as fit_linkage
from huoshui.cli import output, place
from huoshui.modelling.table import table_at
from huoshui.policy.loader import load


@click.group()
def model() -> None:
    """Scorecards fitted to outcomes, and the model of resemblance."""


class Direction(click.ParamType):
    """COLUMN=ascending or COLUMN=descending."""

    name = "column=direction"

    def convert(self, value: object, param: object, ctx: object) -> tuple[str, str]:
        """Part the column from its direction."""
        name, _, direction = str(value).rpartition("=")
        if not name:
            self.fail(f"{value!r} is not COLUMN=ascending or COLUMN=descending", None, None)
        return name, direction


@model.command("fit")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--target", required=True, help="The column that says which rows went bad.")
@click.option("--bad", default=None, help="Its value that means default, where not plain.")
@click.option("--folds", type=int, default=5, show_default=True)
@click.option("--repeats", type=int, default=5, show_default=True)
@click.option("--seed", type=int, default=20_260_101, show_default=True)
@click.option(
    "--monotone",
    type=Direction(),
    multiple=True,
    help="COLUMN=ascending (the bad rate rises with the column) or COLUMN=descending.",
)
@click.option("--drop", multiple=True, help="Leave a column out.")
@click.option("--keep", multiple=True, help="Read a column that would be left out by itself.")
@click.option("--name", default=None, help="What the card is called.  [default: TABLE_scorecard]")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of the pack that is written.  [default: var/models/TABLE]",
)
@click.option("--jobs", type=int, default=lambda: min(2, os.cpu_count() or 1), show_default="2")
@place.asof_option
@output.as_json
def fit(
    table: Path,
    target: str,
    bad: str | None,
    folds: int,
    repeats: int,
    seed: int,
    monotone: tuple[tuple[str, str], ...],
    drop: tuple[str, ...],
    keep: tuple[str, ...],
    name: str | None,
    out: Path | None,
    jobs: int,
    asof: dt.date,
    as_json: bool,
) -> None:
    """Fit a scorecard and a boosted challenger to TABLE (Parquet or CSV) and save the card.

    All figures are of rows held out, with everything that learns done anew inside each fold.
    """
    with output.progress() as tick:
        fitted = modelling.fit(
            table,
            target=target,
            bad=bad,
            folds=folds,
            repeats=repeats,
            seed=seed,
            monotone=dict(monotone),
            drop=drop,
            keep=keep,
            jobs=jobs,
            tick=tick,
        )
    rating = fitted.rating(checked_on=asof, id=name)
    saved = modelling.fitted_save(fitted, rating, out or Path("var/models") / table.stem)
    answer = fitted.to_dict() | {"saved": {what: str(path) for what, path in saved.items()}}
    if as_json:
        output.show_json(answer)
        return
    _show(fitted, answer)


def _show(fitted: modelling.Fitted, answer: dict[str, object]) -> None:
    said = [(k, v if v is None else f"{v:.4f}") for k, v in fitted.figures.items()]
    title = f"{fitted.rows:,} rows, {fitted.bads:,} bad; {fitted.folds} folds x {fitted.repeats}"
    output.table(title, ("out of fold", "figure"), said)
    left = {**fitted.sample.dropped, **fitted.card.left_out}
    if left:
        output.table("Columns left out", ("column", "why"), list(left.items()))
    for warning in fitted.sample.warnings:
        output.say(f"! {warning}")
    saved = answer["saved"]
    assert isinstance(saved, dict)
    output.say(f"Card with {len(fitted.card.names)} criteria: {saved['card']}")
    output.say(f"Plots: {saved['calibration']}, {saved['stability']}")


@model.command("score")
@click.argument("card", type=click.Path(path_type=Path))
@click.argument("table", type=click.Path(path_type=Path))
@click.argument("result", type=click.Path(path_type=Path))
@output.as_json
def score(card: Path, table: Path, result: Path, as_json: bool) -> None:
    """Score TABLE with a saved CARD and write RESULT (.parquet or .csv); needs no extra."""
    rating = modelling.card_at(card)
    scored = modelling.score_table(rating, table_at(table))
    result.parent.mkdir(parents=True, exist_ok=True)
    if result.suffix.lower() == ".csv":
        pa.csv.write_csv(scored, result)
    else:
        pa.parquet.write_table(scored, result, compression="zstd")
    if as_json:
        output.show_json({"rating": rating.id, "rows": scored.num_rows, "result": str(result)})
    else:
        output.say(f"{scored.num_rows:,} rows scored by {rating.id}: {result}")


@model.command("link-fit")
@click.option("--registry", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--records", type=int, default=100_000, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--pairs", type=float, default=1e6, show_default=True, help="Random pairs for u.")
@place.packs_option
@place.asof_option
@output.as_json
def link_fit(
    registry: Path | None,
    records: int,
    seed: int,
    pairs: float,
    packs: tuple[Path, ...],
    asof: dt.date,
    as_json: bool,
) -> None:
    """Fit m and u of each level of linkages/ with Splink, on the linkage benchmark's records."""
    answer = fit_linkage(
        load(packs, asof=asof), registry=registry, records=records, seed=seed, pairs=pairs
    )
    if as_json:
        output.show_json(answer)
        return
    rows = [
        (part, level, told["m"], told["u"], told["bits"])
        for part, levels in answer["levels"].items()
        for level, told in levels.items()
    ]
    output.table(
        f"{answer['labels']:,} pairs that are one", ("part", "level", "m", "u", "bits"), rows
    )
