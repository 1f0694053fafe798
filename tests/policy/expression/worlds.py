"""Random expressions and rows for the properties of the rule language."""

from __future__ import annotations

import datetime as dt
import functools
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

from huoshui.policy.expression import Column, Scope, Type, Value
from huoshui.policy.expression.nodes import Call, Literal, Name, Node
from huoshui.policy.schema import Label, Unit

ASOF = dt.date(2026, 11, 20)


def unit(name: str, scale: str = "1", **more: object) -> Unit:
    """Make a unit."""
    return Unit(label=Label(zh=name, en=name), scale=Decimal(scale), **more)  # type: ignore[arg-type]


UNITS = {
    "ratio": unit("ratio"),
    "percent": unit("percent", "0.01"),
    "fen": unit("fen", dimension={"money": 1}, whole=True, bare=False),
    "yuan": unit("yuan", "100", dimension={"money": 1}, bare=False),
    "wan_yuan": unit("wan_yuan", "1000000", dimension={"money": 1}, bare=False),
    "count": unit("count", dimension={"count": 1}, whole=True),
    "month": unit("month", dimension={"month": 1}, whole=True),
    "day_count": unit("day_count", dimension={"day": 1}, whole=True),
}

LEVELS = ("high", "middle", "low")

SCOPE = Scope(
    columns={
        "a": Column(Type.NUMBER),
        "b": Column(Type.NUMBER),
        "revenue_fen": Column(Type.NUMBER, "fen"),
        "debt_fen": Column(Type.NUMBER, "fen"),
        "share": Column(Type.NUMBER, "percent"),
        "is_new": Column(Type.FLAG),
        "is_old": Column(Type.FLAG),
        "began_on": Column(Type.DAY),
        "ended_on": Column(Type.DAY),
        "word": Column(Type.TEXT),
        "other": Column(Type.TEXT),
        "level": Column(Type.TEXT, entries=LEVELS),
        "score_low": Column(Type.NUMBER, "count"),
        "score_high": Column(Type.NUMBER, "count"),
    },
    values={
        "floor_value": Value(Decimal("0.5"), cite="house#floor"),
        "no_value": Value(None, cite="house#gap"),
        "cap": Value(Decimal("2.5"), "wan_yuan", "house#cap"),
        "five_percent": Value(5, "percent", "house#share"),
        "first_day": Value(dt.date(2020, 2, 29), cite="house#day"),
        "no_day": Value(None, type="day"),
        "no_word": Value(None, type="text"),
    },
    units=UNITS,
)

_ARROW = {
    Type.NUMBER: pa.float64(),
    Type.FLAG: pa.bool_(),
    Type.DAY: pa.date32(),
    Type.TEXT: pa.string(),
}

EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 0.49999999999999994, 100.0, 36.0]
HUGE = [2.0**53, -(2.0**53) - 2, 1e16, 1e300, -1e308, 1.7976931348623157e308, 5e-324]
DAYS = [
    dt.date(1, 1, 1),
    dt.date(1900, 2, 28),
    dt.date(1969, 12, 31),
    dt.date(1970, 1, 1),
    dt.date(2020, 1, 31),
    dt.date(2020, 2, 29),
    dt.date(2024, 2, 28),
    dt.date(2026, 11, 20),
    dt.date(2026, 11, 30),
    dt.date(9999, 12, 31),
]
WORDS = ["", "a", "ab", "abc", "b", "it's", "中", "中小", "A", "high"]

_LITERALS = ["0", "1", "2", "0.5", "2.5", "3", "36", "100", "1E+300", "0.1"]


def cells(type_: Type) -> st.SearchStrategy[object]:
    """Give a cell of a column, often null or on an edge."""
    made: dict[Type, st.SearchStrategy[object]] = {
        Type.NUMBER: st.one_of(
            st.sampled_from([*EDGES, *HUGE, float("nan"), float("inf")]),
            st.integers(-5, 5).map(float),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        Type.FLAG: st.booleans(),
        Type.DAY: st.one_of(st.sampled_from(DAYS), st.dates()),
        Type.TEXT: st.sampled_from(WORDS),
    }
    return st.one_of(st.none(), made[type_], made[type_], made[type_])


def rows(count: int = 8) -> st.SearchStrategy[list[dict[str, object]]]:
    """Give rows of the scope's columns; money and scores are whole."""
    whole = st.one_of(st.none(), st.integers(-(10**6), 10**15), st.sampled_from([0, 2_500_000]))
    columns = {
        name: (
            whole
            if name.endswith(("_fen", "_low", "_high"))
            else st.one_of(st.none(), st.sampled_from(LEVELS))
            if column.entries
            else cells(Type(column.type))
        )
        for name, column in SCOPE.columns.items()
    }
    return st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=count)


def table(given: list[dict[str, object]]) -> pa.Table:
    """Put rows into typed columns."""
    return pa.table(
        {
            name: pa.array([row[name] for row in given], _arrow(name, Type(column.type)))
            for name, column in SCOPE.columns.items()
        }
    )


def _arrow(name: str, type_: Type) -> pa.DataType:
    return pa.int64() if name.endswith(("_fen", "_low", "_high")) else _ARROW[type_]


def _call(operation: str, *args: Node) -> Node:
    return Call(operation, args)


def _calls(operations: list[str], *args: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(_call, st.sampled_from(operations), *args)


def _named(*names: str) -> st.SearchStrategy[Node]:
    return st.sampled_from(names).map(Name)


def _choices(depth: int, of: st.SearchStrategy[Node]) -> list[st.SearchStrategy[Node]]:
    """Give the operations that work on every type."""
    maybe = st.one_of(of, st.just(Literal(None)))
    return [
        st.builds(_call, st.just("case"), flags(depth), of, maybe),
        st.builds(_call, st.just("case"), flags(depth), maybe, flags(depth), maybe, of),
        _calls(["coalesce"], of),
        _calls(["coalesce", "nullif"], of, of),
    ]


@functools.cache
def numbers(depth: int) -> st.SearchStrategy[Node]:
    """Give a bare number."""
    leaf = st.one_of(
        _named("a", "b", "a", "b", "floor_value", "no_value"),
        st.sampled_from(_LITERALS).map(lambda n: Literal(Decimal(n))),
    )
    if depth == 0:
        return leaf
    of, day = numbers(depth - 1), days(depth - 1)
    digits = st.integers(-3, 3).map(lambda n: Literal(Decimal(n)))
    rounded = st.builds(_round, of, digits)
    divided = st.builds(_call, st.just("/"), monies(depth - 1), monies(depth - 1))
    return st.one_of(
        leaf,
        _calls(["+", "-", "*", "/"], of, of),
        _calls(["negative", "abs", "sqrt", "floor", "ceil", "round", "least", "plain"], of),
        _calls(["least", "greatest"], of, of),
        rounded,
        divided.map(lambda q: _call("plain", q)),
        _calls(["plain"], _named("share", "five_percent")),
        _calls(["months_between", "days_between"], day, day).map(lambda n: _call("plain", n)),
        _calls(["year"], day),
        *_choices(depth - 1, of),
    )


def _round(number: Node, digits: Literal) -> Node:
    assert isinstance(digits.value, Decimal)
    places: Node = Literal(abs(digits.value))
    return _call("round", number, places if digits.value >= 0 else _call("negative", places))


@functools.cache
def monies(depth: int) -> st.SearchStrategy[Node]:
    """Give an amount of money."""
    leaf = st.one_of(
        _named("revenue_fen", "debt_fen", "cap"),
        st.integers(0, 300).map(lambda n: _call("wan_yuan", Literal(Decimal(n)))),
    )
    if depth == 0:
        return leaf
    of = monies(depth - 1)
    return st.one_of(
        leaf,
        _calls(["+", "-", "least", "greatest"], of, of),
        st.builds(_call, st.just("*"), of, numbers(depth - 1)),
        _calls(["yuan"], numbers(depth - 1)),
        *_choices(depth - 1, of),
    )


@functools.cache
def days(depth: int) -> st.SearchStrategy[Node]:
    """Give a day."""
    leaf = st.one_of(
        _named("began_on", "ended_on", "asof", "first_day", "no_day"),
        st.sampled_from(DAYS).map(Literal),
    )
    if depth == 0:
        return leaf
    of = days(depth - 1)
    months = st.integers(0, 12_000).map(lambda n: Literal(Decimal(n)))
    signed = st.one_of(months, months.map(lambda n: _call("negative", n)), _named("no_value"))
    return st.one_of(
        leaf,
        st.builds(_call, st.just("add_months"), of, signed),
        _calls(["least", "greatest"], of, of),
        *_choices(depth - 1, of),
    )


@functools.cache
def texts(depth: int) -> st.SearchStrategy[Node]:
    """Give a text."""
    leaf = st.one_of(_named("word", "other"), st.sampled_from(WORDS).map(Literal))
    return leaf if depth == 0 else st.one_of(leaf, *_choices(depth - 1, texts(depth - 1)))


def _compared(of: st.SearchStrategy[Node]) -> list[st.SearchStrategy[Node]]:
    signs = ["=", "<>", "<", "<=", ">", ">="]
    return [
        _calls(signs, of, of),
        _calls(["in"], of, of, of),
        _calls(["between"], of, of, of),
        _calls(["is null"], of),
    ]


@functools.cache
def flags(depth: int) -> st.SearchStrategy[Node]:
    """Give a condition."""
    leaf = st.one_of(_named("is_new", "is_old"), st.booleans().map(Literal))
    if depth == 0:
        return leaf
    of, text = flags(depth - 1), texts(depth - 1)
    level = st.sampled_from(LEVELS).map(Literal)
    prefix = st.sampled_from(WORDS).map(Literal)
    floor = st.integers(-5, 50).map(lambda n: Literal(Decimal(n)))
    ends = (st.just(Name("score_low")), st.just(Name("score_high")))
    return st.one_of(
        leaf,
        _calls(["not", "is null"], of),
        st.builds(_call, st.sampled_from(["and", "or"]), of, of),
        st.builds(_call, st.sampled_from(["and", "or"]), of, of, of),
        _calls(["=", "<>", "in"], of, of),
        *_compared(numbers(depth - 1)),
        *_compared(monies(depth - 1)),
        *_compared(days(depth - 1)),
        _calls(["=", "<>", "in"], text, text),
        _calls(["in"], text, prefix, prefix, prefix),
        _calls(["=", "<>", "in"], st.just(Name("level")), level),
        _calls(["starts_with"], text, prefix),
        _calls(["is null"], text),
        st.builds(_call, st.just("reaches"), *ends, floor),
        *_choices(depth - 1, of),
    )


def clauses_about(column: str) -> st.SearchStrategy[Node]:
    """Give a condition in which one column is only compared with constants."""
    type_ = Type(SCOPE.columns[column].type)
    name = st.just(Name(column))
    if type_ == Type.FLAG:
        atom = st.one_of(
            name, _calls(["is null"], name), _calls(["="], name, st.just(Literal(True)))
        )
    elif type_ == Type.TEXT:
        word = st.sampled_from(WORDS).map(Literal)
        seen = st.one_of(name, _calls(["coalesce", "nullif"], name, word))
        atom = st.one_of(
            _calls(["=", "<>"], seen, word),
            _calls(["=", "<>"], word, seen),
            _calls(["in"], seen, word, word),
            _calls(["starts_with"], seen, word),
            _calls(["is null"], seen),
        )
    else:
        constant = (
            st.one_of(_named("asof", "first_day", "no_day"), st.sampled_from(DAYS).map(Literal))
            if type_ == Type.DAY
            else st.one_of(
                _named("floor_value", "no_value"),
                st.sampled_from(_LITERALS).map(lambda n: Literal(Decimal(n))),
                st.sampled_from(_LITERALS).map(lambda n: _call("negative", Literal(Decimal(n)))),
            )
        )
        seen = st.one_of(name, _calls(["coalesce", "nullif"], name, constant))
        atom = st.one_of(*_compared_with(seen, constant))
    joined = st.one_of(
        atom,
        _calls(["not"], atom),
        _calls(["and", "or"], atom, atom),
        st.builds(_call, st.just("case"), atom, atom, st.one_of(atom, st.just(Literal(None)))),
    )
    return st.one_of(atom, joined)


def _compared_with(
    seen: st.SearchStrategy[Node], constant: st.SearchStrategy[Node]
) -> list[st.SearchStrategy[Node]]:
    signs = ["=", "<>", "<", "<=", ">", ">="]
    return [
        _calls(signs, seen, constant),
        _calls(signs, constant, seen),
        _calls(["in"], seen, constant, constant),
        _calls(["between"], seen, constant, constant),
        _calls(["is null"], seen),
    ]
