"""Which of several facts is believed: the latest word of each feed, then the rule of the pack.

A correction is the same key in a later batch, and it supersedes the earlier word of the same feed
only.  Where feeds differ, the settlement rule chooses; the losing facts remain in `fact_<item>`.
"""

from __future__ import annotations

from huoshui.entities.sql import names
from huoshui.kernel.sql import literal, quoted
from huoshui.policy.schema import FACTS_BUILT_IN, Item, Settlement

LATEST_WORD = "batch DESC, source_row DESC, source_file DESC"
"""The order of what one feed says of one key: later batches first, then later rows."""


def settled(item: Item, rule: Settlement, only: str | None = None) -> str:
    """Make `settled_<item>`: one row for each entity and key, as the believed feed last gave it.

    Most facts are alone under their key; only the contested are put in order, since sorting all
    of them would take most of the time of the stage.
    """
    own = [c for c in item.columns if c not in FACTS_BUILT_IN]
    columns = names(["entity", *own, *FACTS_BUILT_IN])
    key = names(["entity", *item.key])
    same = " AND ".join(
        f"c.{column} IS NOT DISTINCT FROM f.{column}" for column in map(quoted, item.key)
    )
    limited = f"\n  WHERE {only}" if only else ""
    return f"""
WITH linked AS (
  SELECT s.entity, {names([*own, *FACTS_BUILT_IN], "f")} FROM fact_{item.id} AS f
  JOIN subject_entity AS s ON s.subject_code IS NOT DISTINCT FROM f.subject_code
    AND s.subject_name IS NOT DISTINCT FROM f.subject_name{limited}
), contested AS (
  SELECT {key}, TRUE AS is_contested FROM linked GROUP BY {key} HAVING count(*) > 1
), told AS (
  SELECT f.*, coalesce(c.is_contested, FALSE) AS is_contested
  FROM linked AS f LEFT JOIN contested AS c ON c.entity = f.entity AND {same}
)
SELECT {columns} FROM told WHERE NOT is_contested
UNION ALL
SELECT {columns} FROM (
  SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY {_preference(item, rule)}) AS preference
  FROM (
    SELECT *, row_number() OVER (PARTITION BY {key}, feed ORDER BY {LATEST_WORD}) AS version
    FROM told WHERE is_contested
  ) AS versions WHERE version = 1
) AS feeds WHERE preference = 1"""


def _preference(item: Item, rule: Settlement) -> str:
    """Order what feeds say of one key, the believed first; ties fall to the feed's name."""
    order = []
    for step in rule.rule:
        if step == "authority":
            order += authority_first(item, rule)
        elif step == "latest_true":
            order.append("true_from DESC NULLS LAST")
        else:
            order.append("batch DESC")
    return ", ".join([*order, "feed", "source_file DESC", "source_row DESC"])


def authority_first(item: Item, rule: Settlement) -> list[str]:
    """Write the order of feeds by authority; empty where the rule names none for the item."""
    feeds = rule.authority.get(item.id, ())
    if "authority" not in rule.rule or not feeds:
        return []
    ranks = " ".join(f"WHEN {literal(feed)} THEN {n}" for n, feed in enumerate(feeds))
    return [f"CASE feed {ranks} ELSE {len(feeds)} END"]


NEWEST_FIRST = "true_from DESC, batch DESC, feed, source_file DESC, source_row DESC"
"""The order of facts by newness; it leaves no ties."""


def state_order(item: Item, rule: Settlement) -> str:
    """Order the reports of one state, the one that holds first: by authority, then by newness."""
    return ", ".join([*authority_first(item, rule), NEWEST_FIRST])
