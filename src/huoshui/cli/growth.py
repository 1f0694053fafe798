"""`huoshui growth CODE`: the titles a subject holds, the next ones, and what each would open."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from huoshui import explain as wording
from huoshui import matching
from huoshui.cli import output, place
from huoshui.pipeline import run as running
from huoshui.pipeline import subjects
from huoshui.pipeline.lake import Lake
from huoshui.policy.loader import load


@click.command("growth")
@click.argument("subject", nargs=-1, required=True)
@place.language_option
@place.known_facts
@output.as_json
def growth(
    subject: tuple[str, ...],
    lang: Any,
    home: Path,
    packs: tuple[Path, ...],
    asof: dt.date,
    known: int | None,
    as_json: bool,
) -> None:
    """Show SUBJECTs' (codes or names) way through the titles, and what each would open."""
    lake, pack = Lake(place.lake_folder(home)), load(packs, asof=asof)
    with running.session() as engine, output.progress(quiet=as_json) as tick:
        work, seen = subjects.see(engine, lake, pack, subject, known=known, tick=tick)
    rules, plan = matching.Rules(pack), matching.compile(pack, asof=asof)
    for one in seen:
        report = wording.growth_report(pack, one.row, asof, rules=rules, plan=plan)
        answer = {"asked": one.asked, "entity": one.entity, "known": work.known, **report}
        if as_json:
            output.show_json(answer, one_line=len(seen) > 1)
            continue
        output.say(f"{one.asked} ({one.entity})")
        for line in wording.growth_lines(answer, lang):
            output.say(line)
