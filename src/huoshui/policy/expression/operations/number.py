"""Least and greatest, abs, the square root, and rounding half away from zero.

Least and greatest are unknown if any operand is: a cap that nobody knows is not a cap that does
not bind.  (Most engines skip nulls there, so the SQL says it in full.)
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from huoshui.policy.expression.dimensions import is_plain, said
from huoshui.policy.expression.nodes import text_of
from huoshui.policy.expression.operations.arithmetic import finite_sql
from huoshui.policy.expression.operations.operation import Operation, Site, alike, known, need
from huoshui.policy.expression.refusals import ExpressionRefusal as Refusal
from huoshui.policy.expression.typed import Constant, Type, Typed
from huoshui.policy.expression.vector import Array, strict

DIGITS_MOST = 12
_WHOLE_FROM = "9007199254740992e0"  # 2^53: from here on every double is whole


def _extreme(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    args, unit = alike(site, args)
    if args[0].type in (Type.TEXT, Type.FLAG):
        raise site.refuse(Refusal.TEXT_ORDER, 0, text=args[0].text, type=args[0].type)
    return operation.on(args[0].type, *args, text=text_of(site.node), unit=unit)


def _extreme_sql(name: str) -> Callable[..., str]:
    def sql(*args: str) -> str:
        if len(args) == 1:
            return args[0]
        unknown = " OR ".join(f"{a} IS NULL" for a in args)
        return f"(CASE WHEN {unknown} THEN NULL ELSE {name}({', '.join(args)}) END)"

    return sql


def _folded(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arrays: functools.reduce(function, arrays)


LEAST = Operation(
    "least",
    _extreme,
    known(lambda *a: min(a)),
    strict(_folded(np.minimum)),
    _extreme_sql("least"),
)
GREATEST = Operation(
    "greatest",
    _extreme,
    known(lambda *a: max(a)),
    strict(_folded(np.maximum)),
    _extreme_sql("greatest"),
)


def _same_unit(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    need(site, args, Type.NUMBER)
    return operation.on(Type.NUMBER, *args, text=text_of(site.node), unit=args[0].unit)


def _whole_sql(name: str) -> Callable[[str], str]:
    # Spark's floor gives a BIGINT, which large doubles do not fit; they are whole anyway.
    return lambda a: (
        f"(CASE WHEN abs({a}) < {_WHOLE_FROM} THEN CAST({name}({a}) AS DOUBLE) ELSE {a} END)"
    )


ABS = Operation("abs", _same_unit, known(abs), strict(np.abs), lambda a: f"abs({a})")


def _root(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    """Ask for a pure number: the root of an amount of money is no amount of anything."""
    need(site, args, Type.NUMBER)
    if not is_plain(args[0].unit):
        raise site.refuse(
            Refusal.UNITS_DIFFER,
            left=operation.name,
            left_unit="a plain number",
            right=args[0].text,
            right_unit=said(args[0].unit),
        )
    return operation.on(Type.NUMBER, *args, text=text_of(site.node), unit=args[0].unit)


SQRT = Operation(
    "sqrt",
    _root,
    known(lambda a: math.sqrt(a) if a >= 0 else None),
    strict(np.sqrt),
    lambda a: f"(CASE WHEN {a} >= 0e0 THEN sqrt({a}) END)",
)
FLOOR = Operation(
    "floor",
    _same_unit,
    known(lambda a: float(math.floor(a))),
    strict(np.floor),
    _whole_sql("floor"),
)
CEIL = Operation(
    "ceil",
    _same_unit,
    known(lambda a: float(math.ceil(a))),
    strict(np.ceil),
    _whole_sql("ceil"),
)


def _round(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    """Fix the number of digits, which decides the factor that is computed with."""
    need(site, args, Type.NUMBER)
    digits = 0
    if len(args) == 2:
        given = args[1].exact if isinstance(args[1], Constant) else None
        if given is None or given % 1 or abs(given) > DIGITS_MOST:
            wanted = f"a whole number from -{DIGITS_MOST} to {DIGITS_MOST}"
            raise site.refuse(Refusal.NOT_CONSTANT, 1, name="round", wanted=wanted)
        digits = int(given)
    scale = Constant(type=Type.NUMBER, value=float(10 ** abs(digits)), text=str(digits))
    chosen = ROUND_LEFT if digits < 0 else ROUND
    return chosen.on(Type.NUMBER, args[0], scale, text=text_of(site.node), unit=args[0].unit)


def _half_away(x: float) -> float:
    if not math.isfinite(x):
        return x
    whole = float(math.trunc(x))
    return whole + math.copysign(1.0, x) if abs(x - whole) >= 0.5 else whole


def _half_away_table(x: Array) -> Array:
    whole = np.trunc(x)
    return np.asarray(np.where(np.abs(x - whole) >= 0.5, whole + np.copysign(1.0, x), whole))


def _half_away_sql(x: str) -> str:
    down = f"CAST(floor(abs({x})) AS DOUBLE)"
    whole = f"({down} + CASE WHEN abs({x}) - {down} >= 0.5e0 THEN 1e0 ELSE 0e0 END)"
    signed = f"CASE WHEN {x} < 0e0 THEN -{whole} ELSE {whole} END"
    return f"(CASE WHEN abs({x}) < {_WHOLE_FROM} THEN {signed} ELSE {x} END)"


ROUND = Operation(
    "round",
    _round,
    known(lambda x, scale: _half_away(x * scale) / scale),
    strict(lambda x, scale: _half_away_table(x * scale) / scale),
    lambda x, scale: finite_sql(f"({_half_away_sql(f'({x} * {scale})')} / {scale})"),
)
ROUND_LEFT = Operation(
    "round left of the point",
    _round,
    known(lambda x, scale: _half_away(x / scale) * scale),
    strict(lambda x, scale: _half_away_table(x / scale) * scale),
    lambda x, scale: finite_sql(f"({_half_away_sql(f'({x} / {scale})')} * {scale})"),
)

OPERATIONS = (LEAST, GREATEST, ABS, SQRT, FLOOR, CEIL, ROUND)
