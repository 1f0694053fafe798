"""The division that an entity's records are kept with: its registration authority's region.

A unified code says it in its characters 3 to 8 (GB 32100-2015: the administrative division of the
registration authority); other ids go by their first letter.  It depends on the id alone, so that an
entity stays where it is whatever becomes known of it.
"""

from __future__ import annotations

from huoshui.entities.ops.linking import UNIFIED_LENGTH


def division_of(entity: str) -> str:
    """Give the division of an entity.

    >>> division_of("91430102MA4L16JQ9B"), division_of("N0C1D2E3F4A5B6C7D8E9F")
    ('430102', 'N')
    """
    return entity[2:8] if len(entity) == UNIFIED_LENGTH else entity[:1]


def division_sql(entity: str) -> str:
    """Write the same of a column, as SQL."""
    return (
        f"CASE WHEN length({entity}) = {UNIFIED_LENGTH} THEN substr({entity}, 3, 6)"
        f" ELSE substr({entity}, 1, 1) END"
    )
