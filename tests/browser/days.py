"""A town whose day goes on: the same home, served again on a later day, and its days ended.

What a loan lives through takes months; each day that matters is served by the real command, and
the nights before it are booked by `huoshui eod`, as they are where a town is real.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from huoshui.web.project import embedded
from tests.browser.town import DAY, KEPT, Town, free_port, until
from tests.given import ROOT
from tests.region import HUOSHUI

SERVED_WITHIN = 300.0
"""Seconds in which a town is served on a machine that has other things to do."""


@dataclass
class Days:
    """A town that is served on one day after another, always at the same address."""

    base: Path
    port: int
    town: Town = field(init=False)
    process: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        return self.base / "home"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"HUOSHUI_DATABASE_FOLDER": str(self.base / "data")}

    def serve(self, day: str) -> Town:
        """Serve the town on a day."""
        self.stop()
        ready, log = self.base / f"ready-{day}", self.base / "log"
        words = ["serve", "--home", self.home, "--port", self.port, "--day", day]
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [*HUOSHUI, *map(str, words), "--once-ready", str(ready)],
                cwd=ROOT, env=self.environment, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        started = self.process
        is_up = f"the first page of {day}"
        until(lambda: ready.exists() or started.poll() is not None, is_up, seconds=SERVED_WITHIN)
        assert started.poll() is None, log.read_text("utf-8")
        passwords = json.loads((self.home / "seats.json").read_text("utf-8"))
        self.town = Town(ready.read_text("utf-8").strip().rstrip("/"), passwords)
        return self.town

    def end(self, day: str) -> dict[str, int]:
        """End every day up to one, by the real command, while the town is served."""
        done = subprocess.run(
            [*HUOSHUI, "eod", "--asof", day, "--home", str(self.home), "--workers", "1", "--json"],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        found: dict[str, int] = json.loads(done.stdout)
        return found

    def stop(self) -> None:
        """Stop serving; the database stays where it is."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=60)
            self.process = None


@contextmanager
def days_of(region: Path, first: str = DAY) -> Iterator[Days]:
    """Serve a copy of a region's home on days that go on; leave no process behind."""
    with tempfile.TemporaryDirectory(prefix="huoshui-days-") as folder:
        base = Path(folder)
        base.chmod(0o755)  # root's server runs as somebody else, who must pass through
        for each in region.iterdir():
            if each.is_dir() and (each.name in KEPT or each.name.startswith("region")):
                shutil.copytree(each, base / "home" / each.name)
        days = Days(base, free_port())
        try:
            days.serve(first)
            yield days
        finally:
            days.stop()
            for data in base.glob("data/*/data"):
                embedded.server_stop(embedded.Place(data.parent, None))
