"""What waits on records in doubt: their facts by item, so that a person sees what a word moves."""

from __future__ import annotations

from collections.abc import Iterable

from huoshui.kernel.sql import literal


def facts_waiting(items: Iterable[str]) -> str:
    """Make `waiting`; see `schema.WAITING`.

    Only what stands in `resemblance` is counted, so that it is small however many facts there are.
    """
    each = "\nUNION ALL ".join(
        f"SELECT subject_code, subject_name, {literal(item)} AS item FROM fact_{item}"
        for item in items
    )
    return f"""
SELECT r.subject_code, r.subject_name, f.item, count(*) AS facts
FROM (SELECT DISTINCT subject_code, subject_name FROM resemblance) AS r
JOIN ({each}) AS f ON f.subject_code IS NOT DISTINCT FROM r.subject_code
  AND f.subject_name IS NOT DISTINCT FROM r.subject_name
GROUP BY r.subject_code, r.subject_name, f.item"""
