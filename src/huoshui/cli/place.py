"""Where a command works: the home folder with lake and snapshots, the packs, the day, the batch."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from huoshui.kernel.errors import Refusal, Where

ROOT = Path(__file__).resolve().parents[3]


class PlaceRefusal(Refusal):
    """Why a command cannot work where it was told to."""

    NO_LAKE = (
        "There is no lake in {home}.",
        "Run `huoshui demo`, or `huoshui ingest FOLDER --home {home}` first.",
    )


class Day(click.ParamType):
    """A day written YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: Any, ctx: Any) -> dt.date:
        """Read the day, or fail saying what is expected."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day written YYYY-MM-DD", param, ctx)


def home_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --home: the folder that holds lake/ and snapshots/."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path),
        default=lambda: Path(os.environ.get("HUOSHUI_HOME", "var/demo")),
        show_default="var/demo",
        help="Folder with lake/ and snapshots/ (or HUOSHUI_HOME).",
    )(command)


def packs_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --packs: folders of packs, read together."""
    return click.option(
        "--packs",
        "packs",
        type=click.Path(path_type=Path),
        multiple=True,
        default=lambda: (ROOT / "packs/common", ROOT / "packs/demo"),
        show_default="packs/common packs/demo",
        help="A folder of a pack; give it again for more.",
    )(command)


def today() -> dt.date:
    """Read the clock; only the doors of the program may."""
    return dt.date.today()  # noqa: DTZ011 - the day where the person sits


def asof_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --asof: the day that is asked about."""
    return click.option(
        "--asof", type=Day(), default=today, show_default="today", help="The day asked about."
    )(command)


def known_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --known: only what had become known by this batch."""
    return click.option(
        "--known", type=int, default=None, help="Only facts known by this batch (default: all)."
    )(command)


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --engine and --master: what a run is made on, and where."""
    command = click.option(
        "--master",
        default="local[2]",
        show_default=True,
        help="Where Spark runs, such as spark://HOST:7077; HOME must lie where its workers see it.",
    )(command)
    return click.option(
        "--engine",
        type=click.Choice(["duckdb", "spark"]),
        default="duckdb",
        show_default=True,
        help="DuckDB in this process, or Apache Spark (the extra huoshui[spark]).",
    )(command)


def known_facts(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --home, --packs, --asof and --known: which facts are asked, under which rules, when."""
    for option in (known_option, asof_option, packs_option, home_option):
        command = option(command)
    return command


def lake_folder(home: Path) -> Path:
    """Give the lake's folder, or refuse if nothing was ever ingested there."""
    folder = home / "lake"
    if not (folder / "batches").is_dir():
        raise PlaceRefusal.NO_LAKE.refuse(where=Where(str(home)), home=home)
    return folder


def language_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --lang: the language of sentences."""
    return click.option(
        "--lang",
        type=click.Choice(["zh", "en"]),
        default=lambda: os.environ.get("HUOSHUI_LANG", "zh"),
        show_default="zh",
        help="Language of the sentences (or HUOSHUI_LANG).",
    )(command)
