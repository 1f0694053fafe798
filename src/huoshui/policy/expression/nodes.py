"""The tree that a rule's text becomes: literals, names, and operations on them.

These few frozen nodes are all that the rest of the language knows; what sqlglot can parse
beyond them never gets past `parse`.  Positions do not count when two nodes are compared, so
equal parts of an expression are equal nodes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from huoshui.kernel.errors import Where

ASOF = "asof"
"""The name by which an expression reads the day it is asked for."""


@dataclass(frozen=True)
class Literal:
    """A number, text, truth value or day written in the expression, or null."""

    value: Decimal | str | bool | dt.date | None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Name:
    """A column, a named value or the day asked for."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Call:
    """An operation: an operator or a function of the table of operations, and its operands."""

    operation: str
    args: tuple[Node, ...]
    at: int = field(default=0, compare=False)


Node = Literal | Name | Call


@dataclass(frozen=True)
class Expression:
    """A parsed rule: its text as written, its tree, and the place in a file it came from."""

    text: str
    root: Node
    where: Where | None = None

    def at(self, offset: int) -> str:
        """Say a place in the text as line:column."""
        return place(self.text, offset)

    def spot(self, offset: int) -> Where:
        """Say a place in the file where that is known, else the place in the text."""
        line, column = map(int, self.at(offset).split(":"))
        return self.where or Where(line=line, column=column)


def place(text: str, offset: int) -> str:
    """Turn an offset into line:column, both from 1.

    >>> place("a and\\n b", 7)
    '2:2'
    """
    line = text.count("\n", 0, offset) + 1
    return f"{line}:{offset - text.rfind(chr(10), 0, offset)}"


def walk(node: Node) -> Iterator[Node]:
    """Give a node and all below it, from left to right."""
    yield node
    if isinstance(node, Call):
        for arg in node.args:
            yield from walk(arg)


def names(expression: Expression) -> set[str]:
    """Give the columns and named values that an expression reads; the day asked for is not one."""
    return {n.name for n in walk(expression.root) if isinstance(n, Name)} - {ASOF}


_LOOSE, _OR, _AND, _NOT, _COMPARE, _ADD, _TIMES, _SIGN, _TIGHT = range(9)
_INFIX = {
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">="), _COMPARE),
    **dict.fromkeys(("+", "-"), _ADD),
    **dict.fromkeys(("*", "/"), _TIMES),
}
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_KEYWORDS = frozenset(
    "and or not in between is null true false case when then else end date asof".split()  # noqa: SIM905
)


def text_of(node: Node) -> str:
    """Write a node in the rule language, with the parentheses it needs and no others."""
    return _text(node, _LOOSE)


def _text(node: Node, tightness: int) -> str:
    text, own = _form(node)
    return f"({text})" if own < tightness else text


def _form(node: Node) -> tuple[str, int]:
    if isinstance(node, Literal):
        return _literal(node.value), _TIGHT
    if isinstance(node, Name):
        return _name(node.name), _TIGHT
    operation, args = node.operation, node.args
    if operation in _INFIX:
        own = _INFIX[operation]
        left = own + 1 if own == _COMPARE else own
        return f"{_text(args[0], left)} {operation} {_text(args[1], own + 1)}", own
    if operation in ("and", "or"):
        own = _AND if operation == "and" else _OR
        return f" {operation} ".join(_text(a, own + 1) for a in args), own
    return _special(operation, args)


def _special(operation: str, args: tuple[Node, ...]) -> tuple[str, int]:
    if operation == "not":
        inner = args[0]
        if isinstance(inner, Call) and inner.operation in ("in", "between", "is null"):
            return _predicate(inner, " not"), _COMPARE
        return f"not {_text(inner, _NOT)}", _NOT
    if operation in ("in", "between", "is null"):
        return _predicate(Call(operation, args), ""), _COMPARE
    if operation == "negative":
        return f"-{_text(args[0], _TIGHT)}", _SIGN
    if operation == "case":
        return _case(args), _TIGHT
    if operation == "reaches":
        low = args[0]
        assert isinstance(low, Name)
        rating = _name(low.name.removesuffix("_low"))
        return f"reaches({rating}, {text_of(args[2])})", _TIGHT
    return f"{operation}({', '.join(map(text_of, args))})", _TIGHT


def _predicate(node: Call, negated: str) -> str:
    first = _text(node.args[0], _ADD)
    if node.operation == "in":
        return f"{first}{negated} in ({', '.join(map(text_of, node.args[1:]))})"
    if node.operation == "between":
        low, high = (_text(a, _ADD) for a in node.args[1:])
        return f"{first}{negated} between {low} and {high}"
    return f"{first} is{negated} null"


def _case(args: tuple[Node, ...]) -> str:
    pairs = zip(args[:-1:2], args[1:-1:2], strict=True)
    whens = " ".join(f"when {text_of(c)} then {text_of(v)}" for c, v in pairs)
    otherwise = args[-1]
    tail = "" if otherwise == Literal(None) else f" else {text_of(otherwise)}"
    return f"case {whens}{tail} end"


def _literal(value: Decimal | str | bool | dt.date | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, dt.date):
        return f"date '{value.isoformat()}'"
    return f"{value:f}" if abs(value.adjusted()) < 20 else str(value)


def _name(name: str) -> str:
    if _PLAIN_NAME.fullmatch(name) and (name.lower() not in _KEYWORDS or name == ASOF):
        return name
    return '"' + name.replace('"', '""') + '"'
