"""The rules that a snapshot rests on, read once a process: its pack and the plan made of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from django.conf import settings

from huoshui import matching
from huoshui.kernel.errors import Refused
from huoshui.kernel.garbage import settled
from huoshui.pipeline.requests import archived
from huoshui.policy.pack import Pack
from huoshui.web.audit.queries.packs import plan_of as compiled
from huoshui.web.audit.queries.packs import read_pack
from huoshui.web.insights.models import Snapshot
from huoshui.web.insights.rules.refusals import InsightRefusal

PACKS_KEPT = 6
"""Packs that a process keeps read."""


@dataclass(frozen=True, eq=False)
class Policy:
    """A pack as at a snapshot's day, and the plan of all its offerings."""

    pack: Pack
    plan: matching.Plan

    @cached_property
    def rules(self) -> matching.Rules:
        """Give the formulas and ratings made ready, by which ways to a yes are looked for."""
        return matching.Rules(self.pack)


def policy_of(snapshot: Snapshot) -> Policy:
    """Give the rules a snapshot rests on."""
    return policy_at(snapshot.pack_digest, snapshot.asof)


def pack_of(snapshot: Snapshot) -> Pack:
    """Give the pack a snapshot rests on, as at its day."""
    return policy_of(snapshot).pack


def plan_of(snapshot: Snapshot) -> matching.Plan:
    """Give the plan of all the offerings of a snapshot's pack."""
    return policy_of(snapshot).plan


def policy_at(digest: str, asof: dt.date) -> Policy:
    """Give the rules of a digest as at a day, from where runs keep them or from those in use."""
    return _policy(digest, asof, Path(settings.HUOSHUI_HOME))


@lru_cache(maxsize=PACKS_KEPT)
def _policy(digest: str, asof: dt.date, home: Path) -> Policy:
    pack = _in_use(digest, asof)
    if pack is None:
        try:
            pack = read_pack(tuple(archived(home, digest)), asof)
        except Refused as refused:
            raise InsightRefusal.OTHER_RULES.refuse(digest=digest[:12]) from refused
    policy = Policy(pack, compiled(pack))
    settled()
    return policy


def _in_use(digest: str, asof: dt.date) -> Pack | None:
    """Give the packs that the platform runs if they are the ones, as every page reads those."""
    try:
        pack = read_pack(tuple(settings.HUOSHUI_PACKS), asof)
    except Refused:
        return None
    return pack if pack.digest == digest else None
