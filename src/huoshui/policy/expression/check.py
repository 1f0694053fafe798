"""Names, types and units: what an expression means is settled before any row is seen."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import replace
from decimal import Decimal

from huoshui.kernel.errors import Problem, Refused
from huoshui.policy.expression.dimensions import agree, base, is_same_dimension, said
from huoshui.policy.expression.nodes import ASOF, Expression, Literal, Name, Node, text_of
from huoshui.policy.expression.operations import OPERATIONS, Site
from huoshui.policy.expression.operations.operation import converted
from huoshui.policy.expression.refusals import ExpressionRefusal as Refusal
from huoshui.policy.expression.typed import (
    Column,
    Constant,
    Read,
    Scope,
    Today,
    Type,
    Typed,
    Value,
)
from huoshui.policy.schema import Unit


def check(
    expression: Expression,
    scope: Scope,
    *,
    type: Type | str | None = None,
    unit: Unit | str | None = None,
) -> Typed:
    """Give the typed expression; raises `Refused` with every fault found.

    `type` and `unit` say what the expression must give.  A bare number is taken to be in that
    unit where it allows bare numbers, and a lone named value is converted to it.
    """
    checker = _Checker(expression, scope)
    typed = checker.typed(expression.root)
    if typed is None:
        raise Refused(*checker.problems)
    if isinstance(unit, str):
        unit = scope.units.get(unit)  # an unknown unit is the loader's to refuse
    return _expected(expression, typed, type, unit)


def _expected(
    expression: Expression, typed: Typed, type_: Type | str | None, unit: Unit | None
) -> Typed:
    if type_ is not None and typed.type != type_:
        raise Refusal.RESULT_TYPE.refuse(
            where=expression.spot(0), given=typed.type, wanted=Type(type_)
        )
    if unit is None or typed.type != Type.NUMBER:
        return typed
    is_zero = isinstance(typed, Constant) and typed.exact == 0
    if typed.unit is None and (unit.bare or is_zero):
        return replace(typed, unit=unit)
    if typed.unit is not None and agree(typed.unit, unit):
        return typed
    if typed.unit is not None and is_same_dimension(typed.unit, unit) and _is_leaf(typed):
        assert isinstance(typed, Constant), "a leaf"
        return converted(typed, unit)
    raise Refusal.RESULT_UNIT.refuse(
        where=expression.spot(0), given=said(typed.unit), wanted=said(unit)
    )


def _is_leaf(typed: Typed) -> bool:
    return isinstance(typed, Constant)


class _Checker:
    """Checks one expression from its leaves up, collecting the faults that have no other cause."""

    def __init__(self, expression: Expression, scope: Scope) -> None:
        self.expression = expression
        self.scope = scope
        self.problems: list[Problem] = []

    def typed(self, node: Node) -> Typed | None:
        """Type a node, or note its faults and give None."""
        try:
            if isinstance(node, Literal):
                return _literal(node)
            if isinstance(node, Name):
                return self._name(node)
            args = [self.typed(arg) for arg in node.args]
            good = tuple(arg for arg in args if arg is not None)
            if len(good) < len(args):
                return None
            operation = OPERATIONS[node.operation]
            return operation.rule(Site(self.expression, self.scope, node), operation, good)
        except Refused as refused:
            self.problems.extend(refused.problems)
            return None

    def _name(self, node: Name) -> Typed:
        name, text = node.name, text_of(node)
        if name == ASOF:
            return Today(type=Type.DAY, text=text)
        column, value = self.scope.columns.get(name), self.scope.values.get(name)
        if column is not None and value is not None:
            raise self._refuse(Refusal.AMBIGUOUS_NAME, node, name=name)
        if column is not None:
            return Read(
                type=Type(column.type),
                unit=self._unit(node, column.unit),
                text=text,
                column=name,
                entries=_words(column),
            )
        if value is not None:
            return _value(name, text, value, self._unit(node, value.unit), self.scope)
        known = [ASOF, *self.scope.columns, *self.scope.values]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else "Name an indicator or a value that exists."
        raise self._refuse(Refusal.UNKNOWN_NAME, node, name=name, hint=hint)

    def _unit(self, node: Name, unit: Unit | str | None) -> Unit | None:
        """Look a unit up by its name."""
        if not isinstance(unit, str):
            return unit
        if unit not in self.scope.units:
            raise self._refuse(Refusal.UNIT_NOT_GIVEN, node, name=node.name, unit=unit)
        return self.scope.units[unit]

    def _refuse(self, refusal: Refusal, node: Node, **fields: object) -> Refused:
        where, at = self.expression.spot(node.at), self.expression.at(node.at)
        return refusal.refuse(where=where, cites=(), at=at, **fields)


def _literal(node: Literal) -> Constant:
    value, text = node.value, text_of(node)
    if isinstance(value, bool):
        return Constant(type=Type.FLAG, value=value, text=text)
    if isinstance(value, str):
        return Constant(type=Type.TEXT, value=value, text=text)
    if isinstance(value, dt.date):
        return Constant(type=Type.DAY, value=value, text=text)
    # Null stands only in branches of a case, which gives it the type of the others.
    number = None if value is None else float(value)
    return Constant(type=Type.NUMBER, value=number, exact=value, text=text)


def _words(column: Column) -> tuple[str, ...] | None:
    """Give a column's words in an order that does not change from run to run."""
    entries = column.entries
    if entries is None or isinstance(entries, list | tuple):
        return None if entries is None else tuple(entries)
    return tuple(sorted(entries))


def _value(name: str, text: str, value: Value, unit: Unit | None, scope: Scope) -> Constant:
    """Make a constant of a named value; money is turned into its first unit at once."""
    cites = () if value.cite is None else (str(value.cite),)
    given = value.value
    if isinstance(given, str | bool | dt.date):
        type_ = Type.FLAG if isinstance(given, bool) else Type.DAY
        type_ = Type.TEXT if isinstance(given, str) else type_
        return Constant(type=type_, value=given, text=text, name=name, cites=cites)
    exact = None if given is None else Decimal(given)
    constant = Constant(
        type=Type.NUMBER if value.type is None else Type(value.type),
        value=None if exact is None else float(exact),
        exact=exact,
        unit=unit,
        text=text,
        name=name,
        cites=cites,
    )
    if unit is None or unit.bare:
        return constant
    return converted(constant, base(unit, scope.units))
