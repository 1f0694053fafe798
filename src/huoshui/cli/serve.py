"""`huoshui serve`: the database, the pages and the jobs, in one command."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from huoshui.cli import output, place
from huoshui.web.project import database
from huoshui.web.project.supervisor import Serving
from huoshui.web.project.supervisor import serve as serve_all

DAY_FILE = "day"


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True)
@click.option(
    "--day", type=place.Day(), default=None, help="Business day (default: the demo's, or today)."
)
@click.option("--migrate-only", is_flag=True, help="Bring the tables up to date, and stop.")
@click.option(
    "--once-ready",
    type=click.Path(path_type=Path),
    default=None,
    help="Write the address to this file once the first page answers.",
)
@place.home_option
@place.packs_option
@output.as_json
def serve(
    port: int,
    day: dt.date | None,
    migrate_only: bool,
    once_ready: Path | None,
    home: Path,
    packs: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Serve the pages on 127.0.0.1 until interrupted; start whatever they need.

    The database is PostgreSQL of our own in the home, or the one in HUOSHUI_DATABASE_URL.
    """
    if migrate_only:
        with output.progress() as tick, database.running(home, tick=tick) as db:
            changed = database.migrate(db, tick=tick)
        if as_json:
            output.show_json({"changed": changed})
        else:
            output.say("The tables are up to date." if changed else "Nothing had changed.")
        return
    run(
        Serving(home, packs, port, day or remembered_day(home)),
        once_ready=once_ready,
        as_json=as_json,
    )


def run(serving: Serving, *, once_ready: Path | None = None, as_json: bool = False) -> None:
    """Serve, saying where and, for a demo, how to sign in."""

    with ExitStack() as shown:
        tick = shown.enter_context(output.progress(quiet=as_json))

        def ready(made: dict[str, Any]) -> None:
            shown.close()
            if as_json:
                output.show_json({"address": serving.address, **made}, one_line=True)
            else:
                show_sign_ins(made)
                where = f"Serving on {serving.address}"
                output.say(f"\n{where}  (Ctrl-C to stop; logs in {serving.home / 'logs'})")
            if once_ready is not None:
                once_ready.write_text(serving.address, "utf-8")

        serve_all(serving, ready=ready, tick=tick)
    if not as_json:
        output.say("Stopped; what was committed stays.")


def remember_day(home: Path, day: dt.date) -> None:
    """Keep the day that a demo's home is seen on, for whoever serves it again."""
    (home / DAY_FILE).write_text(day.isoformat(), "utf-8")


def remembered_day(home: Path) -> dt.date | None:
    """Give the day of a demo's home; a real one has none."""
    file = home / DAY_FILE
    return dt.date.fromisoformat(file.read_text("utf-8")) if file.is_file() else None


def show_sign_ins(made: dict[str, Any]) -> None:
    """Show one sign-in per role, as the demo has them."""
    if sign_ins := made.get("sign_ins"):
        columns = list(sign_ins[0])
        rows = [[each.get(name) for name in columns] for each in sign_ins]
        output.table("Sign in as (all of them invented)", columns, rows)
