"""Plus, minus, times, by, and the sign: on doubles, unknown where the result is not finite.

Sums need one unit; products and quotients combine units.  A share in percent must be made a plain
number before it multiplies an amount, so that nobody divides by a hundred twice or not at all.
"""

from __future__ import annotations

import operator
from dataclasses import replace

import numpy as np

from huoshui.policy.expression.dimensions import (
    agree,
    is_part_of_one,
    is_plain,
    product,
    ratio,
    said,
)
from huoshui.policy.expression.nodes import text_of
from huoshui.policy.expression.operations.operation import Operation, Site, alike, known, need
from huoshui.policy.expression.refusals import ExpressionRefusal as Refusal
from huoshui.policy.expression.typed import Constant, Type, Typed
from huoshui.policy.expression.vector import strict
from huoshui.policy.schema import Unit


def finite_sql(text: str) -> str:
    """Make what is not finite unknown, naming the number once."""
    for limit in ("NaN", "Infinity", "-Infinity"):
        text = f"nullif({text}, CAST('{limit}' AS DOUBLE))"
    return text


def _sum(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    need(site, args, Type.NUMBER)
    args, unit = alike(site, args)
    return operation.on(Type.NUMBER, *args, text=text_of(site.node), unit=unit)


def _product(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    need(site, args, Type.NUMBER)
    unit = _product_unit(site, args, 1 if operation.name == "*" else -1)
    return operation.on(Type.NUMBER, *args, text=text_of(site.node), unit=unit)


def _product_unit(site: Site, args: tuple[Typed, ...], power: int) -> Unit | None:
    left, right = args[0].unit, args[1].unit
    if power == -1 and left and right and agree(left, right):
        return ratio(site.scope.units)
    for i, (unit, other) in enumerate(((left, right), (right, left))):
        may_scale = is_plain(other) and not (power == -1 and i == 1)
        if unit and is_part_of_one(unit) and not may_scale:
            raise site.refuse(Refusal.SCALED_FACTOR, i, text=args[i].text, unit=said(unit))
    if right is None or (is_plain(right) and left):
        return left
    if left is None and power == 1:
        return right
    return product(left or ratio({}), right, site.scope.units, power=power)


def _negative(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    need(site, args, Type.NUMBER)
    text, (arg,) = text_of(site.node), args
    if isinstance(arg, Constant) and arg.exact is not None:
        exact = -arg.exact
        return replace(arg, exact=exact, value=float(exact), text=text, name=None)
    return operation.on(Type.NUMBER, arg, text=text, unit=arg.unit)


def _by(a: float, b: float) -> float | None:
    return a / b if b else None


PLUS = Operation(
    "+",
    _sum,
    known(operator.add),
    strict(np.add),
    lambda a, b: finite_sql(f"({a} + {b})"),
)
MINUS = Operation(
    "-",
    _sum,
    known(operator.sub),
    strict(np.subtract),
    lambda a, b: finite_sql(f"({a} - {b})"),
)
TIMES = Operation(
    "*",
    _product,
    known(operator.mul),
    strict(np.multiply),
    lambda a, b: finite_sql(f"({a} * {b})"),
)
BY = Operation(
    "/",
    _product,
    known(_by),
    strict(np.divide),
    lambda a, b: finite_sql(f"({a} / nullif({b}, 0e0))"),
)
NEGATIVE = Operation(
    "negative", _negative, known(operator.neg), strict(np.negative), lambda a: f"(-{a})"
)

OPERATIONS = (PLUS, MINUS, TIMES, BY, NEGATIVE)
