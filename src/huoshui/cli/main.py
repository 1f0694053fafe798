"""`huoshui`: the groups of commands, and the one place where errors become exit codes."""

from __future__ import annotations

import importlib
import sys

import click

from huoshui.cli import lifeline, output
from huoshui.kernel.garbage import seldom

COMMANDS = {
    "demo": "demo:demo",
    "data": "making:data",
    "ingest": "intake:ingest",
    "quarantine": "intake:quarantine",
    "run": "asking:run",
    "rate": "asking:rate",
    "match": "asking:match",
    "explain": "asking:explain",
    "growth": "growth:growth",
    "subsidies": "subsidies:subsidies",
    "cashflow": "cashflow:cashflow",
    "packs": "packs:packs",
    "model": "model:model",
    "real": "real:real",
    "ledger": "ledger:ledger",
    "eod": "end_of_day:eod",
    "simulate": "simulate:simulate",
    "record": "record:record",
    "replay": "replay:replay_",
    "serve": "serve:serve",
    "bench": "bench:bench",
    "docs": "docs:docs",
}
"""Each command with the module of this folder that it stands in, and its name there."""


class Commands(click.Group):
    """Commands whose modules are read when they are asked for: reading all takes two seconds."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Name the commands."""
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Give a command by its name."""
        if name not in COMMANDS:
            return None
        module, its_name = COMMANDS[name].split(":")
        command = getattr(importlib.import_module(f"huoshui.cli.{module}"), its_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="huoshui")
def cli() -> None:
    """From a region's raw records to offers that explain themselves."""


def main() -> None:
    """Run the command line."""
    seldom()
    lifeline.watch()
    sys.exit(output.run(cli))


if __name__ == "__main__":
    main()
