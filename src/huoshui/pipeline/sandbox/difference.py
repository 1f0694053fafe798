"""The whole difference between two packs over the facts known: rules, subjects, scores and money.

Everything is in a fixed order and nothing depends on the clock, so that the same packs, facts and
day give the same report to the byte.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huoshui.kernel.errors import Where
from huoshui.kernel.step import Tick, unwatched
from huoshui.matching.clauses import Kind
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.sandbox.definitions import (
    DefinitionChange,
    definition_changes,
    values_moved,
)
from huoshui.pipeline.sandbox.money import amounts_fen, cost_report
from huoshui.pipeline.sandbox.moves import WORDS, Move, Moved, codes, moved
from huoshui.pipeline.sandbox.scores import scores_moved
from huoshui.pipeline.sandbox.sides import (
    Measured,
    SandboxRefusal,
    Side,
    filled_items,
    found_snapshot,
    from_facts,
    measured_whole,
    side,
)
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack

LISTED_MOST = 200
"""How many subjects of one definition stand in the report; the list for download has all."""

CAUTION = {
    "zh": "预算与预期损失按本平台自定的假设计算，只用于比较两套政策；评分不是违约概率。",
    "en": "Budget and expected loss rest on the house's own assumptions and only compare the two "
    "packs; no score is a probability of default.",
}


@dataclass(frozen=True)
class Difference:
    """Two sides over the same subjects in the same order, and where their columns came from."""

    base: Side
    changed: Side
    known: int
    names: dict[str, str | None]  # entity -> name
    origin: str  # a snapshot's name, or "facts"
    added: int = 0  # subjects that only the changed packs see
    removed: int = 0

    @cached_property
    def definitions(self) -> list[DefinitionChange]:
        """Give what the packs say differently."""
        return definition_changes(self.base.pack, self.changed.pack)

    @cached_property
    def moved(self) -> list[Moved]:
        """Give every offering and title with who moved."""
        kinds: tuple[Kind, ...] = ("offerings", "titles")
        return [one for kind in kinds for one in moved(self.base, self.changed, kind)]

    def pack_of(self, kind: Kind, name: str) -> Pack:
        """Give the changed pack, or the base where only that has the definition."""
        there = name in self.changed.pack.definitions(kind)
        return self.changed.pack if there else self.base.pack

    def to_dict(self) -> dict[str, Any]:
        """Give the report as data, as `--json` prints it."""
        sides = (("before", self.base), ("after", self.changed))
        scores = scores_moved(self.base, self.changed)
        told = [found for one in self.moved if (found := self._definition(one)) is not None]
        return {
            "asof": self.base.asof.isoformat(),
            "known": self.known,
            "packs": {when: one.pack.digest for when, one in sides},
            "columns_from": self.origin,
            "measured_anew": {when: list(one.measured_anew) for when, one in sides},
            "subjects": self.base.profile.num_rows,
            "subjects_added": self.added,
            "subjects_removed": self.removed,
            "definitions": [change.to_dict() for change in self.definitions],
            "moved": told,
            "unmoved": len(self.moved) - len(told),
            "scores": [each for each in scores if each["moved"] or each["regraded"]],
            "money": cost_report(self.base, self.changed),
            "caution": CAUTION,
        }

    def _definition(self, one: Moved) -> dict[str, Any] | None:
        """Report one definition, or None where nobody moved and no amount differs."""
        if one.is_same:
            return None
        amounts = self._amounts(one) if one.kind == "offerings" else None
        if not one.moves and (amounts is None or not amounts["changed"]):
            return None
        packs = self.base.pack, self.changed.pack
        label = self.pack_of(one.kind, one.definition).definitions(one.kind)[one.definition].label
        return {
            "kind": one.kind,
            "definition": one.definition,
            "label": {"zh": label.zh, "en": label.en},
            "yes": {"before": one.yes[0], "after": one.yes[1]},
            **one.counts,
            "by_clause": one.by_clause,
            "values": [
                {"value_name": n, "before": was, "after": now}
                for n, was, now in values_moved(*packs, one.kind, one.definition)
            ],
            "amounts": amounts,
            "subjects": [self._subject(move) for move in one.moves[:LISTED_MOST]],
            "subjects_moved": len(one.moves),
        }

    def _subject(self, move: Move) -> dict[str, Any]:
        entity = self.entity(move)
        return {
            "entity": entity,
            "name": self.names.get(entity),
            "direction": move.direction,
            "before": WORDS[move.before],
            "after": WORDS[move.after],
            "clauses": [
                {"clause": clause, "before": WORDS[was], "after": WORDS[now]}
                for clause, was, now in move.clauses
            ],
        }

    def entity(self, move: Move) -> str:
        """Give the subject of a move."""
        return str(self.base.profile["entity"][move.row].as_py())

    def _amounts(self, one: Moved) -> dict[str, Any]:
        """Compare what an offering gives, over those that it is open to."""
        rows = self.base.profile.num_rows
        sums: dict[str, Any] = {}
        given = []
        for when, each in (("before", self.base), ("after", self.changed)):
            found = codes(each, "offerings", one.definition)
            is_open = np.zeros(rows, dtype=bool) if found is None else found == 1
            amount, known = (
                (np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=bool))
                if found is None
                else amounts_fen(each, one.definition)
            )
            sums[f"{when}_fen"] = int(amount[is_open & known].sum())
            given.append((is_open, amount, known))
        both = given[0][0] & given[1][0]
        differs = (given[0][1] != given[1][1]) | (given[0][2] != given[1][2])
        return {**sums, "changed": int((both & differs).sum())}


def difference(
    home: Path,
    base_roots: Sequence[Path],
    changed_roots: Sequence[Path],
    *,
    asof: dt.date,
    known: int | None = None,
    tick: Tick = unwatched,
) -> Difference:
    """Compare two packs over what a home's lake knew by a batch, as at a day."""
    lake = Lake(home / "lake")
    base, changed = _both(base_roots, changed_roots, asof, tick)
    last = lake.last_batch if known is None else known
    filled = filled_items(lake, last)
    measured = found_snapshot(home, [base, changed], known=last)
    if measured is None:
        measured = measured_whole(lake, base, known=last, tick=tick)
    if not measured.profile.num_rows:
        raise SandboxRefusal.NOBODY.refuse(where=Where(str(lake.path)), asof=asof, known=last)
    measure = from_facts(lake, known=last, tick=tick)
    before = side(base, measured, filled, measure)
    after = side(changed, measured, filled, measure, beside=before)
    return compared(before, after, measured, last)


def _both(
    base_roots: Sequence[Path], changed_roots: Sequence[Path], asof: dt.date, tick: Tick
) -> tuple[Pack, Pack]:
    """Read both packs, what they have in common once."""
    tick("packs", 0, 2)
    base = load(base_roots, asof=asof)
    tick("packs", 1, 2)
    changed = load(changed_roots, asof=asof)
    tick("packs", 2, 2)
    return base, changed


def compared(base: Side, changed: Side, measured: Measured, known: int) -> Difference:
    """Put two sides beside each other over the subjects that both see."""
    before, after = base.profile["entity"], changed.profile["entity"]
    if before.combine_chunks() == after.combine_chunks():
        return Difference(base, changed, known, measured.names, measured.origin)
    shared = sorted(set(before.to_pylist()) & set(after.to_pylist()))
    return Difference(
        _only(base, shared),
        _only(changed, shared),
        known,
        measured.names,
        measured.origin,
        added=len(after) - len(shared),
        removed=len(before) - len(shared),
    )


def _only(one: Side, entities: Sequence[str]) -> Side:
    wanted = pa.array(entities, pa.string())
    mask = pc.is_in(one.profile["entity"], value_set=wanted)
    words = {kind: table.filter(mask) for kind, table in one.words.items()}
    return replace(one, profile=one.profile.filter(mask), words=words)
