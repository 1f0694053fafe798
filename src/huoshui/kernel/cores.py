"""How many cores work may take: those this process is given, or as many as it is told to take."""

from __future__ import annotations

import os

TOLD = "HUOSHUI_THREADS"


def cores() -> int:
    """Give the number of threads for work that can be divided, at least one.

    >>> cores() >= 1
    True
    """
    told = os.environ.get(TOLD, "")
    return max(1, int(told)) if told.isdecimal() else len(os.sched_getaffinity(0))
