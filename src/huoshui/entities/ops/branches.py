"""A branch is linked to its body and stays an entity: its records are not its parent's.

A parent's list of branches decides.  Else the name does: the parent's name in full, then what
distinguishes the branch, then a word that only branches end with (`…有限公司乙市分公司`).
"""

from __future__ import annotations

from collections.abc import Iterable

from huoshui.entities import schema
from huoshui.entities.sql import ends_with

_PARENT_NAME = range(4, 61)
"""Characters of a parent's name that a branch's name is tried for; three name no body in full."""


def entity_names() -> str:
    """Make `entity_name`: every entity with each normal name that it bears or bore."""
    return """
SELECT entity, normal, is_current FROM name_bearer
UNION ALL SELECT entity, normal, 1 AS is_current FROM asker_entity WHERE how = 'name_only'"""


def branches_listed(*, branch: bool) -> str:
    """Make `branch_listed`: a branch and the parent that lists it; the latest listing wins."""
    if not branch:
        return "SELECT CAST(NULL AS VARCHAR) AS branch, CAST(NULL AS VARCHAR) AS parent WHERE FALSE"
    return f"""
SELECT branch, parent FROM (
  SELECT c.entity AS branch, s.entity AS parent, row_number() OVER (
    PARTITION BY c.entity ORDER BY b.true_from DESC NULLS LAST, b.batch DESC, s.entity) AS place
  FROM fact_{schema.BRANCH} AS b
  JOIN subject_entity AS s ON s.subject_code IS NOT DISTINCT FROM b.subject_code
    AND s.subject_name IS NOT DISTINCT FROM b.subject_name
  JOIN code_entity AS c ON c.code = b.branch_code
  WHERE c.entity IS NOT NULL AND c.entity <> s.entity
) AS listed WHERE place = 1"""


def branches_named(branch_words: Iterable[str]) -> str:
    """Make `branch_named`: a branch and the body with the longest name that begins its own.

    Where two bodies bear that name, or two names of one branch lead to two bodies, there is no row.
    """
    lengths = ", ".join(f"({n})" for n in _PARENT_NAME)
    return f"""
SELECT branch, min(parent) AS parent FROM (
  SELECT p.branch, p.parent, p.shared, max(p.shared) OVER (PARTITION BY p.branch) AS longest
  FROM (
    SELECT DISTINCT b.entity AS branch, e.entity AS parent, l.shared
    FROM (SELECT entity, normal FROM entity_name
      WHERE is_current = 1 AND {ends_with("normal", branch_words)}) AS b
    JOIN (VALUES {lengths}) AS l(shared) ON l.shared < length(b.normal) - 1
    JOIN entity_name AS e ON e.normal = substr(b.normal, 1, l.shared)
    WHERE e.entity <> b.entity
  ) AS p
) AS ranked WHERE shared = longest
GROUP BY branch HAVING count(DISTINCT parent) = 1"""


def branch_links() -> str:
    """Make `branch_link`; see `schema.BRANCH_LINK`."""
    return """
SELECT branch, parent, 'listed' AS how FROM branch_listed
UNION ALL SELECT n.branch, n.parent, 'name' AS how FROM branch_named AS n
LEFT JOIN branch_listed AS l ON l.branch = n.branch WHERE l.branch IS NULL"""
