"""The packs in force, read once per day and process; policy is asked of them, never of Python."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from huoshui import matching
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack


def pack_on(day: dt.date) -> Pack:
    """Give the packs that this platform runs, as at a day."""
    return read_pack(tuple(settings.HUOSHUI_PACKS), day)


@lru_cache(maxsize=8)
def read_pack(roots: tuple[Path, ...], day: dt.date) -> Pack:
    """Give the packs of some folders as at a day; the folders do not change under a process."""
    return load(roots, asof=day)


@lru_cache(maxsize=8)
def _plan(digest: str, roots: tuple[Path, ...], day: dt.date) -> matching.Plan:
    return matching.compile(read_pack(roots, day), asof=day)


def plan_of(pack: Pack) -> matching.Plan:
    """Give a pack's offerings made ready for matching, compiled once."""
    return _plan(pack.digest, tuple(pack.roots), pack.asof)
