"""The earliest day on which a rule says yes by time alone, nothing else happening.

A column moves by itself where its indicator says so (`by_time`): months since a day grow, a record
clears some months after its day, a title ends.  A rule's answer can change only on the days on
which one of these, or the day itself, crosses something that the rule asks for; those days alone
are asked.  The rules are those in force today.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from huoshui.matching.moved import Rules, is_unknown
from huoshui.matching.nearest.ground import is_logic
from huoshui.matching.questions import Question, ask
from huoshui.policy.expression import Typed, cuts
from huoshui.policy.expression.operations.days import ADD_MONTHS, MONTHS_BETWEEN
from huoshui.policy.expression.typed import Apply, Today
from huoshui.policy.schema import ByTime

YEARS_MOST = 10
"""So far ahead a day is looked for."""

Row = Mapping[str, object]


@dataclass(frozen=True)
class Wait:
    """A clause that time alone makes true, and the columns whose passing does it."""

    clause: str
    day: dt.date  # the first day on which it holds
    moves: Mapping[str, tuple[object, object]]  # column -> today's value, that day's value
    reads_day: bool  # the clause compares with the day itself


@dataclass(frozen=True)
class Earliest:
    """The first day of a yes; None where there is none within the years looked at."""

    day: dt.date | None
    until: dt.date  # how far was looked
    waits: tuple[Wait, ...]


def at_day(
    rules: Rules,
    row: Row,
    day: dt.date,
    *,
    asof: dt.date,
    only: frozenset[str] | None = None,
) -> dict[str, object]:
    """Give the row as it will be on a later day if nothing happens but time.

    `only` names the columns that are wanted right; none given: all.
    """
    names = rules.timed if only is None else rules.timed & rules.behind(only)
    changes = {}
    for name in sorted(names):
        way = rules.pack.indicators[name].by_time
        assert way is not None, "it moves by time"
        before = row.get(name)
        after = _passed(way, before, row, day, asof)
        if after != before:
            changes[name] = after
    return rules.moved(row, changes, asof=day, only=only)


def _passed(way: ByTime, before: object, row: Row, day: dt.date, asof: dt.date) -> object:
    """Give a column's value after time has passed; what is not known stays as it was."""
    start = row.get(way.day)
    if not isinstance(start, dt.date) or day == asof:
        return before
    if way.way == "months_since":
        months = MONTHS_BETWEEN.row(day, start)
        return int(months) if isinstance(months, float) else None
    turn = _turn(way, start)
    if turn is None or not asof < turn <= day:
        return before
    return way.to if isinstance(way.to, bool) or way.to is None else _number(way.to, before)


def _number(to: object, before: object) -> object:
    return float(str(to)) if isinstance(before, float) else int(str(to))


def _turn(way: ByTime, start: dt.date) -> dt.date | None:
    """Give the first day on which a column that clears or ends has its new value."""
    if way.way == "ends":
        return start + dt.timedelta(days=1) if start < dt.date.max else None
    found = ADD_MONTHS.row(start, float(way.months or 0))
    return found if isinstance(found, dt.date) else None


def earliest(rules: Rules, question: Question, row: Row, *, asof: dt.date) -> Earliest:
    """Find the first day, today included, on which a question is answered by yes."""
    until = horizon(rules, question, asof)
    whole = rules.whole_row(row)
    for day in sorted({asof, *candidate_days(rules, question, whole, asof, until)}):
        moved = at_day(rules, whole, day, asof=asof, only=_read(rules, question))
        if ask(rules, question, moved, asof=day).verdict == "yes":
            return Earliest(day, until, _waits(rules, question, whole, moved, day, asof))
    return Earliest(None, until, ())


def _read(rules: Rules, question: Question) -> frozenset[str]:
    """Name the columns that an answer rests on."""
    reads = set(question.columns)
    if question.grades:
        reads.update(rules.scheme(question.definition).reads)
    return frozenset(reads)


def horizon(rules: Rules, question: Question, asof: dt.date) -> dt.date:
    """Say how far ahead to look: ten years, or the last day the definition is in force."""
    far = ADD_MONTHS.row(asof, 12.0 * YEARS_MOST)
    assert isinstance(far, dt.date), "ten years on is a day"
    ends = rules.pack.definitions(question.kind)[question.definition].valid_until
    return far if ends is None else min(far, ends - dt.timedelta(days=1))


def _waits(
    rules: Rules, question: Question, row: Row, moved: Row, day: dt.date, asof: dt.date
) -> tuple[Wait, ...]:
    today = {t.id: t.verdict for t in ask(rules, question, row, asof=asof).clauses}
    found = []
    for clause in question.clauses:
        if today[clause.id] is True:
            continue
        one = Question(question.kind, question.definition, (clause,))
        first = _first_day(rules, one, row, day, asof)
        behind = rules.behind(frozenset(clause.whole.columns)) & rules.timed
        moves = {
            name: (row.get(name), moved.get(name))
            for name in sorted(behind)
            if row.get(name) != moved.get(name)
        }
        found.append(Wait(clause.id, first, moves, clause.whole.typed.is_dated))
    return tuple(found)


def _first_day(
    rules: Rules, question: Question, row: Row, until: dt.date, asof: dt.date
) -> dt.date:
    for day in sorted(candidate_days(rules, question, row, asof, until)):
        moved = at_day(rules, row, day, asof=asof, only=_read(rules, question))
        if ask(rules, question, moved, asof=day).verdict == "yes":
            return day
    return until


# The days on which an answer can change.


def candidate_days(
    rules: Rules, question: Question, row: Row, asof: dt.date, until: dt.date
) -> set[dt.date]:
    """Give every day after today on which a part of the question may change its answer."""
    days = _Days(rules, row, asof, until)
    for clause in question.clauses:
        days.gather(clause.whole.typed)
    if question.grades:
        days.gather_rating(question.definition)
    return {day for day in days.found if asof < day <= until}


class _Days:
    """Gathers the days on which what a rule reads crosses what it asks for."""

    def __init__(self, rules: Rules, row: Row, asof: dt.date, until: dt.date) -> None:
        self.rules = rules
        self.row = row
        self.asof = asof
        self.until = until
        self.found: set[dt.date] = set()
        self._rated: set[str] = set()
        self._moving: dict[str, bool] = {}

    def gather(self, typed: Typed) -> None:
        """Note the days of a condition."""
        if is_logic(typed):
            for part in typed.parts:
                self.gather(part)
            return
        for column in sorted(typed.columns & self.rules.rating_of.keys()):
            self.gather_rating(self.rules.rating_of[column])
        moving = [c for c in sorted(typed.columns) if self._moves(c)]
        if not typed.is_dated and len(moving) == 1 and moving[0] in self.rules.timed:
            cut = cuts(typed, moving[0], asof=self.asof)
            if cut is not None:
                self._crossings(moving[0], cut.points)
                return
        if typed.is_dated or moving:
            self.found.update(self._scanned(typed))

    def gather_rating(self, name: str) -> None:
        """Note the days on which the points of a rating may change."""
        if name in self._rated:
            return
        self._rated.add(name)
        scheme = self.rules.scheme(name)
        for criterion in scheme.criteria:
            column = criterion.criterion.indicator
            if column in self.rules.timed and not criterion.words:
                self._crossings(column, tuple(float(n) for n, _ in criterion.starts))
            elif self._moves(column):
                self.found.update(self._changes(column))
        for wanted in scheme.conditions():
            self.gather(wanted.typed)

    def _moves(self, column: str) -> bool:
        """Say whether a column's value moves as time goes by, by itself or by what it reads."""
        if column in self.rules.rating_of:
            return False  # asked through the rating's own parts
        if column not in self._moving:
            behind = self.rules.behind(frozenset({column}))
            self._moving[column] = not behind.isdisjoint(self.rules.timed | self.rules.dated)
        return self._moving[column]

    def _crossings(self, column: str, points: tuple[object, ...]) -> None:
        """Note the days on which a column that moves by time reaches or passes its points."""
        way = self.rules.pack.indicators[column].by_time
        assert way is not None, "it moves by time"
        start = self.row.get(way.day)
        if not isinstance(start, dt.date):
            return
        if way.way != "months_since":
            turn = _turn(way, start)
            self.found.update(() if turn is None else (turn,))
            return
        # A value that does not agree with its day is put right by the first day that passes.
        self.found.add(self.asof + dt.timedelta(days=1))
        for point in points:
            if isinstance(point, float | int) and not is_unknown(point):
                self.found.update(_month_days(start, point))

    def _scanned(self, typed: Typed) -> Iterator[dt.date]:
        """Ask a part that computes with what moves on every day on which that does."""
        before = self._answer(typed, self.asof)
        for day in self._ticks(typed.columns, typed):
            after = self._answer(typed, day)
            if after != before:
                yield day
            before = after

    def _answer(self, typed: Typed, day: dt.date) -> object:
        row: Row = self.row
        if any(self._moves(c) for c in typed.columns):
            row = at_day(self.rules, self.row, day, asof=self.asof, only=typed.columns)
        return self.rules.evaluator.value(typed, row, day)

    def _changes(self, column: str) -> Iterator[dt.date]:
        before, only = self.row.get(column), frozenset({column})
        for day in self._ticks(only):
            after = at_day(self.rules, self.row, day, asof=self.asof, only=only)[column]
            if after != before:
                yield day
            before = after

    def _ticks(self, columns: frozenset[str], typed: Typed | None = None) -> list[dt.date]:
        """Give the days on which what columns come down to can move, and a part with them."""
        behind = self.rules.behind(columns)
        found = {self.asof + dt.timedelta(days=1)}
        for part in (typed, *self._formulas(behind & self.rules.dated)):
            if part is not None:
                found.update(self._calendar(part))
        for name in behind & self.rules.timed:
            way = self.rules.pack.indicators[name].by_time
            start = self.row.get(way.day) if way else None
            if way is None or not isinstance(start, dt.date):
                continue
            if way.way == "months_since":
                found.update(self._months(start))
            elif (turn := _turn(way, start)) is not None:
                found.add(turn)
        return sorted(day for day in found if self.asof < day <= self.until)

    def _formulas(self, names: frozenset[str]) -> Iterator[Typed]:
        for name in names:
            if name in self.rules.pack.ratings or name in self.rules.rating_of:
                scheme = self.rules.scheme(self.rules.rating_of.get(name, name))
                yield from (wanted.typed for wanted in scheme.conditions())
            else:
                yield self.rules.formula(name)

    def _calendar(self, typed: Typed) -> Iterator[dt.date]:
        """Give the days on which a part that reckons with the day itself can change.

        The year turns on the first of January, whole months since a day known today on that day
        of the month; what is compared with the day in another way is asked every day.
        """
        if isinstance(typed, Apply):
            name, args = typed.operation.name, typed.args
            if name == "year" and isinstance(args[0], Today):
                years = range(self.asof.year + 1, self.until.year + 1)
                yield from (dt.date(year, 1, 1) for year in years)
                return
            if name == "months_between" and isinstance(args[0], Today) and not args[1].is_dated:
                start = self.rules.evaluator.value(args[1], self.row, self.asof)
                is_still = not any(self._moves(c) for c in args[1].columns)
                if is_still and isinstance(start, dt.date) and start <= self.asof:
                    yield from self._months(start)
                    return
        if isinstance(typed, Today):
            span = (self.until - self.asof).days
            yield from (self.asof + dt.timedelta(days=ahead) for ahead in range(1, span + 1))
            return
        for part in typed.parts:
            yield from self._calendar(part)

    def _months(self, start: dt.date) -> Iterator[dt.date]:
        first = (self.asof.year - start.year) * 12 + self.asof.month - start.month - 1
        for months in range(first, first + 12 * YEARS_MOST + 3):
            day = ADD_MONTHS.row(start, float(months))
            if isinstance(day, dt.date):
                yield day


def _month_days(start: dt.date, point: float) -> Iterator[dt.date]:
    """Give the first days on which the months since a day reach a number, and pass it."""
    for months in {math.ceil(point), math.floor(point) + 1}:
        day = ADD_MONTHS.row(start, float(months))
        if isinstance(day, dt.date):
            yield day
