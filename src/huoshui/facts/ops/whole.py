"""Whole numbers, in the column's unit; `form: yyyy` reads a year written 2023年 or 2023年度 too."""

from __future__ import annotations

from decimal import Decimal

from huoshui.facts.faults import Fault, FeedRefusal
from huoshui.facts.ops.decimal import number
from huoshui.facts.ops.reading import Reader, Reading, cleaned
from huoshui.kernel import period
from huoshui.policy.schema import ColumnType


def reading(reader: Reader) -> Reading:
    """Read a whole number."""
    factor, is_year = reader.factor, reader.feed.form == "yyyy" or reader.column.unit == "year"

    def read(text: str) -> int | Fault | None:
        bare = cleaned(text)
        if bare is None:
            return None
        if is_year and (year := period.parse_year(bare)):
            return year
        found = number(bare)
        if found is None:
            return Fault.of(FeedRefusal.NOT_A_NUMBER)
        value = found * factor
        if value != value.to_integral_value():
            return Fault.of(FeedRefusal.NOT_WHOLE, unit=reader.column.unit or "one")
        if abs(value) >= Decimal(2) ** 63:
            return Fault.of(FeedRefusal.OUT_OF_RANGE, range="what can be counted")
        return int(value)

    return Reading(ColumnType.WHOLE, read, plain if factor == 1 else None, proven)


def plain(raw: str) -> str:
    """Take digits alone."""
    return (
        f"CASE WHEN regexp_full_match({raw}, '[+-]?[0-9]{{1,18}}') THEN CAST({raw} AS BIGINT) END"
    )


def proven(raw: str) -> str:
    """Take a number that is known to be plain."""
    return f"CAST({raw} AS BIGINT)"
