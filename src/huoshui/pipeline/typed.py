"""The facts stage on an engine: what is not plain is looked up in Python, once for each text."""

from __future__ import annotations

from collections.abc import Sequence

from huoshui.engines.engine import Engine
from huoshui.facts.build import build
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Feed, Item


def typed(engine: Engine, feed: Feed, item: Item, pack: Pack, columns: Sequence[str]) -> None:
    """Make `typed` on an engine that has `raw`."""
    plan = build(feed, item, pack, columns=columns)
    asked = engine.query(plan.counts).to_pylist()[0]
    made: dict[str, bool] = {}
    for lookup in plan.lookups:
        if not asked[lookup.name]:
            continue
        table = lookup.read(engine.query(lookup.givens)["given"])
        engine.arrow(lookup.name, table)
        made[lookup.name] = table["fault"].null_count < table.num_rows
    engine.steps(plan.steps(made))
