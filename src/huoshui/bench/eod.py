"""One night of a book of loans, committed in PostgreSQL by the command that a bank would give.

A PostgreSQL of its own is started with the settings of every home: durable, each commit waits for
the disk.  All loans accrue; of each thirty one has an instalment due, two in a hundred are
overdue, and one in two hundred changes its class.  What was booked is then held to the folds.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from huoshui.bench.timing import circumstances
from huoshui.kernel.step import Tick, unwatched
from huoshui.web.project import database, embedded
from huoshui.web.project.day_ended import day_end

DAY = dt.date(2026, 11, 20)


def bench_eod(
    *, loans: int, workers: int, seed: int, packs: tuple[Path, ...], tick: Tick = unwatched
) -> dict[str, Any]:
    """Measure on a database made for it and thrown away."""
    with database.throwaway("huoshui-eod-") as (home, started):
        db = started()
        database.migrate(db)
        return _measure(db, home, packs, loans, workers, seed, tick)


def _measure(
    db: database.Database, home: Path, packs: tuple[Path, ...], loans: int, workers: int,
    seed: int, tick: Tick,
) -> dict[str, Any]:  # fmt: skip
    orders = {"day": str(DAY), "loans": loans, "seed": seed}
    started = time.perf_counter()
    made = _asked(db, {"do": "make", **orders})
    with psycopg.connect(db.url("admin"), autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")
        admin.execute("CHECKPOINT")
    made_seconds = time.perf_counter() - started
    load, began, python, server = os.getloadavg(), time.perf_counter(), _children(), _server(home)
    ended = day_end(home, packs, asof=DAY, workers=workers, tick=tick)
    seconds = time.perf_counter() - began
    python, server = _children() - python, _server(home) - server
    again = time.perf_counter()
    repeated = day_end(home, packs, asof=DAY, workers=workers)
    return {
        "bench": "eod",
        "loans": loans,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(python + server, 2),
        "cpu_seconds_database": round(server, 2),
        "again_seconds": round(time.perf_counter() - again, 2),
        "again_nights": repeated.nights,
        **{name: ended.counts[name] for name in ("legs", "turned", "woken", "classed")},
        "held": len(ended.held),
        "is_right": _asked(db, {"do": "verify", **orders})["is_right"],
        "workers": workers,
        "kinds_of_600": made["sorts"],
        "made_seconds": round(made_seconds, 1),
        "load_before": [round(each, 2) for each in load],
        **circumstances(),
    }


def _children() -> float:
    """Give the processor time of our processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _server(home: Path) -> float:
    """Give the processor time of the database server and of all it ever started."""
    process = embedded.server_running(embedded.place_of(home))
    if process is None:
        return 0.0
    times = process.cpu_times()
    own = times.user + times.system + times.children_user + times.children_system
    for each in process.children():
        with suppress(psutil.NoSuchProcess):  # it ended meanwhile
            running = each.cpu_times()
            own += running.user + running.system
    return float(own)


def _asked(db: database.Database, orders: dict[str, Any]) -> dict[str, Any]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": database.SETTINGS,
        "HUOSHUI_DB_URL": db.url("jobs"),
        "HUOSHUI_SECRET_KEY": db.keys.django,
    }
    done = subprocess.run(
        [sys.executable, "-m", "huoshui.bench.eod_maker"],
        env=environment, input=json.dumps(orders), text=True, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
