"""A process that was asked for work ends with the one that asked.

Whoever asks holds the other end of our standard input and never writes to it.  When that process
dies, however it dies, the system closes the line; we put away what we have in hand and stop.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
import time

from huoshui.cli.output import INTERRUPTED

PATIENCE_SECONDS = 10


def watch() -> None:
    """Watch standard input if HUOSHUI_LIFELINE says so, and interrupt the work when it ends."""
    if os.environ.get("HUOSHUI_LIFELINE") == "stdin":
        threading.Thread(target=_until_it_breaks, name="lifeline", daemon=True).start()


def _until_it_breaks() -> None:
    # Not through sys.stdin: at the end of the process it waits for whoever still reads it.
    while os.read(sys.stdin.fileno(), 1 << 10):
        pass
    _thread.interrupt_main()
    time.sleep(PATIENCE_SECONDS)
    os._exit(INTERRUPTED)
