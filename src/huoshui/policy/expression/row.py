"""One row, traced: every part of an expression with its value, for explaining an answer."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping

from huoshui.kernel.trace import Trace
from huoshui.policy.expression.typed import (
    ASKED,
    Apply,
    Constant,
    Read,
    Scalar,
    Today,
    Type,
    Typed,
)

Row = Mapping[str, object]
Ask = Callable[[Row, dt.date], Trace]


def evaluate_row(typed: Typed, row: Row, *, asof: dt.date) -> Trace:
    """Evaluate one row; a column that the row lacks is our mistake and raises `KeyError`."""
    ask: Ask | None = typed.__dict__.get(ASKED)
    if ask is None:
        ask = _asking(typed)
        object.__setattr__(typed, ASKED, ask)
    return ask(row, asof)


def _asking(typed: Typed) -> Ask:
    """Prepare a part to be asked of rows: what is the same for each of them is done once."""
    text = typed.text
    if isinstance(typed, Constant):
        kind = "constant" if typed.name is None else "value"
        constant = Trace(text, typed.value, kind, cites=typed.cites)
        return lambda row, asof: constant
    if isinstance(typed, Read):
        column, given = typed.column, _GIVEN[typed.type]
        return lambda row, asof: Trace(text, given(row[column]), "column")
    if isinstance(typed, Today):
        return lambda row, asof: Trace(text, asof, "asof")
    assert isinstance(typed, Apply), "there are four kinds of parts"
    return _applying(typed)


def _applying(typed: Apply) -> Ask:
    asks = [_asking(arg) for arg in typed.args]
    text, name, operation = typed.text, typed.operation.name, typed.operation.row
    constants = (part for part in typed.walk() if isinstance(part, Constant))
    cites = tuple(dict.fromkeys(cite for part in constants for cite in part.cites))

    def applied(row: Row, asof: dt.date) -> Trace:
        children = tuple([ask(row, asof) for ask in asks])
        value = operation(*[child.value for child in children])
        if isinstance(value, float) and not math.isfinite(value):
            value = None
        return Trace(text, value, name, children, cites)

    return applied


def _number(value: object) -> Scalar:
    """Read a cell as a number; one that is not finite is unknown."""
    if value is None:
        return None
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else None


def _flag(value: object) -> Scalar:
    return None if value is None else bool(value)


def _day(value: object) -> Scalar:
    if value is None:
        return None
    assert isinstance(value, dt.date), "a day is a date"
    return value.date() if isinstance(value, dt.datetime) else value


def _text(value: object) -> Scalar:
    return None if value is None else str(value)


_GIVEN: Mapping[Type, Callable[[object], Scalar]] = {
    **dict.fromkeys(Type, _text),
    Type.NUMBER: _number,
    Type.FLAG: _flag,
    Type.DAY: _day,
}
"""How a cell is read as the type that its column has."""
