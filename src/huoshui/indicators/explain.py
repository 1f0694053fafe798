"""Which facts a measured indicator of one entity was read from, down to file and row."""

from __future__ import annotations

import datetime as dt

from huoshui.indicators.build import facts_known
from huoshui.indicators.conditions import asked
from huoshui.indicators.ops import OPS
from huoshui.kernel.sql import literal
from huoshui.policy import expression
from huoshui.policy.pack import Pack


def trace(pack: Pack, indicator: str, entity: str, *, asof: dt.date) -> str | None:
    """Give SQL for the facts that an indicator of an entity is made of, the newest first.

    Columns: feed, source_file, source_row, batch, holds_from, holds_until, then the item's key
    and the columns that the measure reads.  None where the indicator is computed by a formula;
    `parts` says from what.
    """
    definition = pack.indicators[indicator]
    if definition.measure is None:
        return None
    ask = asked(pack, definition, asof)
    reader = OPS[ask.measure.op].trace(ask)
    facts = facts_known(ask, reader, f"entity = {literal(entity)}")
    return reader.replace("{facts}", facts)


def parts(pack: Pack, indicator: str) -> tuple[str, ...]:
    """Give the indicators that a formula reads, in the order of their names."""
    formula = pack.indicators[indicator].formula
    if formula is None:
        return ()
    return tuple(sorted(expression.names(expression.parse(formula)) & set(pack.indicators)))
