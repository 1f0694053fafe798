"""A town whose day goes on: the same home, served again on a later day, and its days ended.

What a loan lives through takes months; each day that matters is served by the real command, and
the nights before it are booked by `huoshui eod`, as they are where a town is real.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.prepared import DAY, HOME, environment, start, stop, town_folder
from tests.browser.town import Town, free_port, passwords_of
from tests.given import ROOT
from tests.region import HUOSHUI


@dataclass
class Days:
    """A town that is served on one day after another, always at the same address."""

    base: Path
    port: int
    town: Town = field(init=False)
    process: subprocess.Popen[bytes] | None = None

    def serve(self, day: str) -> Town:
        """Serve the town on a day."""
        self.stop()
        self.process, address = start(self.base, port=self.port, day=day)
        self.town = Town(address, passwords_of(self.base))
        return self.town

    def end(self, day: str) -> dict[str, int]:
        """End every day up to one, by the real command, while the town is served."""
        home = ["--home", str(self.base / HOME)]
        done = subprocess.run(
            [*HUOSHUI, "eod", "--asof", day, *home, "--workers", "1", "--json"],
            cwd=ROOT, env=environment(self.base), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        found: dict[str, int] = json.loads(done.stdout)
        return found

    def stop(self) -> None:
        """Stop serving; the database stays where it is."""
        if self.process is not None:
            stop(self.process)
            self.process = None


@contextmanager
def days_of(region: Path, first: str = DAY) -> Iterator[Days]:
    """Serve a town over a region on days that go on; leave no process behind."""
    with town_folder(region) as base:
        days = Days(base, free_port())
        try:
            days.serve(first)
            yield days
        finally:
            days.stop()
