"""`huoshui packs`: the rules themselves."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from huoshui.cli import output, place
from huoshui.pipeline.packcheck import check as check_packs


@click.group()
def packs() -> None:
    """Packs of policy: dated, cited definitions."""


@packs.command("check")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@place.asof_option
@output.as_json
def check(folders: tuple[Path, ...], asof: dt.date, as_json: bool) -> int:
    """Read packs (packs/common and packs/demo by default), and run every worked example.

    Exits 1 with every fault, each with file, line and fix.
    """
    roots = folders or (place.ROOT / "packs/common", place.ROOT / "packs/demo")
    report = check_packs(roots, asof=asof)
    if as_json:
        output.show_json(report.to_dict())
    else:
        output.show_problems(report.faults, json_wanted=False)
        if report.definitions:
            output.table("Definitions", ("kind", "number"), report.definitions.items())
            output.table("Citations by certainty", ("mark", "number"), report.by_mark.items())
        output.say(f"{report.examples} worked examples, {len(report.faults)} faults")
    return output.REFUSED if report.faults else output.DONE
