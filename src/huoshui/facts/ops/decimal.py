"""Numbers with a fraction, in the column's unit and to six decimals; 35% is 35 percent."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from huoshui.facts.faults import Fault, FeedRefusal
from huoshui.facts.ops.reading import Reader, Reading, cleaned
from huoshui.policy.schema import ColumnType

SIXTH = Decimal("0.000001")
MOST = Decimal(10) ** 12

_FORM = re.compile(
    r"([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?:\.[0-9]{1,30})?(?:E[+-]?[0-9]{1,2})?)"
)


def reading(reader: Reader) -> Reading:
    """Read a number."""
    factor, percents = reader.factor, _percent_factor(reader)

    def read(text: str) -> Decimal | Fault | None:
        bare = cleaned(text)
        if bare is None:
            return None
        folded = unicodedata.normalize("NFKC", bare)
        is_percent = folded.endswith("%")
        found = number(folded.removesuffix("%"))
        if found is None or (is_percent and percents is None):
            return Fault.of(FeedRefusal.NOT_A_NUMBER)
        value = found * (percents if is_percent and percents is not None else factor)
        if abs(value) >= MOST:
            return Fault.of(FeedRefusal.OUT_OF_RANGE, range="twelve digits before the point")
        return value.quantize(SIXTH, ROUND_HALF_UP)

    return Reading(ColumnType.DECIMAL, read, plain if factor == 1 else None, proven)


def plain(raw: str) -> str:
    """Take digits with at most six decimals."""
    form = "[+-]?[0-9]{1,12}([.][0-9]{1,6})?"
    return f"CASE WHEN regexp_full_match({raw}, '{form}') THEN CAST({raw} AS DECIMAL(18, 6)) END"


def proven(raw: str) -> str:
    """Take a number that is known to be plain."""
    return f"CAST({raw} AS DECIMAL(18, 6))"


def number(text: str) -> Decimal | None:
    """Read digits with separators, a fraction and an exponent, or None."""
    match = _FORM.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    return Decimal(match[1].replace(",", "")) if match else None


def _percent_factor(reader: Reader) -> Decimal | None:
    unit = reader.pack.units.get(reader.column.unit or "")
    percent = reader.pack.units.get("percent")
    if unit is None or percent is None or unit.dimension != percent.dimension:
        return None
    return percent.scale / unit.scale
