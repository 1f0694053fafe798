"""Which entity a record is about: codes decide, names only where they leave no doubt.

A valid code is an entity.  An old 15-digit number stands for the unified code that some
registration gives it beside.  A record with a name only joins the one entity that bears the name
or bore it; where several do, it joins none, because lending on a stranger's record is worse than
not knowing.  Two different codes are never made one by a name.

Probabilistic linkage (spelling errors, addresses, people) will add rows to `name_bearer`; what
follows it needs no change.
"""

from __future__ import annotations

from collections.abc import Iterable

from huoshui.entities import schema

UNIFIED_LENGTH = 18
"""Characters of a unified social credit code (GB 32100-2015)."""


def subjects_seen(items: Iterable[str]) -> str:
    """Make `subject_seen`: one row for each code and name as facts give them."""
    each = "\nUNION ALL ".join(
        f"SELECT subject_code, subject_name, batch FROM fact_{item}" for item in items
    )
    return f"""
SELECT subject_code, subject_name, max(batch) AS batch, count(*) AS facts
FROM ({each}) AS every_fact
GROUP BY subject_code, subject_name"""


def names_seen(*, registration: bool, branch: bool) -> str:
    """Give every name that stands anywhere, as the column `name`."""
    parts = ["SELECT subject_name AS name FROM subject_seen"]
    if registration:
        parts.append(f"SELECT former_name AS name FROM fact_{schema.REGISTRATION}")
    if branch:
        parts.append(f"SELECT branch_name AS name FROM fact_{schema.BRANCH}")
    return " UNION ALL ".join(parts)


def legacy_codes(*, registration: bool) -> str:
    """Make `legacy_code`: an old number, a unified code beside which it stands, and how many do."""
    if not registration:
        return (
            "SELECT CAST(NULL AS VARCHAR) AS legacy, CAST(NULL AS VARCHAR) AS code,"
            " 0 AS codes WHERE FALSE"
        )
    return f"""
SELECT legacy_no AS legacy, min(subject_code) AS code, count(DISTINCT subject_code) AS codes
FROM fact_{schema.REGISTRATION}
WHERE legacy_no IS NOT NULL AND length(subject_code) = {UNIFIED_LENGTH}
GROUP BY legacy_no"""


def code_entities(*, branch: bool) -> str:
    """Make `code_entity`: a code that stands anywhere and its entity (null: several claim it)."""
    branches = (
        f" UNION SELECT branch_code AS code FROM fact_{schema.BRANCH} WHERE branch_code IS NOT NULL"
        if branch
        else ""
    )
    return f"""
SELECT seen.code,
  CASE WHEN l.codes > 1 THEN NULL WHEN l.codes = 1 THEN l.code ELSE seen.code END AS entity,
  CASE WHEN l.codes = 1 THEN 'legacy_code' ELSE 'code' END AS how,
  coalesce(l.codes, 1) AS candidates
FROM (SELECT subject_code AS code FROM subject_seen
  WHERE subject_code IS NOT NULL{branches}) AS seen
LEFT JOIN legacy_code AS l ON l.legacy = seen.code"""


def name_bearers(*, registration: bool, branch: bool) -> str:
    """Make `name_bearer`: an entity with a code and a normal name that it bears or bore."""
    parts = [
        """
SELECT n.normal, c.entity, 1 AS is_current FROM subject_seen AS s
JOIN code_entity AS c ON c.code = s.subject_code
JOIN name_normal AS n ON n.name = s.subject_name WHERE c.entity IS NOT NULL"""
    ]
    if branch:
        parts.append(f"""
SELECT n.normal, c.entity, 1 AS is_current FROM fact_{schema.BRANCH} AS b
JOIN code_entity AS c ON c.code = b.branch_code
JOIN name_normal AS n ON n.name = b.branch_name WHERE c.entity IS NOT NULL""")
    if registration:
        parts.append(f"""
SELECT n.normal, c.entity, 0 AS is_current FROM fact_{schema.REGISTRATION} AS r
JOIN code_entity AS c ON c.code = r.subject_code
JOIN name_normal AS n ON n.name = r.former_name WHERE c.entity IS NOT NULL""")
    return f"""
SELECT normal, entity, max(is_current) AS is_current
FROM ({" UNION ALL ".join(parts)}) AS borne GROUP BY normal, entity"""


def name_entities() -> str:
    """Make `name_entity`: a normal name that stands without a code, and the entity it leads to.

    The id of an entity known by name only is a digest of the normal name, so that it does not
    depend on what else is known nor on the order of rows.
    """
    return """
SELECT o.normal, count(b.entity) AS candidates,
  CASE count(b.entity) WHEN 0 THEN concat('N', upper(substr(md5(o.normal), 1, 20)))
    WHEN 1 THEN min(b.entity) END AS entity,
  CASE WHEN count(b.entity) = 0 THEN 'name_only' WHEN max(b.is_current) = 1 THEN 'name'
    ELSE 'former_name' END AS how
FROM (SELECT DISTINCT n.normal FROM subject_seen AS s
  JOIN name_normal AS n ON n.name = s.subject_name WHERE s.subject_code IS NULL) AS o
LEFT JOIN name_bearer AS b ON b.normal = o.normal
GROUP BY o.normal"""


def subject_links() -> str:
    """Make `subject_link`: one row for each way of naming a subject, with or without an entity."""
    return f"""
SELECT s.subject_code, s.subject_name, s.facts,
  CASE WHEN s.subject_code IS NOT NULL THEN c.entity ELSE n.entity END AS entity,
  CASE WHEN s.subject_code IS NOT NULL THEN c.how ELSE n.how END AS how,
  CASE WHEN s.subject_code IS NOT NULL THEN '{schema.AMBIGUOUS_LEGACY_CODE}'
    WHEN n.normal IS NULL THEN '{schema.NO_SUBJECT}'
    ELSE '{schema.AMBIGUOUS_NAME}' END AS reason,
  CASE WHEN s.subject_code IS NOT NULL THEN c.candidates ELSE coalesce(n.candidates, 0) END
    AS candidates
FROM subject_seen AS s
LEFT JOIN code_entity AS c ON c.code = s.subject_code
LEFT JOIN name_normal AS f ON f.name = s.subject_name
LEFT JOIN name_entity AS n ON n.normal = f.normal"""


def subject_entities() -> str:
    """Make `subject_entity`; see `schema.SUBJECT_ENTITY`."""
    return (
        "SELECT subject_code, subject_name, entity, how FROM subject_link WHERE entity IS NOT NULL"
    )


def unlinked() -> str:
    """Make `unlinked`; see `schema.UNLINKED`."""
    return (
        "SELECT subject_code, subject_name, reason, facts, candidates FROM subject_link"
        " WHERE entity IS NULL"
    )
