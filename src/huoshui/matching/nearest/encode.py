"""A rule as an integer programme: which steps are taken, and that the rule then comes to yes.

Each column takes one of its steps or stays.  A condition on one column is a sum over its steps; one
that computes with several is a table of their combinations; and, or, not and case join literals.
A literal may be 1 only where its claim holds, so whatever the programme finds is provable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum

from huoshui.matching.nearest.ground import Combination, Ground, is_logic
from huoshui.matching.nearest.model import ONE, ZERO, Linear, Model
from huoshui.policy.expression import Typed
from huoshui.policy.expression.typed import Apply, Constant

Values = dict[str, object]
"""Column -> the value that it is moved to."""


class Claim(Enum):
    """What may be claimed of a three-valued condition."""

    TRUE = "true"
    FALSE = "false"
    NOT_TRUE = "not true"
    NOT_FALSE = "not false"

    def holds(self, value: object) -> bool:
        """Say whether the claim holds of an answer; None is unknown."""
        if self is Claim.TRUE:
            return value is True
        if self is Claim.FALSE:
            return value is False
        return value is not (self is Claim.NOT_TRUE)


_NEGATED = {
    Claim.TRUE: Claim.FALSE,
    Claim.FALSE: Claim.TRUE,
    Claim.NOT_TRUE: Claim.NOT_FALSE,
    Claim.NOT_FALSE: Claim.NOT_TRUE,
}


Rated = Callable[["Encoder", Typed, Claim], Linear]
"""Encodes a condition on a rating's columns."""


class Encoder:
    """Builds the programme for one row."""

    def __init__(self, ground: Ground, rated: Rated) -> None:
        self.ground = ground
        self.rated = rated
        self.model = Model()
        self.taken: dict[tuple[str, int], Linear] = {}
        self.stays: dict[str, Linear] = {}
        self._literals: dict[tuple[Typed, Claim], Linear] = {}
        self._tables: dict[tuple[str, ...], list[tuple[Combination, Linear]]] = {}
        self.scores: dict[str, object] = {}  # by rating, for whoever encodes ratings
        for column, steps in ground.steps.items():
            total = self.stays[column] = self.model.variable()
            for i in range(len(steps)):
                self.taken[column, i] = self.model.variable()
                total = total + self.taken[column, i]
            self.model.exactly(total, 1)

    def literal(self, typed: Typed, claim: Claim) -> Linear:
        """Give a literal that may be 1 only where the claim holds of a condition."""
        key = (typed, claim)
        if key not in self._literals:
            self._literals[key] = self._literal(typed, claim)
        return self._literals[key]

    def _literal(self, typed: Typed, claim: Claim) -> Linear:
        if isinstance(typed, Constant):
            return ONE if claim.holds(typed.value) else ZERO
        if is_logic(typed):
            assert isinstance(typed, Apply), "what joins is an operation"
            return self._joined(typed, claim)
        if any(c in self.ground.rules.rating_of for c in typed.columns):
            return self.rated(self, typed, claim)
        return self.where(
            self.ground.bases_of(typed),
            lambda values: claim.holds(self.ground.answer(typed, values)),
        )

    def _joined(self, typed: Apply, claim: Claim) -> Linear:
        name, args = typed.operation.name, typed.args
        if name == "not":
            return self.literal(args[0], _NEGATED[claim])
        if name == "is null":
            if claim in (Claim.TRUE, Claim.NOT_FALSE):
                sides = (Claim.NOT_TRUE, Claim.NOT_FALSE)
                return self.model.all_of(self.literal(args[0], c) for c in sides)
            return self.model.any_of(self.literal(args[0], c) for c in (Claim.TRUE, Claim.FALSE))
        if name == "case":
            return self._case(args, claim)
        parts = [self.literal(arg, claim) for arg in args]
        is_all = (name == "and") == (claim in (Claim.TRUE, Claim.NOT_FALSE))
        return self.model.all_of(parts) if is_all else self.model.any_of(parts)

    def _case(self, args: Sequence[Typed], claim: Claim) -> Linear:
        """Take the first branch whose condition is true; those before it are not true."""
        ways, passed = [], []
        for condition, value in zip(args[:-1:2], args[1:-1:2], strict=True):
            here = [self.literal(condition, Claim.TRUE), self.literal(value, claim)]
            ways.append(self.model.all_of([*passed, *here]))
            passed.append(self.literal(condition, Claim.NOT_TRUE))
        ways.append(self.model.all_of([*passed, self.literal(args[-1], claim)]))
        return self.model.any_of(ways)

    def where(self, bases: Sequence[str], holds: Callable[[Values], bool]) -> Linear:
        """Give a literal for the combinations of some columns of which something holds."""
        return self.total(bases, lambda values: int(holds(values)))

    def total(self, bases: Sequence[str], amount: Callable[[Values], int]) -> Linear:
        """Give the sum that is worth `amount` of whichever combination is taken."""
        made, amounts = ZERO, []
        for combination, taken in self.table(bases):
            amounts.append(amount(self.ground.values(combination)))
            if amounts[-1]:
                made = made + taken.times(amounts[-1])
        return Linear(made.terms, made.constant, min(amounts), max(amounts))

    def table(self, bases: Sequence[str]) -> list[tuple[Combination, Linear]]:
        """Give a variable for each combination, of which exactly one is taken."""
        key = tuple(bases)
        if key not in self._tables:
            self._tables[key] = list(self._table(key))
        return self._tables[key]

    def _table(self, bases: tuple[str, ...]) -> Iterable[tuple[Combination, Linear]]:
        if not bases:
            return [({}, ONE)]
        if len(bases) == 1:
            (base,) = bases
            steps = range(len(self.ground.steps[base]))
            return [({}, self.stays[base]), *(({base: i}, self.taken[base, i]) for i in steps)]
        made, total = [], ZERO
        for combination in self.ground.combinations(bases):
            variable = self.model.variable(integral=False)
            for base in bases:
                step = combination.get(base)
                chosen = self.stays[base] if step is None else self.taken[base, step]
                self.model.at_most(variable + chosen.times(-1), 0)
            made.append((combination, variable))
            total = total + variable
        self.model.exactly(total, 1)
        return made

    def stays_put(self, columns: Iterable[str]) -> Linear:
        """Give a literal that may be 1 only where columns stay as they are."""
        return self.model.all_of(self.stays[c] for c in columns)

    def costs(self) -> tuple[Mapping[int, int], ...]:
        """Give the costs in their order: effort, then changes, then the order of names."""
        effort, changes, order = {}, {}, {}
        scale = self._effort_scale()
        names = sorted(self.ground.steps)
        for (column, i), taken in self.taken.items():
            (variable,) = taken.terms
            effort[variable] = int(self.ground.steps[column][i].effort * scale)
            changes[variable] = 1
            order[variable] = len(names) * (names.index(column) + 1) + i
        return effort, changes, order

    def _effort_scale(self) -> int:
        scale = 1
        for steps in self.ground.steps.values():
            for step in steps:
                while (step.effort * scale) % 1:
                    scale *= 10
        return scale
