"""Case, coalesce and nullif: one of several values, by a condition or by what is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from huoshui.policy.expression.nodes import text_of
from huoshui.policy.expression.operations.operation import Operation, Site, alike, need
from huoshui.policy.expression.refusals import ExpressionRefusal as Refusal
from huoshui.policy.expression.typed import Constant, Scalar, Type, Typed
from huoshui.policy.expression.vector import Vector, aligned, chosen


def _one_of(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    args, unit = alike(site, args)
    return operation.on(args[0].type, *args, text=text_of(site.node), unit=unit)


def _case(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    """Bring the branches to one type; null branches take it from the others."""
    slots = [*range(1, len(args), 2), len(args) - 1]
    need(site, args[:-1:2], Type.FLAG)
    given = [i for i in slots if not site.is_null(i)]
    if not given:
        raise site.refuse(Refusal.NO_VALUE)
    values, unit = alike(site, tuple(args[i] for i in given))
    found = list(args)
    for i, value in zip(given, values, strict=True):
        found[i] = value
    for i in set(slots) - set(given):
        found[i] = Constant(type=values[0].type, value=None, text="null")
    return operation.on(values[0].type, *found, text=text_of(site.node), unit=unit)


def _case_row(*args: Scalar) -> Scalar:
    for condition, value in zip(args[:-1:2], args[1:-1:2], strict=True):
        if condition is True:
            return value
    return args[-1]


def _case_table(*args: Vector) -> Vector:
    *values, out = aligned((*args[1:-1:2], args[-1]))
    for condition, value in zip(reversed(args[:-1:2]), reversed(values), strict=True):
        out = chosen(condition.values, value, out)
    return out


def _case_sql(*args: str) -> str:
    pairs = zip(args[:-1:2], args[1:-1:2], strict=True)
    whens = " ".join(f"WHEN {condition} THEN {value}" for condition, value in pairs)
    return f"(CASE {whens} ELSE {args[-1]} END)"


def _coalesce_row(*args: Scalar) -> Scalar:
    return next((a for a in args if a is not None), None)


def _coalesce_table(*args: Vector) -> Vector:
    *firsts, out = aligned(args)
    for first in reversed(firsts):
        out = chosen(first.valid, first, out)
    return out


def _nullif_row(a: Scalar, b: Scalar) -> Scalar:
    return None if b is not None and a == b else a


def _nullif_table(*args: Vector) -> Vector:
    a, b = aligned(args)
    valid = np.asarray(a.valid & ~(b.valid & (a.values == b.values)))
    is_flag = a.values.dtype == np.bool_
    return replace(a, values=np.asarray(a.values & valid) if is_flag else a.values, valid=valid)


CASE = Operation("case", _case, _case_row, _case_table, _case_sql)
COALESCE = Operation(
    "coalesce", _one_of, _coalesce_row, _coalesce_table, lambda *a: f"coalesce({', '.join(a)})"
)
NULLIF = Operation("nullif", _one_of, _nullif_row, _nullif_table, lambda a, b: f"nullif({a}, {b})")

OPERATIONS = (CASE, COALESCE, NULLIF)
