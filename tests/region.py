"""The demo region, made once by the real command and shared by all test processes."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.given import ROOT

HUOSHUI = [sys.executable, "-m", "huoshui.cli.main"]


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def huoshui(*arguments: str | Path, cwd: Path = ROOT) -> Answer:
    """Run the command line as a person would, in a process of its own."""
    done = subprocess.run(
        [*HUOSHUI, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def made_once(shared: Path, name: str, firms: int) -> tuple[Path, dict[str, Any]]:
    """Give the home of a demo region and what the demo printed, making it if nobody has yet."""
    home, report = shared / name, shared / f"{name}.json"
    with (shared / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other test process waits here
        if not report.is_file():
            answer = huoshui("demo", "--firms", str(firms), "--no-serve", "--json", "--home", home)
            assert answer.code == 0, answer.err + answer.out
            report.write_text(answer.out, "utf-8")
    return home, json.loads(report.read_text("utf-8"))
