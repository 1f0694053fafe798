"""`huoshui ingest`, `quarantine`: raw tables, taken in, and what was set aside."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

import click

from huoshui.cli import output, place
from huoshui.kernel.errors import Refusal, Where
from huoshui.pipeline import quarantine as repair
from huoshui.pipeline.aside import quarantined
from huoshui.pipeline.ingest import IngestResult
from huoshui.pipeline.ingest import ingest as take
from huoshui.pipeline.lake import Lake
from huoshui.policy.loader import load


class IntakeRefusal(Refusal):
    """Why taking in was refused."""

    NOTHING_THERE = "There is nothing to take in at {place}.", "Give a folder of raw tables."


recorded_at_option = click.option(
    "--recorded-at", default=None, help="The moment that new batches' records are to say."
)


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
