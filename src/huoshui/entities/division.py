"""The division that an entity's records are kept with: its registration authority's region.

A unified code says it in its characters 3 to 8 (GB 32100-2015: the administrative division of the
registration authority); other ids go by their first letter.  It depends on the id alone, so that an
entity stays where it is whatever becomes known of it.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from huoshui.entities.ops.linking import UNIFIED_LENGTH


def division_sql(entity: str) -> str:
    """Write the division of a column of entities, as SQL."""
    return (
        f"CASE WHEN length({entity}) = {UNIFIED_LENGTH} THEN substr({entity}, 3, 6)"
        f" ELSE substr({entity}, 1, 1) END"
    )


def divisions(entities: pa.Array) -> pa.Array:
    """Give the division of each of some entities.

    >>> divisions(pa.array(["91430102MA4L16JQ9B", "N0C1D2E3F4A5B6C7D8E9F"])).to_pylist()
    ['430102', 'N']
    """
    return pc.if_else(
        pc.equal(pc.utf8_length(entities), UNIFIED_LENGTH),
        pc.utf8_slice_codeunits(entities, 2, 8),
        pc.utf8_slice_codeunits(entities, 0, 1),
    )
