"""When Python looks for garbage: what stays for good is not walked over again and again.

A pack is half a million objects that stay.  Left as it is, the collector walks them all whenever a
quarter as many have been made since, and what was just made after every 700: a sixth of a run's
time, and the one answer in fifty that is late.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (50_000, 20, 100)
"""Objects made before the youngest are looked through, and rounds before the older ones are."""

SHORTLY = (5_000, 20, 100)
"""The same where somebody waits: many rounds of a few milliseconds, and none of seventy."""


def seldom() -> None:
    """Have garbage looked for seldom, in a process whose memory is what it reads."""
    gc.set_threshold(*SELDOM)


@contextmanager
def unhurried() -> Iterator[None]:
    """Keep the collector of garbage from walking over and over what is being made to stay."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def settled() -> None:
    """Take what stands now out of the collector's rounds, in a process that answers people."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SHORTLY)
