"""Cuts: where the answers about one column can change, so that a value becomes a small code.

A clause that only compares a column with constants gives one answer for all values of a piece
between two cuts.  Each piece has a code and a representative value; evaluating clauses on the
representatives gives, by construction, what evaluating them on any value of the piece would.

Codes of a number or a day, with cuts c0 < c1 < ...: 2i + 1 is the value c_i itself, 2i the open
interval before it, and the last code is null.  Of a flag: false, true, null.  Of a text: its place
among the words compared with, then the longest prefix asked for that it starts with, then null.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huoshui.policy.expression import vector
from huoshui.policy.expression.row import evaluate_row
from huoshui.policy.expression.typed import Apply, Constant, Read, Scalar, Type, Typed
from huoshui.policy.expression.vector import Array

_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_ARROW = {
    Type.NUMBER: pa.float64(),
    Type.FLAG: pa.bool_(),
    Type.DAY: pa.date32(),
    Type.TEXT: pa.string(),
}


@dataclass(frozen=True)
class Cuts:
    """The values at which answers about a column may change, in order."""

    column: str
    type: Type
    points: tuple[Any, ...] = ()  # floats, days or words
    prefixes: tuple[str, ...] = ()  # of a text, the shorter first

    def __or__(self, other: Cuts) -> Cuts:
        """Join the cuts of two clauses about the same column."""
        assert (self.column, self.type) == (other.column, other.type), "cuts of one column"
        prefixes = set(self.prefixes + other.prefixes)
        return Cuts(
            self.column,
            self.type,
            tuple(sorted(set(self.points + other.points))),
            tuple(sorted(prefixes, key=lambda p: (len(p), p))),
        )

    @property
    def codes(self) -> int:
        """Count the codes, null's included."""
        if self.type == Type.FLAG:
            return 3
        if self.type == Type.TEXT:
            return len(self.points) + len(self.prefixes) + 2
        return 2 * len(self.points) + 2


def cuts(typed: Typed, column: str, *, asof: dt.date | None = None) -> Cuts | None:
    """Give the cuts of a column, or None where it is not only compared with constants.

    Without `asof` an expression that compares the column with the day asked for has none.
    """
    reads = [p for p in typed.walk() if isinstance(p, Read) and p.column == column]
    if not reads:
        return None
    parts = _visit(typed, column, asof)
    if parts is None:
        return None
    whole = Cuts(column, reads[0].type)
    return functools.reduce(Cuts.__or__, (whole, *(Cuts(column, whole.type, *p) for p in parts)))


_Parts = list[tuple[tuple[Any, ...], tuple[str, ...]]]


def _visit(part: Typed, column: str, asof: dt.date | None) -> _Parts | None:
    """Collect (points, prefixes) of a part, or None if the column is read in another way."""
    if column not in part.columns:
        return []
    if isinstance(part, Read):
        return [] if part.type == Type.FLAG else None
    assert isinstance(part, Apply), "only columns and operations read columns"
    name, args = part.operation.name, part.args
    if name == "is null" and (through := _through(args[0], column, asof)) is not None:
        return through
    if name in _COMPARISONS or name == "in":
        found = _compared(args, column, asof)
        if found is not None:
            return found
    if name == "starts_with" and (through := _through(args[0], column, asof)) is not None:
        prefix = args[1]
        assert isinstance(prefix, Constant), "checked"
        return [*through, ((), (str(prefix.value),))] if prefix.value is not None else through
    return _all(_visit(arg, column, asof) for arg in args)


def _compared(args: tuple[Typed, ...], column: str, asof: dt.date | None) -> _Parts | None:
    """Read a comparison of the column, on either side, with constants on the other."""
    for i, arg in enumerate(args):
        through = _through(arg, column, asof)
        if through is None:
            continue
        points = _constants((*args[:i], *args[i + 1 :]), asof)
        return None if points is None else [*through, (points, ())]
    return None


def _through(part: Typed, column: str, asof: dt.date | None) -> _Parts | None:
    """See the column through coalesce and nullif, which leave its known values as they are."""
    if isinstance(part, Read):
        return [] if part.column == column and part.type != Type.FLAG else None
    if not isinstance(part, Apply) or part.operation.name not in ("coalesce", "nullif"):
        return None
    first = _through(part.args[0], column, asof)
    points = _constants(part.args[1:], asof)
    if first is None or points is None:
        return None
    return [*first, (points, ())] if part.operation.name == "nullif" else first


def _constants(parts: tuple[Typed, ...], asof: dt.date | None) -> tuple[Scalar, ...] | None:
    """Evaluate parts that read no column; None if one does."""
    if any(p.columns or (p.is_dated and asof is None) for p in parts):
        return None
    day = asof or dt.date.min
    values = (evaluate_row(p, {}, asof=day).value for p in parts)
    return tuple(v for v in values if v is not None)  # type: ignore[misc]


def _all(found: Any) -> _Parts | None:
    whole: _Parts = []
    for parts in found:
        if parts is None:
            return None
        whole += parts
    return whole


def representatives(cut: Cuts) -> pa.Array:
    """Give a value of each piece in the order of the codes; null, the last, stands for itself.

    An empty piece (between two neighbouring doubles or days) is given a cut's value; no value
    has its code.
    """
    if cut.type == Type.FLAG:
        return pa.array([False, True, None])
    if cut.type == Type.TEXT:
        values: list[Any] = [*cut.points, *(_outside(cut, p) for p in ("", *cut.prefixes))]
    elif not cut.points:
        values = [0.0 if cut.type == Type.NUMBER else dt.date(1970, 1, 1)]
    else:
        before, after = (_before, _after) if cut.type == Type.NUMBER else (_eve, _morrow)
        values = [v for point in cut.points for v in (before(point), point)]
        values.append(after(cut.points[-1]))
    return pa.array([*values, None], _ARROW[cut.type])


def _before(point: float) -> float:
    near = math.nextafter(point, -math.inf)
    return near if math.isfinite(near) else point


def _after(point: float) -> float:
    near = math.nextafter(point, math.inf)
    return near if math.isfinite(near) else point


def _eve(point: dt.date) -> dt.date:
    return point if point == dt.date.min else point - dt.timedelta(days=1)


def _morrow(point: dt.date) -> dt.date:
    return point if point == dt.date.max else point + dt.timedelta(days=1)


def _outside(cut: Cuts, prefix: str) -> str:
    """Find a text that starts with the prefix, with no longer one, and is not compared with."""
    text = prefix
    while text in cut.points or any(
        len(p) > len(prefix) and text.startswith(p) for p in cut.prefixes
    ):
        text += "\U0010fffd"  # a private character, which no register uses
    return text


def bin_codes(array: pa.Array | pa.ChunkedArray, cut: Cuts) -> Array:
    """Give the code of each value, as the smallest unsigned integers that hold them."""
    kind = np.min_scalar_type(cut.codes - 1)
    column = vector.from_arrow(array, cut.type)
    if cut.type == Type.TEXT:
        codes = _text_codes(column.words, cut)[column.values]
    elif cut.type == Type.FLAG:
        codes = column.values.astype(kind)
    else:
        codes = _ordered_codes(column.values, cut)
    return np.asarray(np.where(column.valid, codes, cut.codes - 1).astype(kind))


def _ordered_codes(values: Array, cut: Cuts) -> Array:
    points = np.asarray(vector.from_arrow(pa.array(cut.points, _ARROW[cut.type]), cut.type).values)
    if not len(points):
        return np.zeros(values.shape, np.int64)
    place = np.searchsorted(points, values, side="left")
    is_cut = points[np.minimum(place, len(points) - 1)] == values
    return np.asarray(2 * place + (is_cut & (place < len(points))))


def _text_codes(words: pa.Array, cut: Cuts) -> Array:
    """Give the code of each distinct word."""
    codes = np.full(len(words), len(cut.points), np.int64)
    for i, prefix in enumerate(cut.prefixes):  # the longer come later and win
        starts = pc.starts_with(words, pattern=prefix).to_numpy(zero_copy_only=False)
        codes[starts] = len(cut.points) + 1 + i
    exact = pc.index_in(words, value_set=pa.array(cut.points, pa.string()))
    found = exact.fill_null(-1).to_numpy(zero_copy_only=False)
    return np.asarray(np.where(found >= 0, found, codes))
