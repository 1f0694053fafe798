r"""SQL as stages write it, in DuckDB's dialect, said so that Spark gives the same answer.

sqlglot turns the words; this turns what both accept and mean differently: where a regular
expression ends, what dividing decimals gives, which value `max_by` skips, what a number is rounded
to when it is cast.  What cannot be said is refused, because a query that runs and means something
else is worse than none.

>>> said("SELECT a / 2 FROM t WHERE regexp_matches(a, 'x$') ORDER BY a").sql
"SELECT CAST(a AS DOUBLE) / 2 FROM t WHERE (a RLIKE '(?d)x\\\\z') ORDER BY a NULLS LAST"
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from huoshui.engines.engine import EngineError
from huoshui.engines.patterns import java_pattern, matches_once

QUALIFIED = "_qualified_"
"""Begins the names of columns that only serve to choose rows; they are dropped from answers."""

APART = "__part"
"""Ends the names of relations that are kept only while a query is worked out."""

_WHOLE = (exp.DType.BIGINT, exp.DType.INT, exp.DType.SMALLINT)
_MAYBE_BROKEN = (exp.Binary, exp.Sum, exp.Avg, exp.Neg)
_SPACES = " \u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


@dataclass(frozen=True)
class Said:
    """A query in Spark's words, and what is left to do with its columns once they are known."""

    sql: str
    drop: tuple[str, ...] = ()  # columns left out of a star
    is_ordered_by_all: bool = False
    parts: tuple[tuple[str, Said], ...] = ()  # relations to keep before it, and to let go after it

    @property
    def is_whole(self) -> bool:
        """Say whether the text alone is the query."""
        return not self.drop and not self.is_ordered_by_all and QUALIFIED not in self.sql


@lru_cache(maxsize=4096)
def said(sql: str, *, in_parts: bool = False) -> Said:
    """Say a query in Spark's words, or raise `EngineError` where that cannot be.

    Spark works out a part (`WITH part AS`) anew wherever it is read, and parts of parts again and
    again; `in_parts` sets apart those that are read more than once.
    """
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except SqlglotError as error:
        raise EngineError(f"{error}\nin {sql}") from error
    parts = tuple((name, _said(part)) for name, part in _parts(tree)) if in_parts else ()
    return replace(_said(tree), parts=parts)


def _said(tree: exp.Expr) -> Said:
    is_ordered_by_all = _without_order_by_all(tree)
    drop = _without_exclusions(tree)
    numbers = count(1)
    for select in list(tree.find_all(exp.Select)):
        tree = _without_qualify(tree, select, numbers)
    for node in reversed(list(tree.walk())):  # parts before what they are parts of
        reworded = _reworded(node)
        if reworded is not node:
            node.replace(reworded)
    try:
        text = tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        raise EngineError(f"{error}\nin {tree.sql(dialect='duckdb')}") from error
    return Said(text, drop, is_ordered_by_all)


def _parts(tree: exp.Expr) -> list[tuple[str, exp.Expr]]:
    """Take the parts that are read more than once out of a query, each with what it reads."""
    with_ = tree.args.get("with_")
    if with_ is None or with_.args.get("recursive"):
        return []
    named = {cte.alias: cte for cte in with_.expressions}
    reads = Counter(table.name for table in tree.find_all(exp.Table) if not table.db)
    apart = {name for name in named if reads[name] > 1}
    for table in tree.find_all(exp.Table):
        if table.name in apart and not table.db:
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
            table.set("this", exp.to_identifier(f"{table.name}{APART}", quoted=True))
    within = {name: cte for name, cte in named.items() if name not in apart}
    found = []
    for name in (name for name in named if name in apart):
        part = named[name].this.copy()
        _add_parts(part, within)
        found.append((f"{name}{APART}", part))
    tree.set("with_", None)
    _add_parts(tree, within)
    return found


def _add_parts(tree: exp.Expr, within: dict[str, exp.CTE]) -> None:
    """Put before a query the parts that it reads, and those that they read."""
    wanted: set[str] = set()
    open_ = [tree]
    while open_:
        read = {table.name for table in open_.pop().find_all(exp.Table)} & set(within) - wanted
        wanted |= read
        open_ += [within[name] for name in read]
    if wanted:
        listed = [cte.copy() for name, cte in within.items() if name in wanted]
        before = tree.args.get("with_")
        tree.set("with_", exp.With(expressions=[*listed, *(before.expressions if before else [])]))


def _without_order_by_all(tree: exp.Expr) -> bool:
    """Take off an order by all columns; it needs their names."""
    order = tree.args.get("order")
    found = [node for node in tree.find_all(exp.Order) if _is_by_all(node)]
    if any(node is not order for node in found):
        raise EngineError("ORDER BY ALL can be said to Spark at the end of a query only")
    if found:
        if tree.args.get("limit"):
            raise EngineError("ORDER BY ALL with a LIMIT cannot be said to Spark")
        tree.set("order", None)
    return bool(found)


def _is_by_all(order: exp.Expr) -> bool:
    (first, *others) = order.expressions
    by = first.this if isinstance(first, exp.Ordered) else first
    return not others and isinstance(by, exp.Var) and by.name.upper() == "ALL"


def _without_exclusions(tree: exp.Expr) -> tuple[str, ...]:
    """Take EXCLUDE off the stars of the query itself; Spark 3.5 has no such word."""
    drop: list[str] = []
    for star in tree.find_all(exp.Star):
        excluded = star.args.get("except_")
        if not excluded:
            continue
        if star.find_ancestor(exp.Select) is not tree:
            raise EngineError("EXCLUDE within a query cannot be said to Spark; name the columns")
        drop += [column.name for column in excluded]
        star.set("except_", None)
    return tuple(drop)


def _without_qualify(tree: exp.Expr, select: exp.Select, numbers: count[int]) -> exp.Expr:
    """Put a query that qualifies its rows inside one that chooses by a column."""
    qualify = select.args.get("qualify")
    if qualify is None:
        return tree
    if select.args.get("distinct"):
        raise EngineError("DISTINCT with QUALIFY cannot be said to Spark")
    parent, key, place = select.parent, select.arg_key, select.index
    order = select.args.get("order")
    select.set("qualify", None)
    condition = qualify.this
    for window in list(condition.find_all(exp.Window)):
        name = f"{QUALIFIED}{next(numbers)}"
        select.append("expressions", exp.alias_(window.copy(), name))
        if window is condition:
            condition = exp.column(name)
        else:
            window.replace(exp.column(name))
    for column in list(condition.find_all(exp.Column)):
        if not column.name.startswith(QUALIFIED):
            name = f"{QUALIFIED}{next(numbers)}"
            select.append("expressions", exp.alias_(column.copy(), name))
            column.replace(exp.column(name))
    with_ = select.args.get("with_")
    select.set("with_", None)
    select.set("order", None)
    outer = exp.select("*").from_(select.copy().subquery("qualified")).where(condition)
    outer.set("with_", with_)
    outer.set("order", order)
    if parent is None:
        return outer
    assert key is not None
    parent.set(key, outer, index=place)
    return tree


def _reworded(node: exp.Expr) -> exp.Expr:
    """Write one part so that Spark means by it what DuckDB does."""
    change = _CHANGES.get(type(node))
    if change is None and isinstance(node, exp.Anonymous):
        change = _NAMED.get(str(node.this).lower())
    return change(node) if change else node


def _divided(node: exp.Expr) -> exp.Expr:
    """Divide as doubles, whatever is divided; by nought gives what floating point says."""
    over, by = node.this.copy(), node.expression
    over = over if isinstance(over, exp.Cast) and over.is_type("double") else _double(over)
    quotient = exp.Div(this=over, expression=by.copy(), typed=False, safe=False)
    if _is_guarded(by):
        return quotient
    nought = exp.EQ(this=by.copy(), expression=_number(0))
    endless = exp.Mul(this=over.copy(), expression=_infinity())
    return exp.Case().when(nought, endless).else_(quotient)


def _remainder(node: exp.Expr) -> exp.Expr:
    return exp.Mod(this=node.this.copy(), expression=_guarded(node.expression))


def _guarded(by: exp.Expr) -> exp.Expr:
    if _is_guarded(by):
        return by.copy()
    return exp.Nullif(this=by.copy(), expression=_number(0))


def _is_guarded(by: exp.Expr) -> bool:
    """Say whether a divisor is never nought: a number as written, or one made null."""
    bare = by.unnest()
    if isinstance(bare, exp.Literal) and bare.is_number:
        return float(bare.this) != 0
    return isinstance(bare, exp.Nullif)


def _double(node: exp.Expr) -> exp.Expr:
    return exp.cast(exp.paren(node) if isinstance(node, exp.Binary) else node, "double")


def _cast(node: exp.Expr) -> exp.Expr:
    """Round what is made whole; Spark would cut it off."""
    if not node.is_type(*_WHOLE) or not _may_be_broken(node.this):
        return node
    return exp.cast(exp.Round(this=node.this.copy()), node.args["to"].copy())


def _may_be_broken(value: exp.Expr) -> bool:
    bare = value.unnest()
    if isinstance(bare, exp.Cast):
        return bare.is_type("double", "float", "decimal")
    if isinstance(bare, exp.Filter | exp.Window):
        return _may_be_broken(bare.this)
    return isinstance(bare, _MAYBE_BROKEN) and not isinstance(bare, exp.Predicate)


def _concatenated(node: exp.Expr) -> exp.Expr:
    """Pass over what is null, as DuckDB's concat does."""
    parts = [exp.Literal.string(""), *(part.copy() for part in node.expressions)]
    return exp.Anonymous(this="CONCAT_WS", expressions=parts)


def _most_by(node: exp.Expr) -> exp.Expr:
    """Pass over rows in which the value itself is null."""
    if isinstance(node.parent, exp.Filter):
        raise EngineError("max_by with a FILTER cannot be said to Spark")
    if node.args.get("count"):
        raise EngineError("max_by of several cannot be said to Spark")
    given = node.this.copy().is_(exp.null()).not_()
    return exp.Filter(this=node.copy(), expression=exp.Where(this=given))


def _mean(node: exp.Expr) -> exp.Expr:
    """Divide the sum by the count, so that whole numbers are summed exactly."""
    if isinstance(node.parent, exp.Filter | exp.Window):
        raise EngineError("avg with FILTER or OVER cannot be said to Spark")
    total, many = exp.Sum(this=node.this.copy()), exp.Count(this=node.this.copy())
    return exp.Div(this=_double(total), expression=_guarded(many))


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def _substring(node: exp.Expr) -> exp.Expr:
    start = node.args.get("start")
    if isinstance(start, exp.Neg) or (start and start.is_number and int(start.name) < 1):
        raise EngineError("substr from before the first character cannot be said to Spark")
    return node


def _matched(node: exp.Expr) -> exp.Expr:
    pattern = java_pattern(_pattern(node))
    return _like(node.this, pattern)


def _wholly_matched(node: exp.Expr) -> exp.Expr:
    return _like(node.this, rf"\A(?:{java_pattern(_pattern(node))})\z")


def _like(text: exp.Expr, pattern: str) -> exp.Expr:
    literal = exp.Literal.string(f"(?d){pattern}")
    return exp.paren(exp.RegexpLike(this=text.copy(), expression=literal))


def _pattern(node: exp.Expr) -> str:
    pattern = node.args.get("expression")
    if not isinstance(pattern, exp.Literal) or not pattern.is_string:
        raise EngineError("only a pattern as written can be said to Spark")
    if node.args.get("flag") or node.args.get("options"):
        raise EngineError("a pattern's options cannot be said to Spark; write them in it")
    return str(pattern.this)


def _replaced(node: exp.Expr) -> exp.Expr:
    """Replace every match; only the first where no other can be."""
    written, modifiers = _pattern(node), node.args.get("modifiers")
    if not matches_once(written) and (modifiers is None or modifiers.name != "g"):
        raise EngineError(
            "regexp_replace without 'g' cannot be said to Spark, unless from ^ or to $"
        )
    by = node.args["replacement"]
    if not isinstance(by, exp.Literal):
        raise EngineError("only a replacement as written can be said to Spark")
    taken = by.this.replace("$", r"\$")
    for digit in "0123456789":
        taken = taken.replace("\\" + digit, "$" + digit)
    parts = [node.this.copy(), _java(written), exp.Literal.string(taken)]
    return exp.Anonymous(this="REGEXP_REPLACE", expressions=parts)


def _extracted(node: exp.Expr) -> exp.Expr:
    """Take the whole match unless a group is named, as DuckDB does."""
    if node.args.get("parameters") or node.args.get("position") or node.args.get("occurrence"):
        raise EngineError("a pattern's options cannot be said to Spark; write them in it")
    group = node.args.get("group")
    parts = [node.this.copy(), _java(_pattern(node)), group.copy() if group else _number(0)]
    return exp.Anonymous(this="REGEXP_EXTRACT", expressions=parts)


def _java(pattern: str) -> exp.Expr:
    return exp.Literal.string(f"(?d){java_pattern(pattern)}")


def _not_a_number(node: exp.Expr) -> exp.Expr:
    value = node.this.copy()
    known = value.copy().is_(exp.null()).not_()
    return exp.Case().when(known, exp.IsNan(this=value))


def _finite(node: exp.Expr) -> exp.Expr:
    value = node.expressions[0]
    size = exp.Abs(this=value.copy())
    known = value.copy().is_(exp.null()).not_()
    return exp.Case().when(known, exp.LT(this=size, expression=_infinity()))  # NaN is greater


def _infinity() -> exp.Expr:
    return exp.cast(exp.Literal.string("Infinity"), "double")


def _whole(node: exp.Expr) -> exp.Expr:
    """Keep doubles too large for Spark's floor and ceil, which give whole numbers; they are it."""
    value = node.this.copy()
    small = exp.LT(this=exp.Abs(this=value), expression=exp.Literal.number("9007199254740992"))
    return exp.Case().when(small, exp.cast(node.copy(), "double")).else_(value.copy())


def _counted(node: exp.Expr) -> exp.Expr:
    """Count the true among what is known: of nothing known, nothing."""
    value = node.this.copy()
    one = exp.Case().when(value, _number(1)).when(exp.Not(this=exp.paren(value)), _number(0))
    return exp.Sum(this=one)


def _trimmed(node: exp.Expr) -> exp.Expr:
    """Take every blank of Unicode off the ends; Spark means the one of ASCII."""
    if node.args.get("expression"):
        return node
    trimmed = node.copy()
    trimmed.set("expression", exp.Literal.string(_SPACES))
    trimmed.set("position", trimmed.args.get("position") or "BOTH")
    return trimmed


def _at(node: exp.Expr) -> exp.Expr:
    """Take the last character of a text; of lists the stages have none."""
    if node.sql(dialect="duckdb").endswith("[-1]"):
        return exp.Anonymous(this="RIGHT", expressions=[node.this.copy(), _number(1)])
    raise EngineError(f"of places only the last can be said to Spark: {node.sql('duckdb')}")


def _octets(node: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="OCTET_LENGTH", expressions=[node.expressions[0].copy()])


def _hashed(node: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="XXHASH64", expressions=[a.copy() for a in node.expressions])


def _refused(word: str) -> Callable[[exp.Expr], exp.Expr]:
    def refuse(node: exp.Expr) -> exp.Expr:
        raise EngineError(f"{word} has no word in Spark 3.5: {node.sql(dialect='duckdb')}")

    return refuse


_CHANGES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Div: _divided,
    exp.Mod: _remainder,
    exp.Cast: _cast,
    exp.Concat: _concatenated,
    exp.ArgMax: _most_by,
    exp.ArgMin: _most_by,
    exp.Avg: _mean,
    exp.CountIf: _counted,
    exp.Floor: _whole,
    exp.Ceil: _whole,
    exp.Substring: _substring,
    exp.RegexpLike: _matched,
    exp.RegexpFullMatch: _wholly_matched,
    exp.RegexpReplace: _replaced,
    exp.RegexpExtract: _extracted,
    exp.Bracket: _at,
    exp.Trim: _trimmed,
    exp.IsNan: _not_a_number,
    exp.GroupConcat: _refused("string_agg"),
    exp.JarowinklerSimilarity: _refused("jaro_winkler_similarity"),
}
_NAMED: dict[str, Callable[[exp.Expr], exp.Expr]] = {
    "isfinite": _finite,
    "hash": _hashed,
    "strlen": _octets,
}
