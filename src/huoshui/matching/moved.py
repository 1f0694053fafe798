"""A profile row in which something has moved: what is computed from it is computed again.

A change of one column carries into every formula and every rating that reads it, by the ordinary
evaluators; a column that is itself changed keeps the value it was given.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from huoshui.indicators.compute import order
from huoshui.indicators.explain import parts
from huoshui.indicators.schema import is_whole
from huoshui.matching.evaluating import Evaluator
from huoshui.policy.expression import Scope, Typed, check, parse
from huoshui.policy.pack import Pack
from huoshui.policy.scope import profile_scope
from huoshui.ratings import Scheme, columns, compile_rating, trace
from huoshui.ratings.scheme import in_order

Row = Mapping[str, object]


class Rules:
    """A pack's formulas and ratings made ready on its day, each when it is first wanted.

    Make one and keep it while the pack is in force; it holds nothing of any subject.
    """

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.asof = pack.asof
        self.evaluator = Evaluator()
        self._formulas: dict[str, Typed] = {}
        self._schemes: dict[str, Scheme] = {}
        self._downstream: dict[tuple[frozenset[str], bool], tuple[str, ...]] = {}
        self._plans: dict[
            tuple[frozenset[str], bool, frozenset[str] | None],
            tuple[tuple[str, ...], frozenset[str]],
        ] = {}
        self._reach: dict[frozenset[str], frozenset[str]] = {}

    @cached_property
    def scope(self) -> Scope:
        """Name every column of the profile and every constant."""
        return profile_scope(self.pack)

    @cached_property
    def rating_of(self) -> Mapping[str, str]:
        """Tell for each column of a rating whose it is."""
        return {column: name for name in self.pack.ratings for column in columns(name)}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Name the computed indicators, then the ratings, each after what it reads."""
        schemes = {name: self.scheme(name) for name in self.pack.ratings}
        return (*order(self.pack), *(s.rating.id for s in in_order(self.pack, schemes)))

    @cached_property
    def inputs(self) -> Mapping[str, tuple[str, ...]]:
        """Name what each computed indicator and each rating's column reads."""
        made = {name: parts(self.pack, name) for name in self.pack.indicators}
        for column, rating in self.rating_of.items():
            made[column] = self.scheme(rating).reads
        return made

    def formula(self, name: str) -> Typed:
        """Give a computed indicator's formula, checked."""
        if name not in self._formulas:
            indicator = self.pack.indicators[name]
            assert indicator.formula is not None, f"{name} is measured"
            parsed = parse(indicator.formula, self.pack.where("indicators", name, "formula"))
            scope = profile_scope(self.pack, indicator.values) if indicator.values else self.scope
            self._formulas[name] = check(parsed, scope)
        return self._formulas[name]

    def scheme(self, name: str) -> Scheme:
        """Give a rating made ready to run."""
        if name not in self._schemes:
            rating = self.pack.ratings[name]
            self._schemes[name] = compile_rating(self.pack, rating, asof=self.asof)
        return self._schemes[name]

    def whole_row(self, row: Row) -> dict[str, object]:
        """Give a row with every column there is; one that was not given is unknown."""
        every = dict.fromkeys((*self.pack.indicators, *self.rating_of))
        return {**every, **row}

    @cached_property
    def timed(self) -> frozenset[str]:
        """Name the indicators that move by themselves as time goes by."""
        return frozenset(n for n, i in self.pack.indicators.items() if i.by_time is not None)

    @cached_property
    def dated(self) -> frozenset[str]:
        """Name the computed indicators and the ratings that reckon with the day itself."""
        formulas = (n for n, i in self.pack.indicators.items() if i.formula is not None)
        found = {n for n in formulas if self.formula(n).is_dated}
        for name in self.pack.ratings:
            if any(wanted.typed.is_dated for wanted in self.scheme(name).conditions()):
                found.add(name)
        return frozenset(found)

    def downstream(self, changed: Iterable[str], *, later: bool = False) -> tuple[str, ...]:
        """Name the computed indicators and ratings that changes, or a later day, carry into."""
        key = frozenset(changed), later
        if key not in self._downstream:
            moving, found = set(key[0]), []
            for name in self.order:
                is_rating = name in self.pack.ratings
                reads = self.scheme(name).reads if is_rating else self.inputs[name]
                is_dated = later and name in self.dated
                if name not in key[0] and (is_dated or not moving.isdisjoint(reads)):
                    found.append(name)
                    moving.update(columns(name) if is_rating else (name,))
            self._downstream[key] = tuple(found)
        return self._downstream[key]

    def moved(
        self,
        row: Row,
        changes: Row,
        *,
        asof: dt.date | None = None,
        only: frozenset[str] | None = None,
    ) -> dict[str, object]:
        """Give the row after the changes; `only` names the columns that are wanted right."""
        day = asof or self.asof
        changed, later = frozenset(changes), day != self.asof
        names, reads = self._plan(changed, later, only)
        if only is None:
            made = {**row, **changes}
        else:
            made = {name: row[name] for name in reads if name in row}
            made.update(changes)
        for name in names:
            if name in self.pack.ratings:
                made.update(self.rated(name, made, day))
            else:
                made[name] = self.computed(name, made, day)
        return made

    def _plan(
        self, changed: frozenset[str], later: bool, only: frozenset[str] | None
    ) -> tuple[tuple[str, ...], frozenset[str]]:
        """Say what is to be computed again, and which columns must be at hand for it."""
        key = changed, later, only
        if key not in self._plans:
            names = self.downstream(changed, later=later)
            reads: frozenset[str] = frozenset()
            if only is not None:
                reads = self.behind(only)
                names = tuple(n for n in names if not reads.isdisjoint(self._makes(n)))
            self._plans[key] = names, reads
        return self._plans[key]

    def _makes(self, name: str) -> tuple[str, ...]:
        return tuple(columns(name)) if name in self.pack.ratings else (name,)

    def computed(self, name: str, row: Row, asof: dt.date) -> object:
        """Compute one indicator by its formula; as the bulk, a whole number is rounded."""
        value = self.evaluator.value(self.formula(name), row, asof)
        if isinstance(value, float) and is_whole(self.pack, self.pack.indicators[name]):
            number = Decimal(value).quantize(Decimal(1), ROUND_HALF_UP)
            return int(number) if abs(number) < 2**63 else None
        return value

    def rated(self, name: str, row: Row, asof: dt.date) -> dict[str, object]:
        """Rate one row: the rating's five columns."""
        scheme = self.scheme(name)
        if asof != scheme.asof:
            scheme = replace(scheme, asof=asof)
        found = trace(self.pack, scheme, row)
        points = (found.score, found.low, found.high)
        values = (*(None if p is None else float(p) for p in points), found.grade, found.line_fen)
        return dict(zip(columns(name), values, strict=True))

    def behind(self, wanted: frozenset[str]) -> frozenset[str]:
        """Name the columns that columns come down to, themselves included."""
        if wanted in self._reach:
            return self._reach[wanted]
        found, waiting = set(wanted), list(wanted)
        while waiting:
            for name in self.inputs.get(waiting.pop(), ()):
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        self._reach[wanted] = frozenset(found)
        return self._reach[wanted]


def is_unknown(value: object) -> bool:
    """Say whether a cell holds nothing: null, or a number that is not finite."""
    return value is None or (isinstance(value, float) and not math.isfinite(value))
