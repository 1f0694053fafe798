"""Rules as pages ask for them: made ready once, counted in the newest snapshot, through time."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from huoshui.matching.moved import Rules
from huoshui.policy.pack import Pack
from huoshui.policy.versions import Version, versions
from huoshui.web.insights.models import Snapshot


def rules_of(pack: Pack) -> Rules:
    """Give a pack's formulas and ratings made ready; made once for each pack that is read."""
    made = pack.remembered.setdefault("rules made ready", Rules(pack))
    assert isinstance(made, Rules), "only this function writes it"
    return made


def passing(kind: str, name: str) -> dict[str, Any] | None:
    """Say how many subjects of the snapshot in use a definition is yes, no or unknown for."""
    counted = counts_in_use()
    found = counted[1].get(kind, {}).get(name) if counted else None
    return None if counted is None or found is None else {**found, "asof": counted[0]}


def counts_in_use() -> tuple[dt.date, dict[str, Any]] | None:
    """Give the counts that the snapshot in use was published with, by kind and definition."""
    attached = Snapshot.objects.filter(status="attached").order_by("-attached_at", "-id")
    found = attached.values_list("asof", "manifest__counts").first()
    return None if found is None or found[1] is None else (found[0], found[1])


@lru_cache(maxsize=256)
def _versions(digest: str, roots: tuple[Any, ...], kind: str, name: str) -> tuple[Version, ...]:
    return tuple(versions(roots, kind, name))


def versions_of(pack: Pack, kind: str, name: str) -> tuple[Version, ...]:
    """Give a definition's versions through time, the earliest first."""
    return _versions(pack.digest, tuple(pack.roots), kind, name)
