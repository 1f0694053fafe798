"""Published tables as the text that COPY takes, made column by column and never cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

NULL = "\\N"

_ESCAPED = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def lines(fields: Sequence[pa.Array]) -> bytes:
    """Give rows of text, made by `value` and `array_text`, as COPY reads them."""
    joined = pc.binary_join_element_wise(*fields, "\t")
    ended = pc.binary_join_element_wise(joined, "", "\n")
    data = pa.concat_arrays(ended.chunks) if isinstance(ended, pa.ChunkedArray) else ended
    _, _, held = data.buffers()
    return b"" if held is None else held.to_pybytes()


def value(column: pa.Array) -> pa.Array:
    """Give a column as text, each missing value as COPY writes it."""
    return pc.fill_null(_escaped(_text(column)), NULL)


def array_text(columns: Sequence[pa.Array], rows: int) -> pa.Array:
    """Give columns of one type as one column of PostgreSQL arrays."""
    if not columns:
        return pa.array(["{}"] * rows)
    inner = pc.binary_join_element_wise(*(_element(c) for c in columns), ",")
    return pc.binary_join_element_wise(pa.scalar("{"), inner, pa.scalar("}"), "")


def _element(column: pa.Array) -> pa.Array:
    text = _text(column)
    if pa.types.is_string(column.type):
        text = _replaced(_replaced(text, "\\", "\\\\"), '"', '\\"')
        text = _escaped(pc.binary_join_element_wise(pa.scalar('"'), text, pa.scalar('"'), ""))
    return pc.fill_null(text, "NULL")


def _text(column: pa.Array) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _escaped(text: pa.Array) -> pa.Array:
    for raw, written in _ESCAPED:
        text = _replaced(text, raw, written)
    return text


def _replaced(text: pa.Array, raw: str, written: str) -> pa.Array:
    return pc.replace_substring(text, pattern=raw, replacement=written)
