"""A process killed at random moments loses nothing and doubles nothing."""

from __future__ import annotations

import hashlib
import multiprocessing as mp
import random
import shutil
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from tests.pipeline import taxes
from tests.pipeline.taxes import facts, row, write_csv

KILLS = 20
MOMENTS = 4
MOST_KILLS = 200
FILES = 6


def _work(lake: Path, folder: Path, begun: object) -> None:
    pack = taxes.pack()  # read before the time is counted in which a kill may fall
    begun.set()  # type: ignore[attr-defined]
    ingest(Lake(lake), pack, folder)


def _digests(lake: Path) -> dict[str, str]:
    """Give every file of a lake, the lock aside, by its content."""
    files = (p for p in lake.rglob("*") if p.is_file() and p.name != "lock")
    return {str(p.relative_to(lake)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def _raw_files(folder: Path, seed: int) -> None:
    """Write files that overlap, correct each other and have bad rows."""
    rng = random.Random(seed)
    for nth in range(FILES):
        rows = [
            row(n, 金额="约1万" if rng.random() < 0.02 else str(rng.randrange(3)))
            for n in range(nth * 300, nth * 300 + 600)
        ]
        write_csv(folder / f"{nth}.csv", rows)


def test_killed_at_random_moments_and_finished_it_equals_an_undisturbed_ingest(
    tmp_path: Path, random_seed: int
) -> None:
    folder = tmp_path / "in"
    _raw_files(folder, random_seed)
    context = mp.get_context("forkserver")  # children start from a process without threads
    context.set_forkserver_preload(["huoshui.pipeline.ingest", "tests.pipeline.taxes"])

    def start(lake: Path) -> BaseProcess:
        begun = context.Event()
        child = context.Process(target=_work, args=(lake, folder, begun))
        child.start()
        assert begun.wait(60)
        return child

    undisturbed = start(tmp_path / "whole")
    started = time.monotonic()
    undisturbed.join()
    duration = time.monotonic() - started
    assert undisturbed.exitcode == 0
    wanted = _digests(tmp_path / "whole")
    assert len(wanted) == 3 * FILES  # a record, facts and quarantine of each

    rng = random.Random(random_seed)
    lake, kills, moments = tmp_path / "lake", 0, set()
    while kills < KILLS or (len(moments) < MOMENTS and kills < MOST_KILLS):
        child = start(lake)
        child.join(rng.uniform(0, duration))
        child.kill()  # SIGKILL, unless it has ended by itself
        child.join()
        if child.exitcode == -signal.SIGKILL:
            kills += 1
            moments.add((Lake(lake).last_batch, len(_digests(lake)) if lake.is_dir() else 0))
        else:  # it came to its end before the kill: that, too, must be right
            assert child.exitcode == 0, f"seed {random_seed}"
            assert _digests(lake) == wanted, f"seed {random_seed}"
            shutil.rmtree(lake)
    print(f"killed with batches and files at {sorted(moments)}")
    assert len(moments) >= MOMENTS, "the kills fell on the same moment and prove little"

    results = ingest(Lake(lake), taxes.pack(), folder)
    assert {r.status for r in results} <= {"ingested", "known"}
    assert _digests(lake) == wanted, f"seed {random_seed}"
    pack = taxes.pack()
    assert facts(Lake(lake), pack).equals(facts(Lake(tmp_path / "whole"), pack))
