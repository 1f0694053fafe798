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


def doubled_keys(item: Item, relation: str) -> str:
    """Ask whether a relation may have two rows under one subject and key; no is certain."""
    return f"SELECT count(*) > count(DISTINCT hash({key_sql(item)})) AS doubled FROM {relation}"


def without_repeats(item: Item, source: str) -> str:
    """Make `good` without rows that the file repeats word for word; the last of them stays."""
    everything = ", ".join(map(quoted, schema.own_columns(item)))
    return (
        f"SELECT * FROM {source} QUALIFY row_number() OVER "
        f"(PARTITION BY {everything} ORDER BY source_row DESC) = 1"
    )


def kept(item: Item, facts: str, *, batches: int) -> str:
    """Make `kept`: the latest known version of each of a feed's facts that `good` speaks of too."""
    key = key_sql(item)
    rows = f"SELECT * FROM {facts} WHERE hash({key}) IN (SELECT hash({key}) FROM {GOOD})"
    if batches == 1:  # one batch has one version of each
        return rows
    return f"{rows} QUALIFY batch = max(batch) OVER (PARTITION BY {key})"


def fresh(item: Item, *, is_single: bool) -> str:
    """Make `fresh`: the rows of `good` whose version is not the latest known, `kept`.

    `is_single` says that every version on both sides is one row.
    """
    own = [quoted(name) for name in schema.own_columns(item)]
    equal = " AND ".join(f"g.{name} IS NOT DISTINCT FROM k.{name}" for name in own)
    if is_single:
        return f"SELECT * FROM {GOOD} g ANTI JOIN {KEPT} k ON {equal}"
    return f"""WITH g AS (SELECT *, {_places(item)} FROM {GOOD}),
k AS (SELECT *, {_places(item)} FROM {KEPT}),
matched AS (
  SELECT g.key, g.many FROM g
  JOIN k ON g.key = k.key AND g.nth = k.nth AND g.many = k.many AND {equal}
),
same AS (SELECT key FROM matched GROUP BY key, many HAVING count(*) = many)
SELECT g.* EXCLUDE (key, nth, many) FROM g ANTI JOIN same ON g.key = same.key"""


def key_sql(item: Item) -> str:
    """Give the subject, by code or else by name, and the item's key."""
    return ", ".join(["coalesce(subject_code, subject_name)", *map(quoted, item.key)])


def _places(item: Item) -> str:
    """Give the key as one value, a row's place under it, and how many rows stand there."""
    key = key_sql(item)
    return (
        f"({key}) AS key, row_number() OVER (PARTITION BY {key} ORDER BY source_row) AS nth, "
        f"count(*) OVER (PARTITION BY {key}) AS many"
    )
