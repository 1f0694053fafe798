"""What every op is told and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pyarrow as pa

from huoshui.facts.faults import Fault
from huoshui.kernel.sql import literal
from huoshui.policy.pack import Pack
from huoshui.policy.schema import ColumnType, FeedColumn, ItemColumn

ABSENT = ("", "-", "--", "—", "——", "/", "NULL", "null", "None", "N/A", "n/a", "\\N")
"""What sources write where there is nothing; it is read as unknown."""

BLANK = r"[\s\pZ\x{feff}]"
"""A blank of any width, as the engine's regular expressions say it."""

_BLANKS = "\t\n\f\r \u00a0\u1680\u202f\u205f\u2028\u2029\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)


@dataclass(frozen=True)
class Reader:
    """A column of an item, how the feed reads it, and the pack that explains both."""

    name: str
    column: ItemColumn
    feed: FeedColumn
    pack: Pack
    has_serials: bool = False  # the source is a workbook: a day may be a number

    @property
    def factor(self) -> Decimal:
        """Give what a raw number is multiplied by to be in the column's unit."""
        raw, kept = self.feed.unit, self.column.unit
        if raw is None or raw == kept:
            return Decimal(1)
        return self.pack.units[raw].scale / self.pack.units[kept or raw].scale


@dataclass(frozen=True)
class Reading:
    """The two ways of reading a text; `read` gives the value, None for nothing, or a fault."""

    type: ColumnType
    read: Callable[[str], object | Fault | None]
    plain: Callable[[str], str] | None = None  # SQL of the raw column -> SQL of the value
    proven: Callable[[str], str] | None = None  # the same where every text is known to be plain
    currency: Callable[[str], str | None] | None = field(default=None)  # for money
    as_is: Callable[[pa.Array], np.ndarray] | None = None  # which texts are their own value


MOST_WORDS = 48
"""How many spellings are worth comparing one by one in the engine."""


def spelled(
    texts: Iterable[str], read: Callable[[str], object], written: Callable[[object], str]
) -> Callable[[str], str] | None:
    """Take the spellings that a column's own words explain, if they are few."""
    found = {text: read(text) for text in texts}
    words = [text for text, word in found.items() if not (word is None or isinstance(word, Fault))]
    if not 0 < len(words) <= MOST_WORDS:
        return None
    cases = " ".join(f"WHEN {literal(text)} THEN {written(found[text])}" for text in words)
    return lambda raw: f"CASE {raw} {cases} END"


def cleaned(text: str) -> str | None:
    """Take the blanks off the ends; None where the source says that there is nothing."""
    bare = text.strip(_BLANKS)
    return None if bare in ABSENT else bare
