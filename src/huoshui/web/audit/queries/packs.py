"""The packs in force, read once per day and process; policy is asked of them, never of Python.

What is in force on a day is what was published last of what holds by then; where nothing was
published yet, the folders that this platform was started with.  A publication takes effect with
the next request or job, in every process, without a restart.
"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import connection

from huoshui import matching
from huoshui.pipeline.requests import archived
from huoshui.policy.loader import digest_of, is_same_on, load
from huoshui.policy.pack import Pack

_asked = threading.local()
"""Within a request: the digest in force by day, so that it is asked for once."""


def pack_on(day: dt.date) -> Pack:
    """Give the packs that this platform runs, as at a day."""
    digest, folders = digest_on(day), tuple(settings.HUOSHUI_PACKS)
    if digest is None:
        return read_pack(folders, day)
    return _published(digest, folders, Path(settings.HUOSHUI_HOME), day)


def roots_on(day: dt.date) -> tuple[Path, ...]:
    """Give the folders of the packs in force on a day, for a process that will read them later.

    The kept copy is taken, as nobody edits that.
    """
    digest, folders = digest_on(day), tuple(settings.HUOSHUI_PACKS)
    if digest is None:
        return folders
    return tuple(archived(Path(settings.HUOSHUI_HOME), digest))


def digest_on(day: dt.date) -> str | None:
    """Give the digest of the packs published for a day, or None where none were."""
    held: dict[dt.date, str | None] | None = getattr(_asked, "by_day", None)
    if held is not None and day in held:
        return held[day]
    with connection.cursor() as cursor:
        cursor.execute("SELECT packs_in_force(%s)", [day])
        found: str | None = cursor.fetchone()[0]
    if held is not None:
        held[day] = found
    return found


def forget_in_force() -> None:
    """Ask anew what is in force: whoever publishes goes on under what they published."""
    if getattr(_asked, "by_day", None) is not None:
        _asked.by_day = {}


def _begin(**_: Any) -> None:
    _asked.by_day = {}


def _end(**_: Any) -> None:
    _asked.by_day = None


request_started.connect(_begin, dispatch_uid="packs in force")
request_finished.connect(_end, dispatch_uid="packs in force")


@lru_cache(maxsize=16)
def _published(digest: str, folders: tuple[Path, ...], home: Path, day: dt.date) -> Pack:
    """Give published packs as they were read for a day like this one, or read them.

    They are read from the folders while those are still they, else from the archive.
    """
    held = [each for each in _READ if each.digest == digest]
    pack = next((each for each in held if is_same_on(each, day)), None)
    if pack is not None:
        return replace(pack, asof=day)
    if digest_of(folders) == digest:
        pack = read_pack(folders, day)
    if pack is None or pack.digest != digest:  # somebody edited them since they were read
        pack = read_pack(tuple(archived(home, digest)), day)
    _READ[:] = [*_READ, pack][-READ_MOST:]
    return pack


READ_MOST = 6
"""So many published packs are held, the last read; each is half a million objects."""

_READ: list[Pack] = []
"""What was read of publications: one of each for a stretch of days that change nothing."""


@lru_cache(maxsize=8)
def read_pack(roots: tuple[Path, ...], day: dt.date) -> Pack:
    """Give the packs of some folders as at a day; the folders do not change under a process."""
    return load(roots, asof=day)


def plan_of(pack: Pack) -> matching.Plan:
    """Give a pack's offerings made ready for matching, compiled once."""
    if PLAN not in pack.remembered:
        pack.remembered[PLAN] = matching.compile(pack, asof=pack.asof)
    found = pack.remembered[PLAN]
    assert isinstance(found, matching.Plan), "only this function writes it"
    return found


PLAN = "matching.plan"
