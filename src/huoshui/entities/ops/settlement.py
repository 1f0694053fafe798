"""Which of several facts is believed: the latest word of each feed, then the rule of the pack.

A correction is the same key in a later batch, and it supersedes the earlier word of the same feed
only.  Where feeds differ, the settlement rule chooses; the losing facts remain in `fact_<item>`.
"""

from __future__ import annotations

from huoshui.entities.sql import names
from huoshui.kernel.sql import literal
from huoshui.policy.schema import FACTS_BUILT_IN, Item, Settlement

LATEST_WORD = "f.batch DESC, f.source_row DESC, f.source_file DESC"
"""The order of what one feed says of one key: later batches first, then later rows."""


def settled(item: Item, rule: Settlement) -> str:
    """Make `settled_<item>`: one row for each entity and key, as the believed feed last gave it."""
    own = [c for c in item.columns if c not in FACTS_BUILT_IN]
    columns = names([*own, *FACTS_BUILT_IN], "f")
    key = names(item.key, "f")
    outer_key = names(item.key)
    return f"""
SELECT entity, {names([*own, *FACTS_BUILT_IN])} FROM (
  SELECT *, row_number() OVER (PARTITION BY entity, {outer_key} ORDER BY {_preference(item, rule)})
    AS preference
  FROM (
    SELECT s.entity, {columns}, row_number() OVER (
      PARTITION BY s.entity, {key}, f.feed ORDER BY {LATEST_WORD}) AS version
    FROM fact_{item.id} AS f
    JOIN subject_entity AS s ON s.subject_code IS NOT DISTINCT FROM f.subject_code
      AND s.subject_name IS NOT DISTINCT FROM f.subject_name
  ) AS versions WHERE version = 1
) AS feeds WHERE preference = 1"""


def _preference(item: Item, rule: Settlement) -> str:
    """Order what feeds say of one key, the believed first; ties fall to the feed's name."""
    order = []
    for step in rule.rule:
        if step == "authority":
            feeds = rule.authority.get(item.id, ())
            if feeds:
                ranks = " ".join(f"WHEN {literal(feed)} THEN {n}" for n, feed in enumerate(feeds))
                order.append(f"CASE feed {ranks} ELSE {len(feeds)} END")
        elif step == "latest_true":
            order.append("true_from DESC NULLS LAST")
        else:
            order.append("batch DESC")
    return ", ".join([*order, "feed", "source_file DESC", "source_row DESC"])
