"""What was put into words for one subject is not put into words again for the next.

A region's subjects differ in few clauses: of a thousand clauses told of each of sixty firms, one
in six is told of a firm for the first time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from huoshui.kernel.citation import Citation
from huoshui.matching import ClauseTrace
from huoshui.policy.pack import Pack

Made = TypeVar("Made")

KEPT_MOST = 1 << 13
"""So many new things of a kind are kept with a pack, and as many that were new before."""


@dataclass
class _Kept:
    """What was made of a kind: what is new, and what was before; unasked, it goes after two."""

    new: dict[Hashable, object] = field(default_factory=dict)
    old: dict[Hashable, object] = field(default_factory=dict)


def once(pack: Pack, kind: str, key: Hashable, make: Callable[[], Made]) -> Made:
    """Give what was made under a key, never None, or make it and keep it with the pack."""
    kept = cast(_Kept, pack.remembered.setdefault(f"explain.{kind}", _Kept()))
    found = kept.new.get(key)
    if found is None:
        found = kept.old.get(key)
        if found is None:
            found = make()
        if len(kept.new) >= KEPT_MOST:
            kept.old, kept.new = kept.new, {}
        kept.new[key] = found
    return cast(Made, found)


def clause_key(clause: ClauseTrace) -> Hashable:
    """Give all that words on a clause are made of, but for what a row lacks.

    All of it is plain values: what the collector of garbage has to walk over, again and again for
    as long as it is kept, makes one answer in fifty late.
    """
    return clause.clause.wording, clause.finding.key


def cite_key(cite: Citation) -> tuple[str, str]:
    """Give what tells one place of a source from others."""
    return cite.source, cite.place
