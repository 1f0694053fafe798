"""Comparisons, between, in, starts_with and reaches: unknown where an operand is unknown."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huoshui.policy.expression.nodes import text_of
from huoshui.policy.expression.operations.choice import CASE
from huoshui.policy.expression.operations.logic import AND
from huoshui.policy.expression.operations.operation import Operation, Site, alike, known, need
from huoshui.policy.expression.refusals import ExpressionRefusal as Refusal
from huoshui.policy.expression.typed import Constant, Read, Scalar, Type, Typed
from huoshui.policy.expression.vector import (
    Vector,
    aligned,
    all_valid,
    is_among,
    per_word,
    strict,
)


def _equal(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    args, _ = alike(site, args)
    _check_words(site, args)
    return operation.on(Type.FLAG, *args, text=text_of(site.node))


def _check_words(site: Site, args: tuple[Typed, ...]) -> None:
    """Refuse a word that a column with a vocabulary can never hold."""
    for column in args:
        if not isinstance(column, Read) or column.entries is None:
            continue
        for i, arg in enumerate(args):
            if isinstance(arg, Constant) and arg.value not in (None, *column.entries):
                near = difflib.get_close_matches(str(arg.value), column.entries, n=1, cutoff=0.5)
                words = f"The words are {', '.join(column.entries)}."
                hint = f"Did you mean '{near[0]}'? {words}" if near else words
                raise site.refuse(
                    Refusal.UNKNOWN_WORD, i, word=arg.value, text=column.text, hint=hint
                )


def _ordered(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    args = _in_order(site, args)
    return operation.on(Type.FLAG, *args, text=text_of(site.node))


def _in_order(site: Site, args: tuple[Typed, ...]) -> tuple[Typed, ...]:
    args, _ = alike(site, args)
    if args[0].type in (Type.TEXT, Type.FLAG):
        raise site.refuse(Refusal.TEXT_ORDER, 0, text=args[0].text, type=args[0].type)
    return args


def _comparison(sign: str, row: Callable[[Any, Any], bool], table: Callable[..., Any]) -> Operation:
    return Operation(sign, _ordered, known(row), strict(table), lambda a, b: f"({a} {sign} {b})")


def _equality(compare: Callable[..., Any]) -> Callable[[Vector, Vector], Vector]:
    """Compare; a text with one word is asked for that word and never encoded."""
    general = strict(compare)

    def table(a: Vector, b: Vector) -> Vector:
        if a.words is None or not b.is_constant or not b.valid:
            return general(a, b)
        assert b.words is not None, "text has words"
        word = b.words[int(b.values)].as_py()
        found = per_word(a, lambda every: is_among(every, [word]))
        return Vector(np.asarray(compare(found.values, True) & found.valid), found.valid)

    return table


EQUAL = Operation("=", _equal, known(operator.eq), _equality(np.equal), lambda a, b: f"({a} = {b})")
UNEQUAL = Operation(
    "<>", _equal, known(operator.ne), _equality(np.not_equal), lambda a, b: f"({a} <> {b})"
)
LESS = _comparison("<", operator.lt, np.less)
AT_MOST = _comparison("<=", operator.le, np.less_equal)
MORE = _comparison(">", operator.gt, np.greater)
AT_LEAST = _comparison(">=", operator.ge, np.greater_equal)


def _between(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    """Read `x between a and b` as `x >= a and x <= b`."""
    x, low, high = _in_order(site, args)
    ends = (
        AT_LEAST.on(Type.FLAG, x, low, text=f"{x.text} >= {low.text}"),
        AT_MOST.on(Type.FLAG, x, high, text=f"{x.text} <= {high.text}"),
    )
    return AND.on(Type.FLAG, *ends, text=text_of(site.node))


BETWEEN = Operation("between", _between, AND.row, AND.table, AND.sql)


def _in_row(x: Scalar, *options: Scalar) -> Scalar:
    if x is None:
        return None
    if any(o is not None and o == x for o in options):
        return True
    return None if any(o is None for o in options) else False


def _in_table(x: Vector, *options: Vector) -> Vector:
    if x.words is not None and all(o.is_constant and o.valid for o in options):
        words = [o.words[int(o.values)].as_py() for o in options if o.words is not None]
        return per_word(x, lambda every: is_among(every, words))
    same = aligned((x, *options))
    found = np.asarray(False)
    for option in same[1:]:
        found = found | ((same[0].values == option.values) & x.valid & option.valid)
    return Vector(np.asarray(found), np.asarray(found | all_valid(same)))


IN = Operation("in", _equal, _in_row, _in_table, lambda x, *o: f"({x} IN ({', '.join(o)}))")


def _starts(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    need(site, args, Type.TEXT)
    if not isinstance(args[1], Constant):
        raise site.refuse(
            Refusal.NOT_CONSTANT, 1, name="starts_with", wanted="a text that is the same for all"
        )
    return operation.on(Type.FLAG, *args, text=text_of(site.node))


def _starts_table(text: Vector, prefix: Vector) -> Vector:
    assert prefix.words is not None, "text has words"
    start = prefix.words[0].as_py()

    def test(words: pa.Array) -> pa.Array:
        return pc.starts_with(words, pattern=start)

    answer = per_word(text, test)
    return Vector(np.asarray(answer.values & prefix.valid), np.asarray(answer.valid & prefix.valid))


STARTS_WITH = Operation(
    "starts_with",
    _starts,
    known(lambda text, prefix: text.startswith(prefix)),
    _starts_table,
    # left() exists in DuckDB and Spark under one name; starts_with does not.
    lambda text, prefix: f"(left({text}, CAST(length({prefix}) AS INTEGER)) = {prefix})",
)


def _reaches(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    """Read the rating's interval: yes if all of it reaches the floor, no if none of it does."""
    low, high, floor = _in_order(site, args)
    yes, no = (Constant(type=Type.FLAG, value=v, text=str(v).lower()) for v in (True, False))
    return CASE.on(
        Type.FLAG,
        AT_LEAST.on(Type.FLAG, low, floor, text=f"{low.text} >= {floor.text}"),
        yes,
        LESS.on(Type.FLAG, high, floor, text=f"{high.text} < {floor.text}"),
        no,
        Constant(type=Type.FLAG, value=None, text="null"),
        text=text_of(site.node),
    )


REACHES = Operation("reaches", _reaches, CASE.row, CASE.table, CASE.sql)

OPERATIONS = (
    EQUAL,
    UNEQUAL,
    LESS,
    AT_MOST,
    MORE,
    AT_LEAST,
    BETWEEN,
    IN,
    STARTS_WITH,
    REACHES,
)
