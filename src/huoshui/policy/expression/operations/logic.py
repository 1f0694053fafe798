"""And, or, not and is null: three-valued as in SQL, after Kleene.

Unknown is neither true nor false, but what it cannot change is still known: false and unknown is
false, true or unknown is true.
"""

from __future__ import annotations

import numpy as np

from huoshui.policy.expression.nodes import text_of
from huoshui.policy.expression.operations.operation import Operation, Site, known, need
from huoshui.policy.expression.typed import Scalar, Type, Typed
from huoshui.policy.expression.vector import Vector


def _flags(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    need(site, args, Type.FLAG)
    return operation.on(Type.FLAG, *args, text=text_of(site.node))


def _anything(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    return operation.on(Type.FLAG, *args, text=text_of(site.node))


def _and_row(*args: Scalar) -> Scalar:
    if any(a is False for a in args):
        return False
    return None if any(a is None for a in args) else True


def _or_row(*args: Scalar) -> Scalar:
    if any(a is True for a in args):
        return True
    return None if any(a is None for a in args) else False


def _and_table(*args: Vector) -> Vector:
    true, valid = args[0].values, args[0].valid
    for arg in args[1:]:
        # An unknown slot holds False, so `^` leaves the rows that are known and false.
        false = (valid ^ true) | (arg.valid ^ arg.values)
        true = true & arg.values
        valid = true | false
    return Vector(np.asarray(true), np.asarray(valid))


def _or_table(*args: Vector) -> Vector:
    true, valid = args[0].values, args[0].valid
    for arg in args[1:]:
        true = true | arg.values
        valid = true | (valid & arg.valid)
    return Vector(np.asarray(true), np.asarray(valid))


def _not_table(arg: Vector) -> Vector:
    return Vector(np.asarray(arg.valid ^ arg.values), arg.valid)


def _null_table(arg: Vector) -> Vector:
    return Vector(np.asarray(~arg.valid), np.asarray(True))


AND = Operation("and", _flags, _and_row, _and_table, lambda *a: f"({' AND '.join(a)})")
OR = Operation("or", _flags, _or_row, _or_table, lambda *a: f"({' OR '.join(a)})")
NOT = Operation("not", _flags, known(lambda a: not a), _not_table, lambda a: f"(NOT {a})")
IS_NULL = Operation(
    "is null", _anything, lambda a: a is None, _null_table, lambda a: f"({a} IS NULL)"
)

OPERATIONS = (AND, OR, NOT, IS_NULL)
