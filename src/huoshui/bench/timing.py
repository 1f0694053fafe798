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
from collections.abc import Callable
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


def circumstances() -> dict[str, Any]:
    """Say on what machine and at which commit a figure was made, and the peak memory so far."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "commit": commit or None,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def keep(result: dict[str, Any], name: str, folder: Path) -> Path:
    """Write a result where later ones can be compared with it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return path
