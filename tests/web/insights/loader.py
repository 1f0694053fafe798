"""A process of its own that loads a snapshot, and kills itself at a given step if told to."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import django


def main(folder: str, die_at: str) -> None:
    """Load the snapshot of a folder."""
    django.setup()
    from huoshui.web.insights.actions import loading
    from tests.web.insights.given import AT

    def tell(what: str, done: int, total: int) -> None:
        if what == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    if die_at == "attach":
        loading._attach = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
    loading.snapshot_load(Path(folder), at=AT, tell=tell)


if __name__ == "__main__":
    main(*sys.argv[1:])
