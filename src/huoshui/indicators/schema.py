"""What the indicators stage makes: `profile_measured`, then the profile with its formulas.

One row for each entity, a column for each indicator, named as the indicator is.
"""

from __future__ import annotations

import pyarrow as pa

from huoshui.policy.pack import Pack
from huoshui.policy.schema import Indicator, Measure

PROFILE_SUBJECT = "profile_subject"
PROFILE_COUNTED = "profile_counted"  # measured, with the count of `profile_subject`
PROFILE_MEASURED = "profile_measured"

SUMS = "sums_for_"  # begins the names of sums that only the measures of the same item read

COUNTED = "nth"
"""The column that counts the subjects from 0, by division and id."""

TRACE = ("feed", "source_file", "source_row", "batch", "holds_from", "holds_until")
"""What a trace tells of each contributing fact, before its key and the columns that are read."""


def is_whole(pack: Pack, indicator: Indicator) -> bool:
    """Say whether a number is kept as an integer, as its unit tells."""
    return indicator.type == "number" and pack.units[indicator.unit or "ratio"].whole


def arrow_type(pack: Pack, indicator: Indicator) -> pa.DataType:
    """Give the type of an indicator's column."""
    if indicator.type == "number":
        return pa.int64() if is_whole(pack, indicator) else pa.float64()
    return {"flag": pa.bool_(), "day": pa.date32(), "text": pa.string()}[indicator.type]


def sql_type(pack: Pack, indicator: Indicator) -> str:
    """Give the same type as SQL says it."""
    if indicator.type == "number":
        return "BIGINT" if is_whole(pack, indicator) else "DOUBLE"
    return {"flag": "BOOLEAN", "day": "DATE", "text": "VARCHAR"}[indicator.type]


def gives_amount(measure: Measure) -> bool:
    """Say whether a measure gives an amount of its column, in the column's unit."""
    return measure.op in ("latest", "holding", "financial_year", "trailing") and (
        measure.aggregate in (None, "sum", "max", "min")
    )


def profile_schema(pack: Pack) -> pa.Schema:
    """Give the columns of the profile: the entity, then every indicator by name."""
    columns = [(i.id, arrow_type(pack, i)) for _, i in sorted(pack.indicators.items())]
    return pa.schema([("entity", pa.string()), *columns])
