"""Which of a file's rows say something new: versions of facts, compared with what is known.

A version of a fact is all that one file says under one subject and key, in the file's order; most
often that is one row.  A version equal to the latest known is not kept again.  A differing one is
kept beside the earlier ones, so that A, then B, then A again are three.
"""

from __future__ import annotations

from huoshui.facts import schema
from huoshui.kernel.sql import quoted
from huoshui.policy.schema import Item

GOOD = "good"
KEPT = "kept"
FRESH = "fresh"


def doubled_keys(item: Item) -> str:
    """Count the rows of `good` beyond the first under each subject and key."""
    return f"SELECT count(*) - count(DISTINCT ({_key(item)})) AS doubled FROM {GOOD}"


def without_repeats(item: Item, source: str) -> str:
    """Make `good` without rows that the file repeats word for word; the last of them stays."""
    everything = ", ".join(map(quoted, schema.own_columns(item)))
    return (
        f"SELECT * FROM {source} QUALIFY row_number() OVER "
        f"(PARTITION BY {everything} ORDER BY source_row DESC) = 1"
    )


def kept(item: Item, facts: str, feed: str) -> str:
    """Make `kept`: the latest known version of each fact that `good` speaks of too.

    `facts` holds the facts of the item; `feed` is an SQL condition on it.
    """
    return f"""SELECT * FROM {facts}
WHERE {feed} AND ({_key(item)}) IN (SELECT ({_key(item)}) FROM {GOOD})
QUALIFY batch = max(batch) OVER (PARTITION BY {_key(item)})"""


def fresh(item: Item, *, has_kept: bool) -> str:
    """Make `fresh`: the rows of `good` whose version is not the latest known one."""
    if not has_kept:
        return f"SELECT * FROM {GOOD}"
    own = [quoted(name) for name in schema.own_columns(item)]
    equal = " AND ".join(f"g.{name} IS NOT DISTINCT FROM k.{name}" for name in own)
    return f"""WITH g AS (SELECT *, {_places(item)} FROM {GOOD}),
k AS (SELECT *, {_places(item)} FROM {KEPT}),
matched AS (
  SELECT g.source_row, g.key, g.many FROM g
  JOIN k ON g.key = k.key AND g.nth = k.nth AND g.many = k.many AND {equal}
),
same AS (SELECT key FROM matched GROUP BY key, many HAVING count(*) = many)
SELECT g.* EXCLUDE (key, nth, many) FROM g ANTI JOIN same ON g.key = same.key"""


def _key(item: Item) -> str:
    """Give the subject, by code or else by name, and the item's key."""
    return ", ".join(["coalesce(subject_code, subject_name)", *map(quoted, item.key)])


def _places(item: Item) -> str:
    """Give the key as one value, a row's place under it, and how many rows stand there."""
    key = _key(item)
    return (
        f"({key}) AS key, row_number() OVER (PARTITION BY {key} ORDER BY source_row) AS nth, "
        f"count(*) OVER (PARTITION BY {key}) AS many"
    )
