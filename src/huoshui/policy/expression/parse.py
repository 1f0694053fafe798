"""Text to tree: sqlglot parses, and a whitelist lets through only what the rule language has.

Three gates stand one behind another.  The tokens are checked first, so that no symbol which
sqlglot understands in its own way (`@`, `::`, `--`, a hint) can change a meaning unseen.  Then
sqlglot parses with a dialect that knows no function at all.  Then every node of its tree must be
one of the few forms below, without any part that we do not read; anything else is refused.
"""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import math
import re
from collections.abc import Iterator
from decimal import Decimal

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError
from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

from huoshui.kernel.errors import Refused, Where
from huoshui.policy.expression.nodes import Call, Expression, Literal, Name, Node
from huoshui.policy.expression.refusals import ExpressionRefusal as Refusal

LENGTH_MOST = 2000
DEPTH_MOST = 40

FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "coalesce": (1, None),
    "least": (1, None),
    "greatest": (1, None),
    "nullif": (2, 2),
    "abs": (1, 1),
    "sqrt": (1, 1),
    "floor": (1, 1),
    "ceil": (1, 1),
    "round": (1, 2),
    "plain": (1, 1),
    "yuan": (1, 1),
    "wan_yuan": (1, 1),
    "add_months": (2, 2),
    "months_between": (2, 2),
    "days_between": (2, 2),
    "year": (1, 1),
    "starts_with": (2, 2),
    "reaches": (2, 2),
}
"""The functions that an expression may call, with the fewest and the most arguments."""


class _NoFunctions(Parser):
    """A parser to which every function is only a name, so that none is understood for us."""

    FUNCTIONS = {}
    FUNCTION_PARSERS = {}
    NO_PAREN_FUNCTIONS = {}
    NO_PAREN_FUNCTION_PARSERS = {"CASE": Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]}


class HuoshuiRules(Dialect):
    """The dialect of SQL that rules are read in."""

    Parser = _NoFunctions


_DIALECT = HuoshuiRules()

_SYMBOLS = frozenset(["(", ")", ",", "+", "-", "*", "/", "=", "<>", "<", "<=", ">", ">="])
_LEADS_ON = _SYMBOLS - {")"} | frozenset(
    "and or not in between is case when then else".split()  # noqa: SIM905
)
"""What cannot end an expression."""
_SPELL = {"==": "Write =.", "!=": "Write <>.", "||": "Text is not joined in rules."}
_BINARY: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}
_PARTS: dict[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys(_BINARY, frozenset({"this", "expression"})),
    exp.Div: frozenset({"this", "expression", "typed", "safe"}),
    exp.And: frozenset({"this", "expression"}),
    exp.Or: frozenset({"this", "expression"}),
    exp.Not: frozenset({"this"}),
    exp.Neg: frozenset({"this"}),
    exp.Paren: frozenset({"this"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Boolean: frozenset({"this"}),
    exp.Null: frozenset(),
    exp.Column: frozenset({"this"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Is: frozenset({"this", "expression"}),
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.Anonymous: frozenset({"this", "expressions"}),
}
"""The forms that are read, and the parts of each that may be present."""

_WORD = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@functools.lru_cache(maxsize=8192)  # a rule's text is read again for every subject explained
def parse(text: str, where: Where | None = None) -> Expression:
    """Read an expression; raises `Refused` with the place in the text and what to write instead.

    >>> parse("a >= 1 and b is null").root.operation
    'and'
    """
    try:
        root = _root(text)
    except Refused:
        root = _Reader(text, where).root()  # refused again, with its place in the file
    return Expression(text, root, where)


@functools.lru_cache(maxsize=8192)  # many definitions say the same, each in its own place
def _root(text: str) -> Node:
    return _Reader(text, None).root()


class _Reader:
    """One text on its way to a tree."""

    def __init__(self, text: str, where: Where | None) -> None:
        self.text = text
        self.where = where
        self.unplaced: dict[str, Iterator[int]] = {}

    def root(self) -> Node:
        """Read the whole text."""
        self.check_length()
        tokens = self.tokens()
        self.check_tokens(tokens)
        self.check_depth(tokens)
        root = self.lower(self.tree(tokens))
        self.refuse_null(root)
        return root

    def refuse(self, refusal: Refusal, at: int = 0, **fields: object) -> Refused:
        """Make the refusal with its place in the text, and in the file where that is known."""
        written = Expression(self.text, Literal(None), self.where)
        where, spot = written.spot(at), written.at(at)
        return refusal.refuse(where=where, cites=(), at=spot, **fields)

    def check_length(self) -> None:
        """Refuse nothing and too much before any parser sees it."""
        if not self.text.strip():
            raise self.refuse(Refusal.EMPTY)
        if len(self.text) > LENGTH_MOST:
            raise self.refuse(Refusal.TOO_LONG, length=len(self.text), most=LENGTH_MOST)

    def tokens(self) -> list[Token]:
        """Cut the text into words and symbols."""
        try:
            return list(_DIALECT.tokenize(self.text))
        except TokenError:
            opened = [self.text.rfind(q) for q in "'\"" if self.text.count(q) % 2]
            detail = "a quotation mark is not closed." if opened else "it cannot be cut into words."
            raise self.refuse(Refusal.SYNTAX, max(opened, default=0), detail=detail) from None

    def check_tokens(self, tokens: list[Token]) -> None:
        """Let through words, numbers, text and the symbols of the language."""
        # sqlglot does not say where null, true and false stand; they come back in this order.
        for words in (("null",), ("true", "false")):
            starts = [t.start for t in tokens if t.text.lower() in words and _is_word(t)]
            self.unplaced[words[0]] = iter(starts)
        for token in tokens:
            if token.comments:
                raise self.refuse(Refusal.COMMENT, token.start)
            if token.token_type in (TokenType.NUMBER, TokenType.STRING, TokenType.IDENTIFIER):
                continue
            if token.text in _SYMBOLS or _WORD.fullmatch(token.text):
                continue
            hint = _SPELL.get(token.text, f"The symbols are {' '.join(sorted(_SYMBOLS))}")
            raise self.refuse(Refusal.SYMBOL, token.start, symbol=token.text, hint=hint)

    def check_depth(self, tokens: list[Token]) -> None:
        """Bound the nesting, so that no parser runs out of stack."""
        depth = prefixes = 0
        for token in tokens:
            word = token.text.lower() if token.token_type != TokenType.STRING else ""
            depth += (word in ("(", "case")) - (word in (")", "end"))
            prefixes = prefixes + 1 if word in ("not", "-", "+") else 0
            if depth + prefixes > DEPTH_MOST:
                raise self.refuse(Refusal.TOO_DEEP, token.start, most=DEPTH_MOST)

    def tree(self, tokens: list[Token]) -> exp.Expr:
        """Let sqlglot parse one condition."""
        try:
            found = _DIALECT.parser().parse_into(exp.Condition, tokens, self.text)
        except ParseError as error:
            at = self._offset(error, tokens)
            token = next((t for t in tokens if t.start >= at), None)
            detail = f"unexpected {token.text}." if token else "it ends too early."
            raise self.refuse(Refusal.SYNTAX, at, detail=detail) from None
        (tree,) = found
        assert tree is not None, "an empty text was refused before"
        return tree

    def _offset(self, error: ParseError, tokens: list[Token]) -> int:
        """Find the token that sqlglot stopped at; it counts columns at a token's end."""
        spot = error.errors[0] if error.errors else {}
        for token in tokens:
            if (token.line, token.col) == (spot.get("line"), spot.get("col")):
                last = token is tokens[-1]
                return token.end + 1 if last and self._is_open(tokens) else token.start
        return len(self.text)

    @staticmethod
    def _is_open(tokens: list[Token]) -> bool:
        """Tell whether the text breaks off: something is open, or an operator ends it."""
        words = [t.text.lower() for t in tokens if t.token_type != TokenType.STRING]
        is_nested = words.count("(") > words.count(")") or words.count("case") > words.count("end")
        return is_nested or tokens[-1].text.lower() in _LEADS_ON

    def lower(self, tree: exp.Expr, depth: int = 0) -> Node:
        """Turn a node of sqlglot's tree into ours, or refuse it."""
        at = self._at(tree)
        if depth > DEPTH_MOST * 2:
            raise self.refuse(Refusal.TOO_DEEP, at, most=DEPTH_MOST)
        allowed = _PARTS.get(type(tree))
        if allowed is None or any(v and k not in allowed for k, v in tree.args.items()):
            raise self._form(tree, at)
        if isinstance(tree, exp.Paren):
            return self.lower(tree.this, depth + 1)
        if type(tree) in _BINARY:
            args = (self.lower(tree.this, depth + 1), self.lower(tree.expression, depth + 1))
            self.refuse_null(*args)
            return Call(_BINARY[type(tree)], args, at)
        if isinstance(tree, exp.And | exp.Or):
            return self._connected(tree, at, depth)
        if isinstance(tree, exp.Case):
            return self._case(tree, at, depth)
        if isinstance(tree, exp.Anonymous):
            return self._call(tree, at, depth)
        if isinstance(tree, exp.Not | exp.Neg | exp.In | exp.Between | exp.Is):
            return self._predicate(tree, at, depth)
        return self._leaf(tree, at)

    def _leaf(self, tree: exp.Expr, at: int) -> Node:
        if isinstance(tree, exp.Null):
            return Literal(None, next(self.unplaced["null"]))
        if isinstance(tree, exp.Boolean):
            return Literal(bool(tree.this), next(self.unplaced["true"]))
        if isinstance(tree, exp.Column):
            return Name(tree.name, at)
        if isinstance(tree, exp.Cast):
            return Literal(self._day(tree, at), at)
        assert isinstance(tree, exp.Literal)
        return Literal(tree.name if tree.is_string else self._number(tree.name, at), at)

    def _connected(self, tree: exp.Expr, at: int, depth: int) -> Node:
        """Read a chain of and (or of or) as one operation with many operands."""
        parts: list[exp.Expr] = []
        rest = [tree]
        while rest:
            node = rest.pop()
            bare = node.unnest()
            if type(bare) is type(tree):
                rest += [bare.expression, bare.this]
            else:
                parts.append(node)
        args = tuple(self.lower(part, depth + 1) for part in parts)
        self.refuse_null(*args)
        return Call("and" if isinstance(tree, exp.And) else "or", args, at)

    def _predicate(self, tree: exp.Expr, at: int, depth: int) -> Node:
        first = self.lower(tree.this, depth + 1)
        self.refuse_null(first)
        if isinstance(tree, exp.Not):
            return Call("not", (first,), at)
        if isinstance(tree, exp.Neg):
            return Call("negative", (first,), at)
        if isinstance(tree, exp.Is):
            if not isinstance(tree.expression, exp.Null):
                hint = "Write the condition alone, or not before it."
                raise self.refuse(Refusal.FORM, at, form="is true or false", hint=hint)
            next(self.unplaced["null"])
            return Call("is null", (first,), at)
        if isinstance(tree, exp.In):
            rest = [self.lower(e, depth + 1) for e in tree.expressions]
            if not rest:
                hint = "List the values in parentheses."
                raise self.refuse(Refusal.FORM, at, form="in without values", hint=hint)
            operation = "in"
        else:
            rest = [self.lower(tree.args[part], depth + 1) for part in ("low", "high")]
            operation = "between"
        self.refuse_null(*rest)
        return Call(operation, (first, *rest), at)

    def _case(self, tree: exp.Case, at: int, depth: int) -> Node:
        """Read `case x when a then b` as `case when x = a then b`."""
        subject = self.lower(tree.this, depth + 1) if tree.this else None
        args: list[Node] = []
        for when in tree.args["ifs"]:
            condition = self.lower(when.this, depth + 1)
            self.refuse_null(condition)
            if subject is not None:
                condition = Call("=", (subject, condition), condition.at)
            args += [condition, self.lower(when.args["true"], depth + 1)]
        default = tree.args.get("default")
        args.append(self.lower(default, depth + 1) if default else Literal(None, at))
        return Call("case", tuple(args), at)

    def _call(self, tree: exp.Anonymous, at: int, depth: int) -> Node:
        name = str(tree.this).lower()
        if name not in FUNCTIONS:
            near = difflib.get_close_matches(name, FUNCTIONS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(FUNCTIONS)}."
            raise self.refuse(Refusal.UNKNOWN_FUNCTION, at, name=name, hint=hint)
        least, most = FUNCTIONS[name]
        given = len(tree.expressions)
        if given < least or (most is not None and given > most):
            wanted = _count(least, most)
            raise self.refuse(Refusal.ARGUMENTS, at, name=name, wanted=wanted, given=given)
        args = tuple(self.lower(e, depth + 1) for e in tree.expressions)
        self.refuse_null(*args)
        if name == "reaches":
            args = self._interval(args)
        return Call(name, args, at)

    def _interval(self, args: tuple[Node, ...]) -> tuple[Node, ...]:
        rating, floor = args
        if not isinstance(rating, Name):
            hint = "Name a rating, as in reaches(knowledge_value, 60)."
            raise self.refuse(
                Refusal.FORM, rating.at, form="reaches without a rating's name", hint=hint
            )
        ends = tuple(Name(rating.name + end, rating.at) for end in ("_low", "_high"))
        return (*ends, floor)

    def _number(self, digits: str, at: int) -> Decimal:
        if not _NUMBER.fullmatch(digits) or not math.isfinite(float(digits)):
            raise self.refuse(Refusal.NOT_A_NUMBER, at, value=digits)
        return Decimal(digits)

    def _day(self, tree: exp.Cast, at: int) -> dt.date:
        if not tree.to.is_type("date") or not tree.this.is_string:
            raise self._form(tree, at)
        written = tree.this.name
        try:
            if _DAY.fullmatch(written):
                return dt.date.fromisoformat(written)
        except ValueError:
            pass
        raise self.refuse(Refusal.NOT_A_DAY, at, value=written)

    def refuse_null(self, *args: Node) -> None:
        """Refuse null where it makes every answer unknown."""
        for arg in args:
            if arg == Literal(None):
                raise self.refuse(Refusal.NULL_LITERAL, arg.at)

    def _form(self, tree: exp.Expr, at: int) -> Refused:
        form = f"`{tree.sql()[:60]}`"
        hint = "Use comparisons, arithmetic, and/or/not, in, between, is null, case when, or "
        hint += f"a function: {', '.join(FUNCTIONS)}."
        return self.refuse(Refusal.FORM, at, form=form, hint=hint)

    def _at(self, tree: exp.Expr) -> int:
        starts = [n.meta["start"] for n in tree.walk() if "start" in n.meta]
        return min(starts, default=0)


def _is_word(token: Token) -> bool:
    return token.token_type not in (TokenType.STRING, TokenType.IDENTIFIER)


def _count(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} or more arguments"
    if least == most:
        return f"{least} argument{'s' if least > 1 else ''}"
    return f"{least} to {most} arguments"
