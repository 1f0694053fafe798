"""What can move and what stands still: the columns in play for a question, and their values.

Columns that a subject cannot move are replaced by what they hold, so that what remains of a rule
speaks only of what can be done.  A computed indicator moves with what it is computed from.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from huoshui.indicators.schema import is_whole
from huoshui.matching.moved import Rules, is_unknown
from huoshui.matching.nearest.cells import candidates, flips
from huoshui.matching.nearest.schema import Step
from huoshui.policy.expression import Type, Typed, cuts, evaluate_row
from huoshui.policy.expression.typed import Apply, Constant, Read, Today
from huoshui.ratings import Scheme
from huoshui.ratings.ops.cases import case_of
from huoshui.ratings.ops.tiers import tier_of
from huoshui.ratings.scheme import CriterionScheme

COMBINATIONS_MOST = 400
"""So many combinations of columns that one condition computes with are looked at; beyond, one
column at a time."""

_LOGIC = ("and", "or", "not", "case", "is null")

Combination = Mapping[str, int]
"""Column -> which of its steps; a column that stays as it is does not appear."""


def is_logic(typed: Typed) -> bool:
    """Say whether a condition only joins conditions."""
    if not isinstance(typed, Apply) or typed.operation.name not in _LOGIC:
        return False
    name = typed.operation.name
    if name == "case":
        return typed.type == Type.FLAG
    return name != "is null" or typed.args[0].type == Type.FLAG


class Ground:
    """One row, the columns that can move in it, and the values worth moving them to."""

    def __init__(
        self, rules: Rules, row: Mapping[str, object], *, show: bool = True, asof: dt.date
    ) -> None:
        self.rules = rules
        self.pack = rules.pack
        self.row = rules.whole_row(row)
        self.show = show  # whether what is unknown may be shown
        self.asof = asof
        self.exact = True
        self.points: dict[str, set[Any]] = {}
        self.steps: dict[str, list[Step]] = {}
        self._bases: dict[str, frozenset[str]] = {}
        self._gathered: set[str] = set()

    def bases(self, column: str) -> frozenset[str]:
        """Name the columns whose change by the subject moves this one, itself included."""
        if column not in self._bases:
            self._bases[column] = frozenset()
            found = {column} if self._moves(column) else set()
            for name in self.rules.inputs.get(column, ()):
                found |= self.bases(name)
            self._bases[column] = frozenset(found)
        return self._bases[column]

    def _moves(self, column: str) -> bool:
        indicator = self.pack.indicators.get(column)
        if indicator is None or indicator.change is None:
            return False
        return self.show or not is_unknown(self.row[column])

    def bases_of(self, typed: Typed) -> list[str]:
        """Name the columns whose change moves what a part comes to, in a fixed order."""
        return sorted(set().union(*(self.bases(c) for c in typed.columns), ()))

    def baked(self, typed: Typed) -> Typed:
        """Replace what cannot move by what it holds."""
        if isinstance(typed, Constant):
            return typed
        if isinstance(typed, Read | Today):
            if isinstance(typed, Read) and self.bases(typed.column):
                return typed
            return self._constant(typed)
        assert isinstance(typed, Apply), "there are four kinds of parts"
        made = replace(typed, args=tuple(self.baked(arg) for arg in typed.args))
        if all(isinstance(arg, Constant) for arg in made.args):
            return self._constant(made)
        return made

    def _constant(self, typed: Typed) -> Constant:
        value = evaluate_row(typed, self.row, asof=self.asof).value
        assert value is None or isinstance(value, float | bool | str | dt.date), "a scalar"
        return Constant(type=typed.type, unit=typed.unit, text=typed.text, value=value)

    # Thresholds.

    def gather(self, typed: Typed) -> None:
        """Note at which values of which columns a condition changes its answer.

        What is named in a branch that cannot be taken counts too, so that the steps between two
        values depend on the rule alone.
        """
        if is_logic(typed):
            for part in typed.parts:
                self.gather(part)
            return
        typed = self.baked(typed)
        ratings = {self.rules.rating_of[c] for c in typed.columns if c in self.rules.rating_of}
        for rating in sorted(ratings):
            self.gather_rating(self.rules.scheme(rating))
        if ratings:
            return
        for base in self.bases_of(typed):
            through = [c for c in typed.columns if base in self.bases(c)]
            cut = cuts(typed, base, asof=self.asof) if through == [base] else None
            if cut is not None:
                self._note(base, cut.points)
            else:
                self._note(base, self._flips(base, typed))

    def gather_rating(self, scheme: Scheme) -> None:
        """Note at which values the points of a rating change."""
        if scheme.rating.id in self._gathered:
            return
        self._gathered.add(scheme.rating.id)
        for criterion in scheme.criteria:
            self._gather_criterion(criterion)
        for wanted in scheme.conditions():
            self.gather(wanted.typed)

    def _gather_criterion(self, scheme: CriterionScheme) -> None:
        column = scheme.criterion.indicator
        for base in sorted(self.bases(column)):
            if base != column:
                whole = self.is_whole(base)

                def code(value: object, base: str = base) -> object:
                    return code_of(scheme, self.moved({base: value}, {column})[column])

                self._note(base, flips(code, self.row[base], whole=whole, toward=self._way(base)))
            elif scheme.words:
                self._note(base, scheme.words)
            else:
                numbers = (start for start, _ in scheme.starts)
                self._note(base, (n if self.is_whole(base) else float(n) for n in numbers))

    def _note(self, base: str, points: Any) -> None:
        self.points.setdefault(base, set()).update(points)

    def _flips(self, base: str, typed: Typed) -> list[int | float]:
        if self.pack.indicators[base].type != "number":
            return []

        def answer(value: object) -> object:
            return self.answer(typed, {base: value})

        whole = self.is_whole(base)
        return flips(answer, self.row[base], whole=whole, toward=self._way(base))

    def _way(self, column: str) -> Literal["higher", "lower", "any"]:
        change = self.pack.indicators[column].change
        assert change is not None, "only what can move is in play"
        return change.toward

    def is_whole(self, column: str) -> bool:
        """Say whether a column holds whole numbers."""
        return is_whole(self.pack, self.pack.indicators[column])

    def choose(self) -> None:
        """Settle which values each column in play may be moved to."""
        for base in sorted(self.points):
            indicator = self.pack.indicators[base]
            self.steps[base] = candidates(
                self.pack,
                indicator,
                self.row[base],
                self.points[base],
                whole=self.is_whole(base),
            )

    # Answers.

    def moved(self, changes: Mapping[str, object], wanted: set[str]) -> Mapping[str, object]:
        """Give the row after changes, right in the columns wanted."""
        return self.rules.moved(self.row, changes, asof=self.asof, only=frozenset(wanted))

    def answer(self, typed: Typed, changes: Mapping[str, object]) -> object:
        """Evaluate a part after changes."""
        row = self.moved(changes, set(typed.columns))
        return self.rules.evaluator.value(typed, row, self.asof)

    def values(self, combination: Combination) -> dict[str, object]:
        """Give the values that a combination sets."""
        return {c: self.steps[c][i].value for c, i in combination.items()}

    def combinations(self, bases: Sequence[str]) -> Iterator[Combination]:
        """Give every combination of steps, or one column at a time where there are too many."""
        size = 1
        for base in bases:
            size *= 1 + len(self.steps[base])
        if size > COMBINATIONS_MOST:
            self.exact = False
            yield {}
            for base in bases:
                yield from ({base: i} for i in range(len(self.steps[base])))
            return
        ways = [(None, *range(len(self.steps[base]))) for base in bases]
        for picked in itertools.product(*ways):
            pairs = zip(bases, picked, strict=True)
            yield {base: i for base, i in pairs if i is not None}


def code_of(scheme: CriterionScheme, value: Any) -> int:
    """Give the tier or case of a value."""
    if is_unknown(value):
        return scheme.missing_code
    if scheme.words:
        return case_of(value, scheme.words, missing=scheme.missing_code)
    return tier_of(value, scheme.starts)
