"""One row's answer without its trace, for asking the same part of a rule very many times.

Each part becomes a function of a row and a day, by the same row operations as the traced evaluator;
what is then told to anybody is asked of that one again.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping

from huoshui.policy.expression import Typed, evaluate_row
from huoshui.policy.expression.typed import Apply, Constant, Read, Scalar, Today, Type

Quick = Callable[[Mapping[str, object], dt.date], Scalar]
"""Gives the answer for a row on a day."""


class Evaluator:
    """Keeps the parts it has made ready, each once."""

    def __init__(self) -> None:
        self._made: dict[Typed, Quick] = {}
        self._known: dict[int, tuple[Typed, Quick]] = {}  # by identity, which is quick to look up

    def value(self, typed: Typed, row: Mapping[str, object], asof: dt.date) -> Scalar:
        """Evaluate one part for one row."""
        known = self._known.get(id(typed))
        if known is None or known[0] is not typed:
            known = self._known[id(typed)] = (typed, self.quick(typed))
        return known[1](row, asof)

    def quick(self, typed: Typed) -> Quick:
        """Make a part ready."""
        if typed not in self._made:
            self._made[typed] = self._quick(typed)
        return self._made[typed]

    def _quick(self, typed: Typed) -> Quick:
        if isinstance(typed, Constant):
            constant = typed.value
            return lambda row, day: constant
        if isinstance(typed, Today):
            return lambda row, day: day
        if isinstance(typed, Read):
            return _reader(typed)
        assert isinstance(typed, Apply), "there are four kinds of parts"
        operation, args = typed.operation.row, tuple(self.quick(arg) for arg in typed.args)
        if typed.type == Type.NUMBER:
            return lambda row, day: _finite(operation(*[arg(row, day) for arg in args]))
        return lambda row, day: operation(*[arg(row, day) for arg in args])


def _reader(typed: Read) -> Quick:
    column = typed.column
    if typed.type == Type.NUMBER:

        def number(row: Mapping[str, object], day: dt.date) -> Scalar:
            value = row[column]
            return None if value is None else _finite(float(value))  # type: ignore[arg-type]

        return number
    return lambda row, day: evaluate_row(typed, row, asof=day).value  # type: ignore[return-value]


def _finite(value: Scalar) -> Scalar:
    return None if isinstance(value, float) and not math.isfinite(value) else value
