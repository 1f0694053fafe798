"""Indicators computed from other columns of the profile, each after those that it reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from graphlib import TopologicalSorter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huoshui.indicators.explain import parts
from huoshui.indicators.schema import arrow_type, profile_schema
from huoshui.policy import expression
from huoshui.policy.pack import Pack
from huoshui.policy.scope import profile_scope


def order(pack: Pack) -> list[str]:
    """Give the computed indicators in an order in which each comes after its parts."""
    graph = {name: parts(pack, name) for name in sorted(pack.indicators)}
    return [n for n in TopologicalSorter(graph).static_order() if pack.indicators[n].formula]


def compute(pack: Pack, table: pa.Table, *, asof: dt.date) -> pa.Table:
    """Add the computed columns to `profile_measured` and order all by name.

    A number whose unit is counted whole is rounded half away from zero.
    """
    columns = {name: table.column(name).combine_chunks() for name in table.column_names}
    for name in order(pack):
        columns[name] = computed(pack, name, columns, asof=asof, rows=table.num_rows)
    schema = profile_schema(pack)
    return pa.table([columns[name] for name in schema.names], schema=schema)


def computed(
    pack: Pack, name: str, columns: Mapping[str, pa.Array], *, asof: dt.date, rows: int
) -> pa.Array:
    """Give one computed indicator from the columns that its formula reads."""
    indicator = pack.indicators[name]
    assert indicator.formula is not None, f"{name} is measured, not computed"
    where = pack.where("indicators", name, "formula")
    parsed = expression.parse(indicator.formula, where)
    typed = expression.check(parsed, profile_scope(pack, indicator.values))
    value = expression.evaluate_table(typed, columns, asof=asof, rows=rows)
    return _cast(value, arrow_type(pack, indicator))


_WHOLE_BELOW = float(2**63)


def _cast(value: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Bring a computed column to its type; a number too great to be counted is unknown."""
    if isinstance(value, pa.ChunkedArray):
        value = value.combine_chunks()
    if pa.types.is_floating(value.type) and pa.types.is_integer(wanted):
        value = pc.round(value, round_mode="half_towards_infinity")
        fits = pc.less(pc.abs(value), pa.scalar(_WHOLE_BELOW))
        value = pc.if_else(fits, value, pa.scalar(None, pa.float64()))
        numbers = np.asarray(value.fill_null(0)).astype(np.int64)
        return pa.array(numbers, wanted, mask=np.asarray(pc.is_null(value)))
    return value.cast(wanted)
