"""A town made ready once a run: its region loaded and its people seated, for each server to copy.

The first process that needs a town starts the real command on an empty database, which is all the
work of a first start, and keeps the home and the database as they are when it has stopped.  Each
town that is served afterwards is a copy of both.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from huoshui.web.project import embedded
from tests.given import ROOT
from tests.region import HUOSHUI
from tests.web.databases import roomy

DAY = "2026-11-20"
PATIENCE = 300.0
"""Seconds in which a town is served on a machine that has other things to do."""

KEPT = ("lake", "packs", "snapshots")
"""What a region's home gives a town; its database, keys and witness file are the town's own."""

HOME, DATA = "home", "data"
CORE_ONLY = "core-only"
NO_PANDAS = 'raise ImportError("pandas is no part of the core")\n'


@contextmanager
def town_folder(region: Path, *, durable: bool = False) -> Iterator[Path]:
    """Give a folder with a town's home and database in it, and leave no server behind.

    What a test does need not outlive the machine's power, unless it is to be `durable`.
    """
    made = _prepared(region)
    with _folder() as base:
        _copy(made, base)
        if not durable:
            for data in base.glob(f"{DATA}/*/data"):
                with (data / "huoshui.conf").open("a") as settings:
                    settings.write(embedded.NOT_DURABLE)
        try:
            yield base
        finally:
            for data in base.glob(f"{DATA}/*/data"):
                embedded.server_stop(embedded.Place(data.parent, None))


def start(base: Path, *, port: int, day: str = DAY) -> tuple[subprocess.Popen[bytes], str]:
    """Start the real `huoshui serve` on a town's folder; give its process and its address."""
    ready, log = base / f"ready-{day}", base / "log"
    words = ["serve", "--home", base / HOME, "--port", port, "--day", day, "--once-ready", ready]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*HUOSHUI, *map(str, words)],
            cwd=ROOT, env=environment(base), stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        until(lambda: ready.exists() or process.poll() is not None, f"the first page of {day}")
        assert process.poll() is None, log.read_text("utf-8")
    except BaseException:
        stop(process)
        raise
    return process, ready.read_text("utf-8").strip().rstrip("/")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop serving; the database stays where it is."""
    process.terminate()
    process.wait(timeout=60)


def environment(base: Path) -> dict[str, str]:
    """Give the environment of a town's processes, who have what the core needs and no more.

    Arrow takes pandas in where it is there, which costs each process half a second of its start.
    """
    paths = [str(base / CORE_ONLY), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "HUOSHUI_DATABASE_FOLDER": str(base / DATA),
        "PYTHONPATH": os.pathsep.join(paths),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Ask until something is so; fail saying what never was."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.1)


def _prepared(region: Path) -> Path:
    """Give the town made ready from a region; whoever is first makes it."""
    made = region.with_name(f"{region.name}-town")
    with made.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other test process waits here
        if not made.is_dir():
            with _folder() as base:
                _make(region, base)
                _keep(base, made)
    return made


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="huoshui-town-", dir=roomy()) as folder:
        base = Path(folder)
        base.chmod(0o755)  # root's server runs as somebody else, who must pass through
        (base / CORE_ONLY).mkdir()
        (base / CORE_ONLY / "pandas.py").write_text(NO_PANDAS, "utf-8")
        yield base


def _make(region: Path, base: Path) -> None:
    for each in region.iterdir():
        if each.is_dir() and (each.name in KEPT or each.name.startswith("region")):
            shutil.copytree(each, base / HOME / each.name)
    process, _ = start(base, port=free_port())
    stop(process)
    for data in base.glob(f"{DATA}/*/data"):
        embedded.server_stop(embedded.Place(data.parent, None))


def _keep(base: Path, made: Path) -> None:
    keeping = made.with_suffix(".keeping")
    keeping.mkdir()
    _copy(base, keeping)
    keeping.rename(made)


def _copy(base: Path, there: Path) -> None:
    """Copy a home and its database, each file its owner's as before, and tell it where it is."""
    subprocess.run(["cp", "-a", base / HOME, base / DATA, there], check=True)
    remembered = there / HOME / embedded.REMEMBERED
    (folder,) = (there / DATA).glob("*/data")
    remembered.write_text(json.dumps({"folder": str(folder.parent)}), "utf-8")
