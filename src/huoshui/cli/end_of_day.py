"""`huoshui eod`: book what time alone did to every loan, to the end of a day."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import click

from huoshui.cli import output, place
from huoshui.cli.serve import remembered_day
from huoshui.kernel.errors import Problem
from huoshui.web.project.day_ended import day_end


@click.command("eod")
@click.option(
    "--asof",
    type=place.Day(),
    default=None,
    help="The last day to book (default: the demo's day, or today).",
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@place.home_option
@place.packs_option
@output.as_json
def eod(
    asof: dt.date | None, workers: int, home: Path, packs: tuple[Path, ...], as_json: bool
) -> int:
    """Book interest, lateness and classes of every loan to the end of a day.

    Days that were skipped are booked first, each by itself.  Given again, it does nothing twice;
    broken off, it goes on where it was.  Exits 3 if loans had to be held back.
    """
    day = asof or remembered_day(home) or place.today()
    started = time.perf_counter()
    with output.progress(quiet=as_json) as tick:
        ended = day_end(home, packs, asof=day, workers=workers, tick=tick)
    seconds = round(time.perf_counter() - started, 2)
    if as_json:
        output.show_json({**ended.to_dict(), "seconds": seconds})
    else:
        problems = (Problem.from_dict(p) for each in ended.held for p in each["problems"])
        output.show_problems(problems, json_wanted=False)
        counts = ended.counts
        output.say(
            f"Booked to {day}: {ended.nights} nights of parts, {counts['loans']} loan nights, "
            f"{counts['legs']} postings, {counts['woken']} loans folded, {counts['classed']} "
            f"classes changed, {ended.limits} limits opened or over, {len(ended.held)} held "
            f"back; {seconds} s."
        )
    return output.DOES_NOT_HOLD if ended.held else output.DONE
