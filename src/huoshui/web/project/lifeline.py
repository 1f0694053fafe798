"""Processes end cleanly: a child with its parent, however that ended; a command when told to.

Nothing is to keep a port, a job or a folder after whoever needed it is gone.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent(parent: int, kind: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send this process a signal when its parent ends (Linux; else nothing)."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(kind), 0, 0, 0)
    if os.getppid() != parent:  # it ended before we could ask
        os.kill(os.getpid(), kind)


@contextmanager
def ended_as_told() -> Iterator[None]:
    """Let SIGTERM end this process by the ordinary way out, so that what was opened is closed.

    Left to itself the signal ends Python at once, and with it nothing that stands in a `finally`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread, which has its own way out
        return

    def leave(kind: int, _frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # told twice, it still cleans up
        raise SystemExit(128 + kind)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
