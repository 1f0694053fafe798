"""Days: 2023-01-05, 2023/1/5, 20230105, 2023年1月5日; months and years by their last day.

`form: yyyymm` reads a month and gives its last day, `form: yyyy` a year.  A number counts as one of
Excel's days only where the source is a workbook.
"""

from __future__ import annotations

import datetime as dt

from huoshui.facts.faults import Fault, FeedRefusal
from huoshui.facts.ops.reading import Reader, Reading, cleaned
from huoshui.kernel import period
from huoshui.policy.schema import ColumnType

FORMS = ("yyyymm", "yyyy")


def reading(reader: Reader) -> Reading:
    """Read a day."""
    form = reader.feed.form

    def read(text: str) -> dt.date | Fault | None:
        bare = cleaned(text)
        if bare is None:
            return None
        if form == "yyyymm":
            day = period.parse_month(bare)
        elif form == "yyyy":
            year = period.parse_year(bare)
            day = period.year_end(year) if year else None
        else:
            day = period.parse_day(bare, serials=reader.has_serials)
        return day or Fault.of(FeedRefusal.NOT_A_DAY)

    return Reading(ColumnType.DAY, read, None if form else plain, proven)


def plain(raw: str) -> str:
    """Take days written as ISO 8601 does; ten characters that are a day cannot be anything else."""
    years = f"{raw} >= '1900' AND {raw} < '22' AND {raw} LIKE '____-__-__'"
    return f"CASE WHEN strlen({raw}) = 10 AND {years} THEN TRY_CAST({raw} AS DATE) END"


def proven(raw: str) -> str:
    """Take a day that is known to be plain."""
    return f"CAST({raw} AS DATE)"
