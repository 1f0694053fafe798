"""The demo region, made once by the real command and shared by all test processes."""

from __future__ import annotations

import fcntl
import io
import json
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huoshui.cli import output
from huoshui.cli.main import cli
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


def told(*arguments: str | Path) -> Answer:
    """Run the command line in this process: most of a small answer's time is a process's start."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(ROOT), redirect_stdout(out), redirect_stderr(err):
        code = output.run(cli, [*map(str, arguments)])
    return Answer(code, out.getvalue(), err.getvalue())


def first_delivery_once(region: Path, asof: str) -> Path:
    """Give a home that took a region's first delivery only, and published; made if it is not."""
    home = region.with_name(f"{region.name}-first-delivery")
    with home.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "snapshots").is_dir():
            for words in (["ingest", deliveries(region)[0]], ["run", "--asof", asof]):
                answer = told(*words, "--home", home, "--json")
                assert answer.code == 0, answer.err + answer.out
    return home


def deliveries(region: Path) -> list[Path]:
    """Give the folders of a region's raw tables, in the order in which they came."""
    raw = next(region.glob("region-*")) / "raw"
    return sorted(folder for folder in raw.iterdir() if folder.is_dir())


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
