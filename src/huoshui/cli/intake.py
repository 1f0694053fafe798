"""`huoshui data make`, `ingest`, `quarantine`: raw tables, taken in, and what was set aside."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Literal

import click

from huoshui import synth
from huoshui.cli import output, place
from huoshui.kernel.errors import Refusal, Where
from huoshui.pipeline import quarantine as repair
from huoshui.pipeline.aside import quarantined
from huoshui.pipeline.ingest import IngestResult
from huoshui.pipeline.ingest import ingest as take
from huoshui.pipeline.lake import Lake
from huoshui.policy.loader import load
from huoshui.synth import MadeSummary
from huoshui.synth.city import CitySummary, make_city


class IntakeRefusal(Refusal):
    """Why taking in was refused."""

    NOTHING_THERE = "There is nothing to take in at {place}.", "Give a folder of raw tables."
    DIRT_OF_A_CITY = (
        "The small region is soiled at its own rates.",
        "Leave --dirt out, or ask for a city with --entities.",
    )


recorded_at_option = click.option(
    "--recorded-at", default=None, help="The moment that new batches' records are to say."
)


@click.group()
def data() -> None:
    """The fictional region's raw tables."""


@data.command("make")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("var/demo/region"))
@click.option("--firms", type=click.IntRange(200), default=20_000, show_default=True)
@click.option(
    "--entities", type=int, default=None, help="Make a city of so many market entities instead."
)
@click.option("--seed", type=int, default=20_260_101, show_default=True)
@click.option(
    "--dirt", type=click.FloatRange(0), default=None, help="Of a city: 0 is clean, 1 is usual."
)
@place.packs_option
@place.asof_option
@output.as_json
def make(
    folder: Path,
    firms: int,
    entities: int | None,
    seed: int,
    dirt: float | None,
    packs: tuple[Path, ...],
    asof: dt.date,
    as_json: bool,
) -> None:
    """Make the region: raw tables, messy on purpose, and the truth beside them.

    The same firms, seed and day give the same bytes.  Everything in it is invented.  With
    --entities the region is a city of 188 tables, all in Parquet, written as they are made; its
    offices write as the feeds of --packs say that they are read.
    """
    with output.progress(quiet=as_json) as tick:
        if entities is None:
            if dirt is not None:
                raise IntakeRefusal.DIRT_OF_A_CITY.refuse()
            made: MadeSummary | CitySummary = synth.make(
                folder, firms=firms, seed=seed, asof=asof, progress=tick
            )
        else:
            made = make_city(
                folder,
                entities=entities,
                seed=seed,
                asof=asof,
                feeds=load(packs, asof=asof).feeds,
                dirt=1.0 if dirt is None else dirt,
                progress=tick,
            )
    if as_json:
        output.show_json({**vars(made), "folder": str(folder), "raw_rows": made.raw_rows})
        return
    output.table("Raw tables", ("table", "rows"), sorted(made.rows.items()))
    output.table("Mess, on purpose", ("kind", "rows or cells"), sorted(made.dirt.items()))
    output.say(f"{made.raw_rows:,} rows in {made.files} files under {folder}")


@click.command()
@click.argument("where", type=click.Path(path_type=Path), required=False)
@click.option("--feed", "feeds", multiple=True, help="Only these feeds.")
@click.option("--source-url", default=None, help="Of PostgreSQL feeds (or HUOSHUI_SOURCE_URL).")
@click.option(
    "--memory",
    envvar="HUOSHUI_MEMORY",
    help="Memory for the engine, such as 8GB (or HUOSHUI_MEMORY); the rest is put on disk.",
)
@recorded_at_option
@place.home_option
@place.packs_option
@output.as_json
def ingest(
    where: Path | None,
    feeds: tuple[str, ...],
    source_url: str | None,
    memory: str | None,
    recorded_at: str | None,
    home: Path,
    packs: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Take raw tables at WHERE (a folder or a file) through their feeds into the lake.

    Taking the same bytes again changes nothing; a killed run is taken up by the next.
    """
    if where is not None and not where.exists():
        raise IntakeRefusal.NOTHING_THERE.refuse(where=Where(str(where)), place=where)
    pack = load(packs, asof=place.today())
    with output.progress(quiet=as_json) as tick:
        results = take(
            Lake(home / "lake"),
            pack,
            where,
            feeds=list(feeds) or None,
            progress=tick,
            source_url=source_url,
            recorded_at=recorded_at,
            memory_limit=memory,
        )
    refused = [result for result in results if result.status == "refused"]
    if as_json:
        output.show_json({"files": [result.to_dict() for result in results]})
    else:
        _show(results)
        output.show_problems((r.problem for r in refused if r.problem), json_wanted=False)
    return output.REFUSED if refused else output.DONE


def _show(results: list[IngestResult]) -> None:
    columns = ("file", "item", "status", "batch", "in", "new", "known", "aside", "outside")
    rows = [
        (
            r.source_file,
            r.item,
            r.status,
            r.batch,
            r.rows_in,
            r.rows_new,
            r.rows_known,
            r.rows_quarantined,
            r.rows_outside,
        )
        for r in results
    ]
    output.table("Taken in", columns, rows)


@click.group()
def quarantine() -> None:
    """Rows that were set aside: list, export, repair, resubmit."""


@quarantine.command("list")
@click.option("--feed", default=None, help="Only what this feed set aside.")
@click.option("--reason", default=None, help="Only this reason.")
@click.option("--limit", type=int, default=10, show_default=True)
@place.home_option
@output.as_json
def list_(feed: str | None, reason: str | None, limit: int, home: Path, as_json: bool) -> None:
    """Count what is set aside by reason, and show the first rows."""
    rows = quarantined(Lake(place.lake_folder(home)), feed=feed, reason=reason)
    reasons = Counter(zip(rows["feed"].to_pylist(), rows["reason"].to_pylist(), strict=True))
    first = rows.slice(0, limit).to_pylist()
    if as_json:
        counted = [{"feed": f, "reason": r, "rows": n} for (f, r), n in sorted(reasons.items())]
        output.show_json({"rows": rows.num_rows, "reasons": counted, "first": first})
        return
    counted_rows = [(f, r, n) for (f, r), n in sorted(reasons.items())]
    output.table("Set aside, by reason", ("feed", "reason", "rows"), counted_rows)
    for row in first:
        output.say(f"batch {row['batch']} · {row['source_file']} row {row['source_row']}")
        output.say(f"  {row['message']}  → {row['fix']}")


@quarantine.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--feed", default=None, help="Only what this feed set aside (needed for .csv).")
@click.option("--reason", default=None, help="Only this reason.")
@place.home_option
@output.as_json
def export(file: Path, feed: str | None, reason: str | None, home: Path, as_json: bool) -> None:
    """Write the raw rows set aside to FILE (.csv or .jsonl), to be repaired there."""
    form: Literal["csv", "jsonl"] = "jsonl" if file.suffix == ".jsonl" else "csv"
    lake = Lake(place.lake_folder(home))
    count = repair.export(lake, file, format=form, feed=feed, reason=reason)
    if as_json:
        output.show_json({"file": str(file), "rows": count})
    else:
        output.say(f"{count:,} rows in {file}; repair them, then huoshui quarantine resubmit")


@quarantine.command("resubmit")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@recorded_at_option
@place.home_option
@place.packs_option
@output.as_json
def resubmit(
    file: Path, recorded_at: str | None, home: Path, packs: tuple[Path, ...], as_json: bool
) -> None:
    """Take repaired rows in; each keeps its source file and row, and leaves the quarantine."""
    pack = load(packs, asof=place.today())
    results = repair.resubmit(Lake(place.lake_folder(home)), pack, file, recorded_at=recorded_at)
    if as_json:
        output.show_json({"files": [result.to_dict() for result in results]})
    else:
        _show(results)
