"""How every command shows its answer: one JSON object, or tables for a person.

Answers go to standard output, progress and errors to standard error, so that `--json` can be
piped.  Exit codes: 0 done; 1 refused, with problems in the one shape; 2 wrong usage; 3 the work
was done and something it checked does not hold; 70 a mistake of ours; 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from huoshui.kernel.errors import Problem, Refused
from huoshui.kernel.step import Tick, unwatched

DONE, REFUSED, USAGE, DOES_NOT_HOLD, OUR_MISTAKE, INTERRUPTED = 0, 1, 2, 3, 70, 130

SECONDS_BETWEEN_LINES = 0.25

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def show_json(answer: object, *, one_line: bool = False) -> None:
    """Print an answer as JSON, keys in the order given, Chinese readable."""
    indent = None if one_line else 2
    click.echo(json.dumps(answer, ensure_ascii=False, indent=indent, default=str))


def show_problems(problems: Iterable[Problem], *, json_wanted: bool) -> None:
    """Print problems in the one shape."""
    if json_wanted:
        show_json({"problems": [problem.to_dict() for problem in problems]})
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in problems:
        where = f"  [dim]{_plain(str(problem.where))}[/dim]" if problem.where else ""
        console.print(f"[bold red]{problem.code}[/bold red]{where}")
        console.print(f"  {_plain(problem.message)}")
        if problem.fix:
            console.print(f"  [green]→ {_plain(problem.fix)}[/green]")
        if problem.cites:
            console.print(f"  [dim]{_plain(', '.join(problem.cites))}[/dim]")


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table for a person: numbers to the right, thousands apart."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    rows = [tuple(row) for row in rows]
    for index, column in enumerate(columns):
        numbers = rows and all(isinstance(r[index], int | float | type(None)) for r in rows)
        made.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        made.add_row(*[_cell(cell) for cell in row])
    Console(width=None if sys.stdout.isatty() else 110).print(made)


def _cell(cell: Any) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:,.2f}"
    return _plain(str(cell))


def say(text: str = "") -> None:
    """Print a line for a person."""
    click.echo(text)


def written(path: object, json_wanted: bool) -> None:
    """Say which file a command wrote."""
    if json_wanted:
        show_json({"file": str(path)})
    else:
        say(f"Written: {path}")


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Tick]:
    """Show a bar per kind of work on standard error, where a person is watching.

    Where HUOSHUI_PROGRESS is `lines` a program is watching: it gets a JSON object a line.
    """
    if os.environ.get("HUOSHUI_PROGRESS") == "lines":
        yield _told_in_lines()
        return
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield unwatched
        return
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    tasks: dict[str, Any] = {}

    def tick(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=total)
        bars.update(tasks[what], completed=done, total=total)

    with bars:
        yield tick


def _told_in_lines() -> Tick:
    """Tell of the beginning and end of each kind of work, and between them now and then."""
    told: dict[str, float] = {}

    def tick(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what in told and done < total and now - told[what] < SECONDS_BETWEEN_LINES:
            return
        told[what] = now
        line = json.dumps({"what": what, "done": done, "total": total}, ensure_ascii=False)
        click.echo(line, err=True)

    return tick


def run(command: click.Group, arguments: Sequence[str] | None = None) -> int:
    """Run a command and turn whatever happens into an exit code, errors in the one shape."""
    json_wanted = "--json" in (arguments if arguments is not None else sys.argv[1:])
    try:
        code = command.main(args=arguments, prog_name="huoshui", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except Refused as refused:
        show_problems(refused.problems, json_wanted=json_wanted)
        return REFUSED
    except click.ClickException as error:
        problem = Problem(
            "usage.wrong", error.format_message(), fix="Try `huoshui COMMAND --help`."
        )
        show_problems([problem], json_wanted=json_wanted)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; what was committed stays.", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone; that is no error of ours
        sys.stderr.close()
        return DONE
    except Exception as error:  # what nobody foresaw is our mistake, and is told as one
        traceback.print_exc()
        problem = Problem(
            "huoshui.our_mistake",
            f"Something went wrong that should not: {type(error).__name__}: {error}",
            fix="What was committed stays.  Please report the lines above.",
        )
        show_problems([problem], json_wanted=json_wanted)
        return OUR_MISTAKE
