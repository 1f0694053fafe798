"""A measure's condition, written in the rule language, as SQL over the item's columns."""

from __future__ import annotations

import datetime as dt

from huoshui.entities.ops.settlement import state_order
from huoshui.indicators.ops import Ask
from huoshui.policy import expression
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Indicator
from huoshui.policy.scope import item_scope


def asked(pack: Pack, indicator: Indicator, asof: dt.date) -> Ask:
    """Put together what an operation needs to know to measure an indicator."""
    measure = indicator.measure
    assert measure is not None, f"{indicator.id} is computed, not measured"
    item = pack.items[measure.item]
    preferred = state_order(item, pack.settlement)
    if measure.where is None:
        return Ask(indicator, measure, item, asof, preferred)
    where = pack.where("indicators", indicator.id, "measure", "where")
    parsed = expression.parse(measure.where, where)
    typed = expression.check(parsed, item_scope(pack, item))
    read = sorted(expression.names(parsed) & {*item.columns, "true_from", "true_until", "feed"})
    condition = expression.to_sql(typed, asof=asof)
    return Ask(indicator, measure, item, asof, preferred, condition, tuple(read))
