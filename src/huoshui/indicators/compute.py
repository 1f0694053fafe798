"""Indicators computed from other columns of the profile, each after those that it reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huoshui.indicators.explain import parts
from huoshui.indicators.schema import arrow_type, profile_schema
from huoshui.policy import expression
from huoshui.policy.expression import Typed
from huoshui.policy.pack import Pack
from huoshui.policy.scope import profile_scope


@dataclass(frozen=True, eq=False)
class Formulas:
    """The formulas of a pack made ready: once for a run, used on any number of tables."""

    asof: dt.date
    typed: Mapping[str, Typed]  # by indicator, each after those that it reads
    schema: pa.Schema  # of the profile

    def add(self, table: pa.Table) -> pa.Table:
        """Add the computed columns to what was measured and order all by name.

        A number whose unit is counted whole is rounded half away from zero.
        """
        columns = {name: table.column(name).combine_chunks() for name in table.column_names}
        for name, typed in self.typed.items():
            value = expression.evaluate_table(typed, columns, asof=self.asof, rows=table.num_rows)
            columns[name] = _cast(value, self.schema.field(name).type)
        return pa.table([columns[name] for name in self.schema.names], schema=self.schema)


def compile(pack: Pack, *, asof: dt.date) -> Formulas:
    """Make the formulas of a pack ready for a day."""
    return Formulas(asof, {name: _typed(pack, name) for name in order(pack)}, profile_schema(pack))


def order(pack: Pack) -> list[str]:
    """Give the computed indicators in an order in which each comes after its parts."""
    graph = {name: parts(pack, name) for name in sorted(pack.indicators)}
    return [n for n in TopologicalSorter(graph).static_order() if pack.indicators[n].formula]


def compute(pack: Pack, table: pa.Table, *, asof: dt.date) -> pa.Table:
    """Add the computed columns to `profile_measured` and order all by name; see `Formulas`."""
    return compile(pack, asof=asof).add(table)


def computed(
    pack: Pack, name: str, columns: Mapping[str, pa.Array], *, asof: dt.date, rows: int
) -> pa.Array:
    """Give one computed indicator from the columns that its formula reads."""
    value = expression.evaluate_table(_typed(pack, name), columns, asof=asof, rows=rows)
    return _cast(value, arrow_type(pack, pack.indicators[name]))


def _typed(pack: Pack, name: str) -> Typed:
    indicator = pack.indicators[name]
    assert indicator.formula is not None, f"{name} is measured, not computed"
    where = pack.where("indicators", name, "formula")
    parsed = expression.parse(indicator.formula, where)
    return expression.check(parsed, profile_scope(pack, indicator.values))


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
