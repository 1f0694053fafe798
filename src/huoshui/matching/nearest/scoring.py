"""A rating inside the programme: points by tier, caps, the best of a group, bonus, and grades.

The least and the most the score can be are sums over the steps taken, in whole units of the
smallest difference between points; missing evidence that stays missing keeps them apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from huoshui.matching.nearest.encode import Claim, Encoder, Values
from huoshui.matching.nearest.ground import code_of
from huoshui.matching.nearest.model import ONE, ZERO, Linear, whole
from huoshui.policy.expression import Typed, cuts, evaluate_row, representatives
from huoshui.policy.schema import Bonus, Group
from huoshui.ratings import MICRO, NO_GRADE, Scheme, columns
from huoshui.ratings.ops.clauses import Condition
from huoshui.ratings.schema import micro
from huoshui.ratings.scheme import CriterionScheme

Ends = tuple[Linear, Linear]
"""The least and the most."""

NONE: Ends = (ZERO, ZERO)


def claim_of_rating(encoder: Encoder, typed: Typed, claim: Claim) -> Linear:
    """Give a literal for a comparison of a rating's score, interval, grade or line."""
    ground = encoder.ground
    rated = [c for c in typed.columns if c in ground.rules.rating_of]
    others = [c for c in typed.columns if c not in rated]
    if len(rated) != 1 or others:
        # Two scores in one comparison: known only as long as nothing behind them moves.
        ground.exact = False
        if not claim.holds(ground.answer(typed, {})):
            return ZERO
        bases = [b for b in ground.bases_of(typed) if b in encoder.stays]
        return encoder.stays_put(bases)
    (column,) = rated
    score = score_of(encoder, ground.rules.rating_of[column])
    return score.claim(column, typed, claim)


def score_of(encoder: Encoder, rating: str) -> Score:
    """Give a rating's score in the programme, made once."""
    found = encoder.scores.get(rating)
    if not isinstance(found, Score):
        found = encoder.scores[rating] = Score(encoder, encoder.ground.rules.scheme(rating))
    return found


class Score:
    """One rating of the row, over the steps that may be taken."""

    def __init__(self, encoder: Encoder, scheme: Scheme) -> None:
        self.encoder = encoder
        self.ground = encoder.ground
        self.model = encoder.model
        self.scheme = scheme
        self.unit = math.gcd(*self._amounts())
        self.unbounded: list[Linear] = []
        self.bounded: list[Linear] = []
        self.low, self.high = self._summed()
        self.names = columns(scheme.rating.id)

    def _amounts(self) -> Iterator[int]:
        rating = self.scheme.rating
        for criterion in self.scheme.criteria:
            yield from (int(p) for p in criterion.points.low)
            yield from (int(p) for p in criterion.points.high)
        given = [rating.base, rating.least, rating.most, rating.bonus_cap]
        given += [group.cap for group in rating.groups]
        given += [bonus.points for bonus in rating.bonus]
        yield from (micro(points) for points in given if points is not None)
        yield MICRO

    def _scaled(self, points: object) -> int:
        return micro(points) // self.unit  # type: ignore[arg-type]

    # The sum.

    def _summed(self) -> Ends:
        rating = self.scheme.rating
        base = whole(self._scaled(rating.base))
        groups = [self._group(group) for group in rating.groups]
        made = (base, base)
        for (low, high), wanted in zip(groups, self.scheme.whens, strict=True):
            counts = ONE if wanted is None else self._exactly(wanted, True)
            made = _added(made, self._where(counts, (low, high)))
        for choice in self.scheme.choices:
            wanted = self.scheme.whens[choice.asked]
            assert wanted is not None, "a choice is between groups with a condition"
            open_ = self._exactly(wanted, None)
            if open_.most <= 0:
                continue
            lows, highs = zip(*(self._option(groups, o) for o in choice.options), strict=True)
            least = self.model.greatest([low.times(-1) for low in lows]).times(-1)
            made = _added(made, self._where(open_, (least, self.model.greatest(highs))))
        made = _added(made, self._bonus())
        if rating.least is not None:
            floor = self._scaled(rating.least)
            made = self._both(made, lambda end: self.model.floored(end, floor))
        if rating.most is not None:
            ceiling = self._scaled(rating.most)
            made = self._both(made, lambda end: self.model.least_of(end, ceiling))
        return made

    def _where(self, switch: Linear, ends: Ends) -> Ends:
        return self._both(ends, lambda end: self.model.where(switch, end))

    def _both(self, ends: Ends, made: Callable[[Linear], Linear]) -> Ends:
        """Do the same to both ends; once where they are one and the same."""
        low = made(ends[0])
        return (low, low) if ends[1] is ends[0] else (low, made(ends[1]))

    def _option(self, groups: list[Ends], option: Iterable[int]) -> Ends:
        made = NONE
        for nth in option:
            made = _added(made, groups[nth])
        return made

    def _group(self, group: Group) -> Ends:
        nth = self.scheme.rating.groups.index(group)
        counts = self.scheme.whens[nth]
        parts = [self._criterion(c, counts) for c in self.scheme.criteria_of(group)]
        if group.take == "best":
            lows = [low for low, _ in parts]
            low = self.model.greatest(lows)
            is_one = all(high is low_ for low_, high in parts)
            made = (low, low if is_one else self.model.greatest([high for _, high in parts]))
        else:
            made = NONE
            for part in parts:
                made = _added(made, part)
        if group.cap is None:
            return made
        ceiling = self._scaled(group.cap)
        return self._both(made, lambda end: self.model.least_of(end, ceiling))

    def _criterion(self, criterion: CriterionScheme, counts: Condition | None) -> Ends:
        column, points = criterion.criterion.indicator, criterion.points
        bases = sorted(self.ground.bases(column))

        def code(values: Values) -> int:
            return code_of(criterion, self.ground.moved(values, {column})[column])

        codes = {tuple(v.items()): code(v) for v in self._values(bases)}

        def given(table: object, values: Values) -> int:
            return int(table[codes[tuple(values.items())]])  # type: ignore[index]

        low = self.encoder.total(bases, lambda v: given(points.low, v) // self.unit)
        high = self.encoder.total(bases, lambda v: given(points.high, v) // self.unit)
        is_same = all(points.low[c] == points.high[c] for c in codes.values())
        if points.unbounded is not None:
            open_ = self.encoder.total(bases, lambda v: given(points.unbounded, v))
            shut = self.encoder.total(bases, lambda v: 1 - given(points.unbounded, v))
            if counts is not None:
                off = self._exactly(counts, False)
                shut = self.model.any_of([shut, off])
                on = (whole(1) + off.times(-1)).within(0, 1)
                open_ = self.model.all_of([open_, on])
            self.unbounded.append(open_)
            self.bounded.append(shut)
        return (low, low) if is_same else (low, high)

    def _values(self, bases: list[str]) -> list[Values]:
        return [self.ground.values(c) for c, _ in self.encoder.table(bases)]

    def _exactly(self, wanted: Condition, verdict: bool | None) -> Linear:
        """Give a sum that is 1 just where a condition comes to a verdict."""
        typed = self.ground.baked(wanted.typed)
        bases = self.ground.bases_of(typed)
        return self.encoder.where(bases, lambda v: self.ground.answer(typed, v) is verdict)

    def _bonus(self) -> Ends:
        made = NONE
        for bonus, wanted in self.scheme.bonus:
            made = _added(made, self._earned(bonus, wanted))
        cap = self.scheme.rating.bonus_cap
        if cap is None:
            return made
        ceiling = self._scaled(cap)
        return self._both(made, lambda end: self.model.least_of(end, ceiling))

    def _earned(self, bonus: Bonus, wanted: Condition) -> Ends:
        yes, no = self._exactly(wanted, True), self._exactly(wanted, False)
        if bonus.points is None:
            self.bounded.append(no)
            self.unbounded.append((whole(1) + no.times(-1)).within(0, 1))
            return NONE
        points = self._scaled(bonus.points)
        sure = yes.times(points)
        may = self._exactly(wanted, None)
        if may.most <= 0:
            return sure, sure
        perhaps = sure + may.times(points)
        return (sure, perhaps) if points > 0 else (perhaps, sure)

    # Claims.

    def claim(self, column: str, typed: Typed, claim: Claim) -> Linear:
        """Give a literal for a condition on one of the rating's columns."""
        if column == self.names.grade:
            return self._graded(lambda grade: self._asked(typed, column, grade, claim))
        if column == self.names.line:
            return self._lined(lambda line: self._asked(typed, column, line, claim))
        ways = [self._range(column, low, high) for low, high in self._ranges(column, typed, claim)]
        if claim.holds(evaluate_row(typed, {column: None}, asof=self.ground.asof).value):
            ways.append(self._open(column))
        return self.model.any_of(ways)

    def _asked(self, typed: Typed, column: str, value: object, claim: Claim) -> bool:
        return claim.holds(evaluate_row(typed, {column: value}, asof=self.ground.asof).value)

    def _ranges(
        self, column: str, typed: Typed, claim: Claim
    ) -> Iterator[tuple[int | None, int | None]]:
        """Give the runs of scores, in units, of which the claim holds."""
        cut = cuts(typed, column, asof=self.ground.asof)
        if cut is None:
            self.ground.exact = False
            return
        values = representatives(cut).to_pylist()[:-1]
        holds = [self._asked(typed, column, value, claim) for value in values]
        start: int | None = None
        for code, is_so in enumerate([*holds, False]):
            if is_so and start is None:
                start = code
            elif not is_so and start is not None:
                yield self._first(cut.points, start), self._last(cut.points, code - 1)
                start = None

    def _first(self, points: tuple[float, ...], code: int) -> int | None:
        """Give the first score of a piece: a threshold itself, or just above the one before."""
        if code == 0:
            return None
        at, is_on = points[(code - 1) // 2], bool(code % 2)
        unit = math.floor(Fraction(at) * MICRO / self.unit) - 1
        while unit * self.unit / MICRO < at or (not is_on and unit * self.unit / MICRO <= at):
            unit += 1
        return unit

    def _last(self, points: tuple[float, ...], code: int) -> int | None:
        if code == 2 * len(points):
            return None
        at, is_on = points[code // 2], bool(code % 2)
        unit = math.ceil(Fraction(at) * MICRO / self.unit) + 1
        while unit * self.unit / MICRO > at or (not is_on and unit * self.unit / MICRO >= at):
            unit -= 1
        return unit

    def _range(self, column: str, least: int | None, most: int | None) -> Linear:
        """Claim that a score is known and lies between two ends."""
        parts = [self.applies(Claim.TRUE), *self.bounded]
        if column == self.names.score:
            parts.append(self._known())
        bottom = self.high if column == self.names.high else self.low
        top = self.low if column == self.names.low else self.high
        if least is not None:
            parts.append(self.model.reaches(bottom, least))
        if most is not None:
            parts.append(self.model.stays_within(top, most))
        return self.model.all_of(parts)

    def _known(self) -> Linear:
        if self.high is self.low:
            return ONE
        return self.model.stays_within(self.high + self.low.times(-1), 0)

    def _open(self, column: str) -> Linear:
        """Claim that a column of the rating is unknown."""
        ways = [self.applies(Claim.NOT_TRUE), *self.unbounded]
        if column == self.names.score and self.high is not self.low:
            ways.append(self.model.reaches(self.high + self.low.times(-1), 1))
        return self.model.any_of(ways)

    def applies(self, claim: Claim) -> Linear:
        """Claim something of whether the rating is for the subject."""
        if self.scheme.applies is None:
            return ONE if claim.holds(True) else ZERO
        return self.encoder.literal(self.ground.baked(self.scheme.applies.typed), claim)

    def passes(self) -> list[Linear]:
        """Claim that each hard condition holds."""
        return [self._hard(wanted, Claim.TRUE) for _, wanted in self.scheme.hard]

    def _hard(self, wanted: Condition, claim: Claim) -> Linear:
        return self.encoder.literal(self.ground.baked(wanted.typed), claim)

    def _floors(self) -> list[int | None]:
        return [None if b.floor is None else -(-b.floor // self.unit) for b in self.scheme.bands]

    def at_band(self, nth: int, *, both: bool = True) -> Linear:
        """Claim that the grade is a band's; without `both`, only that the low end lies in it."""
        floors = self._floors()
        parts = [self.applies(Claim.TRUE), *self.bounded, *self.passes()]
        floor = floors[nth]
        if floor is not None:
            parts.append(self.model.reaches(self.low, floor))
        if nth:
            above = floors[nth - 1]
            assert above is not None, "only the lowest band has no floor"
            parts.append(self.model.stays_within(self.high if both else self.low, above - 1))
        return self.model.all_of(parts)

    def gradeless(self) -> Linear:
        """Claim that the grade is known to be none."""
        applies = self.applies(Claim.TRUE)
        fails = self.model.any_of(self._hard(w, Claim.FALSE) for _, w in self.scheme.hard)
        floors = self._floors()
        below = ZERO
        if floors and floors[-1] is not None:
            parts = [*self.bounded, self.model.stays_within(self.high, floors[-1] - 1)]
            below = self.model.all_of(parts)
        return self.model.all_of([applies, self.model.any_of([fails, below])])

    def _graded(self, is_wanted: Callable[[object], bool]) -> Linear:
        bands = self.scheme.bands
        if is_wanted(None):
            self.ground.exact = False  # that a grade is open is not claimed
        ways = [self.at_band(i) for i, b in enumerate(bands) if is_wanted(b.band.grade)]
        if bands and is_wanted(NO_GRADE):
            ways.append(self.gradeless())
        return self.model.any_of(ways)

    def _lined(self, is_wanted: Callable[[object], bool]) -> Linear:
        bands = self.scheme.bands
        if is_wanted(None):
            self.ground.exact = False
        ways = [self.at_band(i, both=False) for i, b in enumerate(bands) if is_wanted(b.line_fen)]
        if any(b.line_fen is not None for b in bands) and is_wanted(0):
            ways.append(self.gradeless())
        return self.model.any_of(ways)


def _added(one: Ends, other: Ends) -> Ends:
    low = one[0] + other[0]
    is_one = one[1] is one[0] and other[1] is other[0]
    return (low, low) if is_one else (low, one[1] + other[1])
