"""One operation of the rule language: its typing rule and its three renderings side by side.

The meaning of an operation is read in one place: `row` computes one row in plain Python (None is
unknown), `table` computes whole columns, `sql` writes text of the same meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from huoshui.kernel.errors import Refused
from huoshui.policy.expression.dimensions import agree, is_same_dimension, said
from huoshui.policy.expression.nodes import Call, Expression, Literal
from huoshui.policy.expression.refusals import ExpressionRefusal as Refusal
from huoshui.policy.expression.typed import Apply, Constant, Scalar, Scope, Type, Typed
from huoshui.policy.expression.vector import Vector
from huoshui.policy.schema import Unit


@dataclass(frozen=True)
class Site:
    """Where an operation is being checked: its node, in its expression, with its names."""

    expression: Expression
    scope: Scope
    node: Call

    def refuse(self, refusal: Refusal, operand: int | None = None, **fields: object) -> Refused:
        """Make a refusal that points at the operation or at one of its operands."""
        at = self.node.at if operand is None else self.node.args[operand].at
        where, spot = self.expression.spot(at), self.expression.at(at)
        return refusal.refuse(where=where, cites=(), at=spot, **fields)

    def is_null(self, operand: int) -> bool:
        """Tell whether null is written there."""
        return self.node.args[operand] == Literal(None)


class Rule(Protocol):
    """Checks operands and gives the typed operation; `text` is how it was written."""

    def __call__(self, site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed: ...


@dataclass(frozen=True, eq=False)
class Operation:
    """An operator or function."""

    name: str
    rule: Rule
    row: Callable[..., Scalar]
    table: Callable[..., Vector]
    sql: Callable[..., str]

    def on(self, type_: Type, *args: Typed, text: str, unit: Unit | None = None) -> Apply:
        """Make a typed part of this operation."""
        return Apply(type=type_, unit=unit, text=text, operation=self, args=args)


def known(function: Callable[..., Any]) -> Callable[..., Scalar]:
    """Lift a function of known values: unknown if any operand is."""

    def lifted(*args: Scalar) -> Scalar:
        return None if any(a is None for a in args) else function(*args)

    return lifted


def need(site: Site, args: tuple[Typed, ...], type_: Type) -> None:
    """Refuse an operand of another type."""
    for i, arg in enumerate(args):
        if arg.type != type_:
            raise site.refuse(
                Refusal.OPERAND_TYPE,
                min(i, len(site.node.args) - 1),
                name=site.node.operation,
                wanted=f"a {type_}",
                text=arg.text,
                given=arg.type,
            )


def alike(site: Site, args: tuple[Typed, ...]) -> tuple[tuple[Typed, ...], Unit | None]:
    """Bring operands to one type and one unit, converting named values where that is exact."""
    first = args[0]
    for arg in args[1:]:
        if arg.type != first.type:
            raise site.refuse(
                Refusal.TYPES_DIFFER,
                left=first.text,
                left_type=first.type,
                right=arg.text,
                right_type=arg.type,
            )
    # A column or a computed number sets the unit, since only a named value can be converted.
    measured = sorted((a for a in args if a.unit), key=lambda a: isinstance(a, Constant))
    if first.type != Type.NUMBER or not measured:
        return args, None
    return tuple(_in_unit(site, arg, measured[0]) for arg in args), measured[0].unit


def _in_unit(site: Site, arg: Typed, target: Typed) -> Typed:
    unit = target.unit
    assert unit is not None, "the target has a unit"
    if arg.unit is None:
        is_zero = isinstance(arg, Constant) and arg.exact == 0
        if unit.bare or is_zero:
            return arg
        raise site.refuse(Refusal.BARE_NUMBER, number=arg.text, text=target.text, unit=said(unit))
    if agree(arg.unit, unit):
        return arg
    if isinstance(arg, Constant) and is_same_dimension(arg.unit, unit):
        return converted(arg, unit)
    raise site.refuse(
        Refusal.UNITS_DIFFER,
        left=target.text,
        left_unit=said(unit),
        right=arg.text,
        right_unit=said(arg.unit),
    )


def converted(value: Constant, unit: Unit) -> Constant:
    """Say a constant in another unit of the same dimensions."""
    if value.exact is None or value.unit is None:
        return replace(value, unit=unit)
    exact = value.exact * value.unit.scale / unit.scale
    return replace(value, exact=exact, value=float(exact), unit=unit)
