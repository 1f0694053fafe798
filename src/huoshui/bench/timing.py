"""Paired timings: ours and the peer's by turns, medians, and what machine they were made on.

Machines are shared and noisy, so a figure alone says little: the two are run by turns and the
ratio of their medians is what to look at.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def by_turns(
    ours: Callable[[], object], peer: Callable[[], object], *, rounds: int
) -> dict[str, Any]:
    """Time two functions by turns; seconds are medians, `ratio` is the peer's over ours."""
    taken: dict[str, list[float]] = {"ours": [], "peer": []}
    for _ in range(rounds):
        for name, function in (("ours", ours), ("peer", peer)):
            started = time.perf_counter()
            function()
            taken[name].append(time.perf_counter() - started)
    seconds, peer_seconds = (statistics.median(taken[name]) for name in ("ours", "peer"))
    return {
        "seconds": round(seconds, 3),
        "peer_seconds": round(peer_seconds, 3),
        "ratio": round(peer_seconds / seconds, 2),
        "rounds": rounds,
    }


def timed(function: Callable[[], object]) -> float:
    """Run once and give the seconds it took."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def median_of(seconds: Sequence[float]) -> float:
    """Give the middle one of several timings."""
    return statistics.median(seconds)


def circumstances() -> dict[str, Any]:
    """Say on what machine, how busy, and at which commit a figure was made, and the peak memory."""
    commit = _git("rev-parse", "--short", "HEAD")
    dirty = bool(_git("status", "--porcelain", "--untracked-files=no"))
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "processor": _processor(),
        "memory_mib": pages // 2**20,
        "load": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "commit": f"{commit} dirty" if commit and dirty else commit or None,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:  # a machine without git: nobody can say which commit
        return ""
    return done.stdout.strip()


def _processor() -> str | None:
    told = Path("/proc/cpuinfo")
    if not told.is_file():
        return platform.processor() or None
    lines = told.read_text("utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else None


def keep(result: dict[str, Any], name: str, folder: Path) -> Path:
    """Write a result where later ones can be compared with it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return path
