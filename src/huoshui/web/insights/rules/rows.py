"""Where a profile's columns stand in the typed arrays of its row, and back again.

A snapshot keeps for each column the array, the place in it and the items behind it; a row read
from the database becomes the same plain values that the published table has.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence

import pyarrow as pa

ARRAYS: Mapping[str, Callable[[pa.DataType], bool]] = {
    "whole": pa.types.is_integer,
    "fraction": pa.types.is_floating,
    "flag": pa.types.is_boolean,
    "word": pa.types.is_string,
    "day": pa.types.is_date,
}
"""Array of a profile's row -> the Arrow types it holds."""

ELEMENTS: Mapping[str, pa.DataType] = {
    "whole": pa.int64(),
    "fraction": pa.float64(),
    "flag": pa.bool_(),
    "word": pa.string(),
    "day": pa.date32(),
}
"""Array of a profile's row -> the type in which it keeps what it holds."""

ENTITY = "entity"

Column = tuple[str, int, Sequence[str]]
"""The array, the place in it from 0, and the items behind."""


def placed(
    schema: pa.Schema, items_of: Callable[[Sequence[str]], frozenset[str]]
) -> dict[str, Column]:
    """Give each column of a published profile its place."""
    filled = dict.fromkeys(ARRAYS, 0)
    made: dict[str, Column] = {}
    for field in schema:
        if field.name == ENTITY:
            continue
        array = array_of(field.type)
        made[field.name] = (array, filled[array], sorted(items_of((field.name,))))
        filled[array] += 1
    return made


def array_of(kind: pa.DataType) -> str:
    """Name the array that holds values of a type."""
    (found,) = (name for name, holds in ARRAYS.items() if holds(kind))
    return found


def row_of_arrays(
    columns: Mapping[str, Column],
    entity: str,
    arrays: Mapping[str, Sequence[object]],
    *,
    only: Container[str] | None = None,
) -> dict[str, object]:
    """Give a row by column name; with `only`, the columns that may be told and no others."""
    row: dict[str, object] = {ENTITY: entity}
    for name, (array, place, _) in columns.items():
        if only is None or name in only:
            row[name] = arrays[array][place]
    return row
