"""A column's values as numpy sees them, without copying.

Arrow keeps missing rows in a bitmap beside; what stands at a missing row is of no meaning.  To fill
the gaps of each column first would cost more than everything that is then done with it.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

FLAGS = pa.Array.from_buffers(pa.bool_(), 3, [pa.py_buffer(b"\x03"), pa.py_buffer(b"\x02")])
"""False, true and unknown, as bits: to make them of a list would import pandas into each process,
half a second of its start."""


def missing_rows(column: pa.Array) -> np.ndarray | None:
    """Give where a column is null, or None if it nowhere is."""
    if column.null_count == 0:
        return None
    if column.buffers()[0] is None:  # a column of the type null
        return np.ones(len(column), dtype=bool)
    return _bits(column, 0) == 0


def values_of(column: pa.Array) -> np.ndarray:
    """Give the values of a column of whole numbers, doubles or days, as they lie in memory.

    Whole numbers come as int64, days as int32 counted from 1970, other numbers as float64.
    """
    if pa.types.is_date32(column.type):
        dtype = np.dtype(np.int32)
    elif pa.types.is_integer(column.type):
        dtype, column = np.dtype(np.int64), _cast(column, pa.int64())
    else:
        dtype, column = np.dtype(np.float64), _cast(column, pa.float64())
    data = column.buffers()[1]
    if data is None or not len(column):  # a column of the type null before it was cast
        return np.zeros(len(column), dtype)
    return np.frombuffer(data, dtype, len(column), column.offset * dtype.itemsize)


def places_of(column: pa.DictionaryArray) -> np.ndarray:
    """Give each row's place in the dictionary; what stands at a null is of no meaning."""
    indices = column.indices
    dtype = np.dtype(indices.type.to_pandas_dtype())
    data = indices.buffers()[1]
    return np.frombuffer(data, dtype, len(indices), indices.offset * dtype.itemsize)


def _cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    return column if column.type == kind else column.cast(kind)


def flag_codes(column: pa.Array) -> np.ndarray:
    """Give 0 for false, 1 for true, 2 for null."""
    codes = _bits(column.cast(pa.bool_()), 1)
    missing = missing_rows(column)
    if missing is not None:
        np.maximum(codes, missing * np.uint8(2), out=codes)
    return codes


def _bits(column: pa.Array, buffer: int) -> np.ndarray:
    if not len(column):
        return np.zeros(0, dtype=np.uint8)
    raw = np.frombuffer(column.buffers()[buffer], dtype=np.uint8)
    end = column.offset + len(column)
    return np.unpackbits(raw, bitorder="little", count=end)[column.offset :]


def put_missing(
    codes: np.ndarray, values: np.ndarray, missing: np.ndarray | None, code: int
) -> None:
    """Write the code of missing values, which is the greatest; so is a double that is not finite.

    The greater of two bytes is found for 64 rows at once; to write at chosen places takes each
    row by itself, ten times as long.
    """
    greatest = codes.dtype.type(code)
    if values.dtype.kind == "f":
        finite = np.isfinite(values)
        if not finite.all():
            np.maximum(codes, ~finite * greatest, out=codes)
    if missing is not None:
        np.maximum(codes, missing * greatest, out=codes)
