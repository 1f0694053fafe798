"""Whether the clauses of a definition can all be true of one subject; if never, the rule is dead.

Clauses answer the same for all values of a piece between two cuts of a column, so trying one value
of every piece of every column is trying everything.  Columns are tried one at a time, and a clause
is asked as soon as all that it reads is given; clauses that share no column are tried apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from huoshui.kernel.errors import Problem, Refusal
from huoshui.matching.clauses import OfferingClause
from huoshui.matching.plan import Plan, compile
from huoshui.policy.check.schemes import scores
from huoshui.policy.expression import Cuts, Typed, cuts, evaluate_row, representatives
from huoshui.policy.expression.typed import Constant
from huoshui.policy.pack import Pack
from huoshui.ratings import columns as rating_columns
from huoshui.ratings.ops.clauses import truth_of

TRIES_MOST = 200_000
"""After so many evaluations a definition is left undecided, and counted."""


class TogetherRefusal(Refusal):
    """Why the clauses of a definition are refused."""

    NEVER = (
        "No subject can meet these clauses of {id} together: {clauses}.",
        "Correct one of them; as they stand, everybody is refused.",
    )


class _TooManyError(Exception):
    """More has been tried than is allowed."""


def check(pack: Pack) -> tuple[list[Problem], list[str]]:
    """Give definitions whose clauses can never hold together, and those too large to decide."""
    problems: list[Problem] = []
    undecided: list[str] = []
    for kind in ("offerings", "titles"):
        plan = compile(pack, asof=pack.asof, kind=kind)  # type: ignore[arg-type]
        for name in plan.offerings:
            try:
                clashing = _clash(pack, plan, plan.clauses[name])
            except _TooManyError:
                undecided.append(f"{kind}/{name}")
                continue
            if clashing:
                problems.append(
                    TogetherRefusal.NEVER.problem(
                        where=pack.where(kind, name, "clauses"),
                        id=name,
                        clauses=", ".join(clashing),
                    )
                )
    return problems, undecided


def _clash(pack: Pack, plan: Plan, clauses: Sequence[OfferingClause]) -> list[str]:
    """Name the clauses of a group that nothing satisfies; none: every group can be satisfied."""
    for group in _groups([c for c in clauses if not _rests_on_unknown(c.whole.typed)]):
        typed = [clause.whole.typed for clause in group]
        pieces = _pieces(pack, typed, plan.asof)
        if pieces is not None and not _Search(typed, pieces, plan.asof).finds():
            return [clause.id for clause in group]
    return []


def _rests_on_unknown(typed: Typed) -> bool:
    """Say whether a clause names a value that nobody knows: it is never false for that."""
    return any(isinstance(part, Constant) and part.value is None for part in typed.walk())


def _groups(clauses: Sequence[OfferingClause]) -> Iterator[list[OfferingClause]]:
    """Yield clauses that hang together by the columns they read."""
    left = [clause for clause in clauses if clause.whole.typed.columns]
    yield from ([c] for c in clauses if not c.whole.typed.columns)
    while left:
        group, columns = [left.pop(0)], set()
        grows = True
        while grows:
            columns = {name for clause in group for name in clause.whole.typed.columns}
            joined = [c for c in left if c.whole.typed.columns & columns]
            left = [c for c in left if c not in joined]
            group += joined
            grows = bool(joined)
        yield group


def _pieces(
    pack: Pack, typed: Sequence[Typed], asof: dt.date
) -> dict[str, tuple[object, ...]] | None:
    """Give the values to try of each column; None where a clause computes with one."""
    found: dict[str, Cuts] = {}
    for clause in typed:
        for column in clause.columns:
            here = cuts(clause, column, asof=asof)
            if here is None:
                return None
            found[column] = found[column] | here if column in found else here
    return {
        column: tuple(_possible(pack, column, representatives(cut).to_pylist()))
        for column, cut in found.items()
    }


def _possible(pack: Pack, column: str, values: Sequence[object]) -> Iterator[object]:
    """Yield the values that a column can have: a score no more than its scheme can give."""
    ends = _ends(pack, column)
    for value in values:
        if isinstance(value, float) and ends is not None:
            least, most = ends
            yield min(max(value, float(least)), float(most))
        else:
            yield value


def _ends(pack: Pack, column: str) -> tuple[Decimal, Decimal] | None:
    for name, rating in pack.ratings.items():
        if column in rating_columns(name)[:3]:
            return scores(rating)
    return None


class _Search:
    """Tries values column by column; a clause prunes as soon as it can be asked."""

    def __init__(
        self, typed: Sequence[Typed], pieces: Mapping[str, tuple[object, ...]], asof: dt.date
    ) -> None:
        self.asof = asof
        # Columns that many clauses read come first, so that clauses prune early.
        uses = {name: sum(name in t.columns for t in typed) for name in pieces}
        self.columns = sorted(pieces, key=lambda name: (-uses[name], name))
        self.pieces = pieces
        self.asked: list[list[Typed]] = [[] for _ in range(len(self.columns) + 1)]
        for clause in typed:
            last = max((self.columns.index(n) for n in clause.columns), default=-1)
            self.asked[last + 1].append(clause)
        self.tries = 0

    def finds(self, depth: int = 0, row: dict[str, object] | None = None) -> bool:
        """Say whether some values make every clause true."""
        row = row if row is not None else {}
        if not all(self._holds(clause, row) for clause in self.asked[depth]):
            return False
        if depth == len(self.columns):
            return True
        name = self.columns[depth]
        return any(self.finds(depth + 1, {**row, name: v}) for v in self.pieces[name])

    def _holds(self, clause: Typed, row: Mapping[str, object]) -> bool:
        self.tries += 1
        if self.tries > TRIES_MOST:
            raise _TooManyError
        return truth_of(evaluate_row(clause, row, asof=self.asof)) is True
