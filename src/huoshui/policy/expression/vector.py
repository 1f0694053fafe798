"""A column of values with the mask of those that are known, which table operations work on.

Unknown slots hold a harmless value, False for a flag.  Text is kept as places in a list of words:
those of a dictionary, so that a question looks at each word once, or else the column itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huoshui.policy.expression.typed import Scalar, Type

Array = np.ndarray[Any, np.dtype[Any]]

_EPOCH = dt.date(1970, 1, 1)
_PLAIN = {pa.int64(): np.dtype(np.int64), pa.float64(): np.dtype(np.float64)}
_ZERO = {Type.NUMBER: np.float64(0), Type.FLAG: np.False_, Type.DAY: np.int64(0)}


@dataclass(frozen=True)
class Vector:
    """Values, the mask of the known ones, and for text the words that the values index.

    A constant is a vector of no dimension, which numpy stretches to any length.
    """

    values: Array
    valid: Array
    words: pa.Array | None = None

    @property
    def is_constant(self) -> bool:
        """Tell whether it holds one value for all rows."""
        return self.values.ndim == 0 and self.valid.ndim == 0


def constant(value: Scalar, type_: Type) -> Vector:
    """Make a vector of one value for all rows."""
    valid = np.asarray(value is not None)
    if type_ == Type.TEXT:
        return Vector(np.asarray(np.int64(0)), valid, pa.array([value or ""], pa.string()))
    if value is None:
        return Vector(np.asarray(_ZERO[type_]), valid)
    if isinstance(value, dt.date):
        return Vector(np.asarray(np.int64((value - _EPOCH).days)), valid)
    return Vector(np.asarray(value), valid)


def from_arrow(column: pa.Array | pa.ChunkedArray, type_: Type) -> Vector:
    """Read a column; a number that is not finite is unknown."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    valid = _valid(column)
    if type_ == Type.TEXT:
        return _text(column, valid)
    if type_ == Type.DAY:
        days = column.cast(pa.date32()).cast(pa.int32()).fill_null(0)
        return Vector(days.to_numpy(zero_copy_only=False).astype(np.int64), valid)
    if type_ == Type.FLAG:
        return Vector(column.cast(pa.bool_()).fill_null(False).to_numpy(False), valid)
    if pa.types.is_decimal(column.type):
        # Arrow's own cast multiplies by a power of ten and is not always the nearest double.
        column = column.cast(pa.string())
    numbers = _numbers(column, valid)
    if pa.types.is_integer(column.type):
        return Vector(numbers, valid)
    return Vector(numbers, np.asarray(valid & np.isfinite(numbers)))


def _numbers(column: pa.Array, valid: Array) -> Array:
    """Give the values as doubles, with zero where there is none."""
    if len(column) and column.type in _PLAIN:
        dtype = _PLAIN[column.type]
        start = column.offset * dtype.itemsize
        values = np.frombuffer(column.buffers()[1], dtype, len(column), start)
        numbers = values.astype(np.float64, copy=False)
        return numbers if column.null_count == 0 else np.where(valid, numbers, 0.0)
    cast = column.cast(pa.float64(), safe=False)
    return np.asarray(cast.fill_null(0.0).to_numpy(zero_copy_only=False))


def _valid(column: pa.Array) -> Array:
    if column.null_count == 0:
        return np.ones(len(column), np.bool_)
    if pa.types.is_null(column.type):
        return np.zeros(len(column), np.bool_)
    bits = np.frombuffer(column.buffers()[0], np.uint8)
    end = column.offset + len(column)
    return np.unpackbits(bits, count=end, bitorder="little")[column.offset :].astype(np.bool_)


def _text(column: pa.Array, valid: Array) -> Vector:
    if not pa.types.is_dictionary(column.type):
        return Vector(np.arange(len(column)), valid, column.cast(pa.string()).fill_null(""))
    words = column.dictionary.cast(pa.string())
    codes = column.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    if words.null_count:  # a dictionary may hold null as a word
        valid = valid & words.is_valid().to_numpy(zero_copy_only=False)[codes]
        words = words.fill_null("")
    return Vector(codes, valid, words if len(words) else pa.array([""], pa.string()))


def to_arrow(vector: Vector, type_: Type, rows: int) -> pa.Array:
    """Give the result as an Arrow array of `rows` rows."""
    values = np.broadcast_to(vector.values, (rows,))
    unknown = ~np.broadcast_to(vector.valid, (rows,))
    if type_ == Type.TEXT:
        assert vector.words is not None, "text has words"
        return vector.words.take(pa.array(values, mask=unknown))
    if type_ == Type.DAY:
        return pa.array(values.astype("datetime64[D]"), pa.date32(), mask=unknown)
    if type_ == Type.FLAG:
        return pa.Array.from_buffers(pa.bool_(), rows, [_bits(~unknown), _bits(values)])
    numbers = np.ascontiguousarray(values, np.float64)
    return pa.Array.from_buffers(pa.float64(), rows, [_bits(~unknown), pa.py_buffer(numbers)])


def _bits(flags: Array) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def aligned(vectors: tuple[Vector, ...]) -> tuple[Vector, ...]:
    """Give text vectors one list of words in common; others are as they were."""
    if vectors[0].words is None:
        return vectors
    merged = pa.concat_arrays([v.words for v in vectors]).dictionary_encode()
    codes = merged.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    found, start = [], 0
    for vector in vectors:
        assert vector.words is not None, "text has words"
        mine = codes[start : start + len(vector.words)]
        found.append(Vector(np.asarray(mine[vector.values]), vector.valid, merged.dictionary))
        start += len(vector.words)
    return tuple(found)


def all_valid(vectors: tuple[Vector, ...]) -> Array:
    """Give the rows in which every operand is known."""
    valid = vectors[0].valid
    for vector in vectors[1:]:
        valid = valid & vector.valid
    return np.asarray(valid)


def strict(function: Callable[..., Any]) -> Callable[..., Vector]:
    """Lift a function of arrays: unknown if any operand is, or if the result is not finite."""

    def lifted(*vectors: Vector) -> Vector:
        valid = all_valid(vectors)
        values = np.asarray(function(*(v.values for v in aligned(vectors))))
        if values.dtype == np.bool_:
            return Vector(np.asarray(values & valid), valid)
        if values.dtype == np.float64:
            valid = np.asarray(valid & np.isfinite(values))
        return Vector(values, valid)

    return lifted


def chosen(taken: Array, one: Vector, other: Vector) -> Vector:
    """Take the rows of `one` where `taken` and of `other` elsewhere; words must be in common."""
    return Vector(
        np.where(taken, one.values, other.values),
        np.where(taken, one.valid, other.valid),
        one.words,
    )


def per_word(vector: Vector, test: Callable[[pa.Array], pa.Array]) -> Vector:
    """Ask a yes-or-no question of each word."""
    answers = test(vector.words).to_numpy(zero_copy_only=False)
    return Vector(np.asarray(answers[vector.values] & vector.valid), vector.valid)


def is_among(words: pa.Array, options: list[str]) -> pa.Array:
    """Tell for each word whether it is one of the options."""
    return pc.is_in(words, value_set=pa.array(options, pa.string()))
