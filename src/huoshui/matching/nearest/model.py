"""A small integer programme: binaries, rows, and the least of several costs one after another.

Solved by HiGHS on one thread with a fixed seed, so that one question always has one answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

TIE_NODES = 50
"""So many nodes are looked at to choose among ways of equal effort and equally many changes."""


@dataclass(frozen=True)
class Linear:
    """A sum of variables with whole coefficients, and the least and most it can come to."""

    terms: Mapping[int, int]
    constant: int
    least: int
    most: int

    def __add__(self, other: Linear) -> Linear:
        """Add two sums."""
        terms = dict(self.terms)
        for variable, factor in other.terms.items():
            terms[variable] = terms.get(variable, 0) + factor
        constant = self.constant + other.constant
        return Linear(terms, constant, self.least + other.least, self.most + other.most)

    def times(self, factor: int) -> Linear:
        """Multiply by a whole number."""
        ends = sorted((self.least * factor, self.most * factor))
        terms = {v: f * factor for v, f in self.terms.items()}
        return Linear(terms, self.constant * factor, ends[0], ends[1])

    def within(self, least: int, most: int) -> Linear:
        """Give the same sum with what else is known of its ends."""
        return Linear(self.terms, self.constant, max(self.least, least), min(self.most, most))


def whole(number: int) -> Linear:
    """Give a constant as a sum."""
    return Linear({}, number, number, number)


ZERO, ONE = whole(0), whole(1)


@dataclass
class Model:
    """Variables and rows as they are gathered."""

    upper: list[int] = field(default_factory=list)
    lower: list[int] = field(default_factory=list)
    integral: list[bool] = field(default_factory=list)
    rows: list[tuple[Mapping[int, int], float, float]] = field(default_factory=list)

    def variable(self, least: int = 0, most: int = 1, *, integral: bool = True) -> Linear:
        """Make a variable; alone it is a sum too."""
        self.lower.append(least)
        self.upper.append(most)
        self.integral.append(integral)
        return Linear({len(self.lower) - 1: 1}, 0, least, most)

    def at_least(self, sum_: Linear, floor: int) -> None:
        """Ask that a sum comes to a number or more."""
        if sum_.least < floor:
            self.rows.append((sum_.terms, floor - sum_.constant, np.inf))

    def at_most(self, sum_: Linear, ceiling: int) -> None:
        """Ask that a sum comes to a number or less."""
        if sum_.most > ceiling:
            self.rows.append((sum_.terms, -np.inf, ceiling - sum_.constant))

    def exactly(self, sum_: Linear, number: int) -> None:
        """Ask that a sum comes to a number."""
        side = number - sum_.constant
        self.rows.append((sum_.terms, side, side))

    # Literals: sums of 0 or 1 that may be 1 only where something is so.

    def all_of(self, literals: Iterable[Linear]) -> Linear:
        """Give a literal that may be 1 only if all are."""
        given = [x for x in literals if x.least < 1]
        if any(x.most <= 0 for x in given):
            return ZERO
        if len(given) < 2:
            return given[0] if given else ONE
        made = self.variable(integral=False)
        for each in given:
            self.at_most(made + each.times(-1), 0)
        return made

    def any_of(self, literals: Iterable[Linear]) -> Linear:
        """Give a literal that may be 1 only if one is."""
        given = [x for x in literals if x.most > 0]
        if any(x.least >= 1 for x in given):
            return ONE
        if len(given) < 2:
            return given[0] if given else ZERO
        made = self.variable(integral=False)
        total = made
        for each in given:
            total = total + each.times(-1)
        self.at_most(total, 0)
        return made

    def reaches(self, sum_: Linear, floor: int) -> Linear:
        """Give a literal that may be 1 only if a sum comes to a number or more."""
        if sum_.least >= floor:
            return ONE
        if sum_.most < floor:
            return ZERO
        made = self.variable()
        # sum >= floor where made is 1; without it, sum >= its least, which says nothing.
        self.at_least(sum_ + made.times(sum_.least - floor), sum_.least)
        return made

    def stays_within(self, sum_: Linear, ceiling: int) -> Linear:
        """Give a literal that may be 1 only if a sum comes to a number or less."""
        return self.reaches(sum_.times(-1), -ceiling)

    def greatest(self, sums: Sequence[Linear]) -> Linear:
        """Give a variable that is the greatest of several sums, exactly."""
        floor = max(s.least for s in sums)
        open_ = [s for s in sums if s.most > floor]
        if not open_:
            return whole(floor)
        if len(open_) == 1 and open_[0].least >= floor:
            return open_[0]
        made = self.variable(floor, max(s.most for s in open_), integral=False)
        picks = []
        for each in (*open_, whole(floor)):
            pick = self.variable()
            picks.append(pick)
            self.at_least(made + each.times(-1), 0)
            slack = made.most - each.least  # made <= each where it is picked
            self.at_most(made + each.times(-1) + pick.times(slack), slack)
        total = ZERO
        for pick in picks:
            total = total + pick
        self.exactly(total, 1)
        return made

    def least_of(self, sum_: Linear, ceiling: int) -> Linear:
        """Give a sum cut off at a ceiling, exactly."""
        if sum_.most <= ceiling:
            return sum_
        return self.greatest([sum_.times(-1), whole(-ceiling)]).times(-1)

    def floored(self, sum_: Linear, floor: int) -> Linear:
        """Give a sum that is at least a floor, exactly."""
        return sum_ if sum_.least >= floor else self.greatest([sum_, whole(floor)])

    def where(self, switch: Linear, sum_: Linear) -> Linear:
        """Give a sum that counts only where a switch is 1, exactly."""
        if switch == ONE or (sum_.least == sum_.most == 0):
            return sum_
        if switch.most <= 0:
            return ZERO
        low, high = min(0, sum_.least), max(0, sum_.most)
        made = self.variable(low, high, integral=False)
        self.at_most(made + switch.times(-high), 0)
        self.at_least(made + switch.times(-low), 0)
        off = (whole(1) + switch.times(-1)).within(0, 1)
        self.at_most(made + sum_.times(-1) + off.times(-(high - sum_.least)), 0)
        self.at_least(made + sum_.times(-1) + off.times(sum_.most - low), 0)
        return made

    def solve(self, costs: Sequence[Mapping[int, int]]) -> list[float] | None:
        """Give the values that make the first cost least, then the second, and so on.

        The last only chooses among equals: where that takes too many nodes, what the solver came
        to before stands, which is the same each time too.
        """
        found: list[float] | None = None
        extra: list[tuple[Mapping[int, int], float, float]] = []
        for nth, cost in enumerate(costs):
            among_equals = 0 < nth == len(costs) - 1
            better = self._solved(cost, extra, nodes=TIE_NODES if among_equals else None)
            if better is None:
                return found if among_equals else None
            found = better
            reached = round(sum(found[v] * c for v, c in cost.items()))
            extra.append((cost, -np.inf, reached + 0.5))
        return found

    def _solved(
        self,
        cost: Mapping[int, int],
        extra: Sequence[tuple[Mapping[int, int], float, float]],
        *,
        nodes: int | None = None,
    ) -> list[float] | None:
        if not self.lower:
            return [] if all(low <= 0 <= high for _, low, high in self.rows) else None
        solver = highspy.Highs()
        for option, value in _OPTIONS.items():
            solver.setOptionValue(option, value)
        if nodes is not None:
            solver.setOptionValue("mip_max_nodes", nodes)
        solver.passModel(self._programme(cost, [*self.rows, *extra]))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return list(solver.getSolution().col_value)

    def _programme(
        self,
        cost: Mapping[int, int],
        rows: Sequence[tuple[Mapping[int, int], float, float]],
    ) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.lower), len(rows)
        lp.col_cost_ = np.array([cost.get(i, 0) for i in range(len(self.lower))], np.float64)
        lp.col_lower_ = np.array(self.lower, np.float64)
        lp.col_upper_ = np.array(self.upper, np.float64)
        lp.row_lower_ = np.array([low for _, low, _ in rows], np.float64)
        lp.row_upper_ = np.array([high for _, _, high in rows], np.float64)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[is_integral] for is_integral in self.integral]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lengths = [len(terms) for terms, _, _ in rows]
        lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        lp.a_matrix_.index_ = np.array([v for t, _, _ in rows for v in t], np.int32)
        lp.a_matrix_.value_ = np.array([f for t, _, _ in rows for f in t.values()], np.float64)
        return lp


_OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "parallel": "off",
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.5,  # every cost is whole
}
