"""One row, traced: every part of an expression with its value, for explaining an answer."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping

from huoshui.kernel.trace import Trace
from huoshui.policy.expression.typed import Apply, Constant, Read, Scalar, Today, Type, Typed


def evaluate_row(typed: Typed, row: Mapping[str, object], *, asof: dt.date) -> Trace:
    """Evaluate one row; a column that the row lacks is our mistake and raises `KeyError`."""
    if isinstance(typed, Constant):
        kind = "constant" if typed.name is None else "value"
        return Trace(typed.text, typed.value, kind, cites=typed.cites)
    if isinstance(typed, Read):
        return Trace(typed.text, _given(row[typed.column], typed.type), "column")
    if isinstance(typed, Today):
        return Trace(typed.text, asof, "asof")
    assert isinstance(typed, Apply), "there are four kinds of parts"
    children = tuple(evaluate_row(arg, row, asof=asof) for arg in typed.args)
    value = typed.operation.row(*(child.value for child in children))
    if isinstance(value, float) and not math.isfinite(value):
        value = None
    cites = tuple(dict.fromkeys(cite for child in children for cite in child.cites))
    return Trace(typed.text, value, typed.operation.name, children, cites)


def _given(value: object, type_: Type) -> Scalar:
    """Read a cell as the type that its column has; a number that is not finite is unknown."""
    if value is None:
        return None
    if type_ == Type.NUMBER:
        number = float(value)  # type: ignore[arg-type]
        return number if math.isfinite(number) else None
    if type_ == Type.FLAG:
        return bool(value)
    if type_ == Type.DAY:
        assert isinstance(value, dt.date), "a day is a date"
        return value.date() if isinstance(value, dt.datetime) else value
    return str(value)
