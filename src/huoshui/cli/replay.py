"""`huoshui replay`: a decision made again from the facts, and compared with what was decided."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from huoshui.cli import output, place
from huoshui.kernel.errors import Where
from huoshui.pipeline.replay import (
    Inputs,
    ReplayRefusal,
    compared,
    replay,
    report_sha256,
)
from huoshui.pipeline.run import session
from huoshui.web.project.decided import decided


@click.command("replay")
@click.argument("decision", required=False)
@click.option(
    "--inputs",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Instead: a decision's inputs as JSON, with its evidence or evidence_sha256 to compare.",
)
@place.home_option
@output.as_json
def replay_(decision: str | None, inputs: Path | None, home: Path, as_json: bool) -> int:
    """Make the report of DECISION anew: the facts known then, under the rules in force then.

    The report that was kept is only compared with.  Exits 3 if they differ in any byte.
    """
    if inputs is not None and decision is None:
        said = _read(inputs)
    elif decision is not None and inputs is None:
        said = decided(home, decision)
    else:
        raise click.UsageError("Say which decision, or give --inputs.")
    place.lake_folder(home)
    with session() as engine, output.progress(quiet=as_json) as tick:
        report = replay(engine, home, Inputs.from_dict(said), tick=tick)
    return show_compared(report, said, as_json=as_json)


def _read(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ReplayRefusal.NOT_INPUTS.refuse(where=Where(path.name), detail=f"{error}") from None
    if not isinstance(said, dict):
        raise ReplayRefusal.NOT_INPUTS.refuse(where=Where(path.name), detail="no JSON object")
    return said


def show_compared(report: str, kept: dict[str, Any], *, as_json: bool) -> int:
    """Show a report made anew beside what was kept of it; give the exit code."""
    text, digest = kept.get("evidence"), kept.get("evidence_sha256")
    found = compared(report, kept=text, kept_sha256=digest)
    was_kept = text is not None or digest is not None
    answer = {
        "is_equal": found.is_equal if was_kept else None,
        "difference": found.difference,
        "before": found.before,
        "after": found.after,
        "sha256": report_sha256(report),
        "report": report,
    }
    if as_json:
        output.show_json(answer)
    elif not was_kept:
        output.say(report)
    elif found.is_equal:
        output.say(f"Equal to the byte (sha256 {answer['sha256']}).")
    else:
        output.say(
            f"DIFFERENT at {found.difference or 'a place unknown: only its digest was kept'}"
        )
        output.say(f"  decided on: {found.before!r}")
        output.say(f"  made anew:  {found.after!r}")
    return output.DONE if found.is_equal else output.DOES_NOT_HOLD
