"""Who enters and who leaves: subjects whose verdict differs between two packs, and by which clause.

Verdicts come from the bulk; only the subjects that moved are asked clause by clause, still all at
once and not one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from huoshui import matching
from huoshui.matching.clauses import Kind
from huoshui.pipeline.sandbox.sides import Side
from huoshui.policy.expression import compile_table
from huoshui.ratings.ops.clauses import plain

NO, YES, UNKNOWN, ABSENT = 0, 1, 2, 3
WORDS: tuple[str, ...] = ("no", "yes", "unknown", "absent")
"""What a verdict is called by its code; absent: the pack has no such definition or clause."""

DIRECTIONS = ("entered", "left", "became_unknown", "became_known")


@dataclass(frozen=True)
class Move:
    """One subject whose verdict on one definition differs."""

    kind: Kind
    definition: str
    row: int  # of the profiles, which stand in one order
    before: int
    after: int
    clauses: tuple[tuple[str, int, int], ...]  # those that made the difference: id, before, after

    @property
    def direction(self) -> str:
        """Name what happened to the subject."""
        if self.after == YES:
            return "entered"
        if self.before == YES:
            return "left"
        return "became_unknown" if self.after == UNKNOWN else "became_known"


@dataclass(frozen=True)
class Moved:
    """One definition with everybody whose verdict on it differs."""

    kind: Kind
    definition: str
    yes: tuple[int | None, int | None]  # before and after; None: the pack has it not
    moves: tuple[Move, ...]
    counts: dict[str, int]  # of directions; one who falls from yes to unknown counts in both
    is_same: bool = False  # both sides say the same of the same values

    @property
    def by_clause(self) -> dict[str, int]:
        """Count the clauses that made the difference."""
        named = Counter(clause for move in self.moves for clause, _, _ in move.clauses)
        return dict(sorted(named.items(), key=lambda pair: (-pair[1], pair[0])))


def moved(base: Side, changed: Side, kind: Kind) -> list[Moved]:
    """Give every definition of a kind that both packs have or one, with who moved."""
    plans = base.plans[kind], changed.plans[kind]
    names = sorted({*plans[0].offerings, *plans[1].offerings})
    return [_moved(base, changed, kind, name) for name in names]


def codes(side: Side, kind: Kind, name: str) -> np.ndarray | None:
    """Give the verdict of every row as a code, or None if the pack has no such definition."""
    offerings = side.plans[kind].offerings
    if name not in offerings:
        return None
    yes, no = matching.decoded(side.words[kind], offerings.index(name))
    return np.where(yes, YES, np.where(no, NO, UNKNOWN)).astype(np.int8)


def _moved(base: Side, changed: Side, kind: Kind, name: str) -> Moved:
    clauses = [each.plans[kind].clauses.get(name) for each in (base, changed)]
    is_same = clauses[0] is clauses[1]  # taken over when the changed side was made
    found = codes(base, kind, name), codes(changed, kind, name)
    rows = base.profile.num_rows
    nobody = np.full(rows, NO, dtype=np.int8)  # a definition that is not there is open to nobody
    before = nobody if found[0] is None else found[0]
    after = nobody if found[1] is None else found[1]
    if found[0] is None or found[1] is None:  # only yes is news of one that comes or goes
        places = np.flatnonzero((before == YES) | (after == YES))
    else:
        places = np.flatnonzero(before != after)
    yes = tuple(None if side is None else int((side == YES).sum()) for side in found)
    made = tuple(_moves(base, changed, kind, name, places, before, after))
    counts = {
        "entered": sum(m.after == YES for m in made),
        "left": sum(m.before == YES for m in made),
        "became_unknown": sum(m.after == UNKNOWN for m in made),
        "became_known": sum(m.before == UNKNOWN for m in made),
    }
    return Moved(kind, name, (yes[0], yes[1]), made, counts, is_same)


def _moves(
    base: Side,
    changed: Side,
    kind: Kind,
    name: str,
    places: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
) -> list[Move]:
    if not len(places):
        return []
    asked = [_asked(side, kind, name, places) for side in (base, changed)]
    ids = list(dict.fromkeys([*asked[1], *asked[0]]))
    none = np.full(len(places), ABSENT, dtype=np.int8)
    made = []
    for nth, row in enumerate(places):
        was, now = int(before[row]), int(after[row])
        pairs = [(i, int(asked[0].get(i, none)[nth]), int(asked[1].get(i, none)[nth])) for i in ids]
        behind = tuple(pair for pair in pairs if _is_behind(was, now, pair[1], pair[2]))
        made.append(Move(kind, name, int(row), was, now, behind))
    return made


def _is_behind(before: int, after: int, clause_before: int, clause_after: int) -> bool:
    """Say whether a clause made the difference between two verdicts."""
    if after == YES:
        return clause_before in (NO, UNKNOWN)
    if after == NO:
        return clause_after == NO
    if before == YES:
        return clause_after == UNKNOWN
    return clause_before == NO


def _asked(side: Side, kind: Kind, name: str, places: np.ndarray) -> dict[str, np.ndarray]:
    """Ask every clause of a definition of some rows."""
    clauses = side.plans[kind].clauses.get(name, ())
    typed = [clause.whole.typed for clause in clauses]
    columns = sorted({column for t in typed for column in t.columns})
    inputs = {c: plain(side.profile[c]).take(pa.array(places)) for c in columns}
    results = compile_table(typed).run(inputs, asof=side.asof, rows=len(places))
    return {c.id: _coded(plain(r)) for c, r in zip(clauses, results, strict=True)}


def _coded(answers: pa.Array) -> np.ndarray:
    yes = answers.fill_null(False).to_numpy(zero_copy_only=False)
    unknown = answers.is_null().to_numpy(zero_copy_only=False)
    return np.where(unknown, UNKNOWN, np.where(yes, YES, NO)).astype(np.int8)


def columns_behind(side: Side, move: Move) -> Sequence[str]:
    """Name the columns that the clauses behind a move read."""
    wanted = {clause for clause, _, _ in move.clauses}
    clauses = side.plans[move.kind].clauses.get(move.definition, ())
    return list(dict.fromkeys(c for x in clauses if x.id in wanted for c in x.whole.columns))
