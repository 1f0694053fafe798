"""Which entity a record is about: codes decide, names only where they leave no doubt.

A valid code is an entity.  An old 15-digit number stands for the unified code that some
registration gives it beside.  A record with a name only joins the one entity that bears the name
or bore it; where several do, it joins none, because lending on a stranger's record is worse than
not knowing.  Two different codes are never made one by a name.

Who neither a code nor a name leads to an entity is an asker: people's words decide, then how much
an entity resembles it (`resemblance`), and otherwise it stays by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from huoshui.entities import schema

UNIFIED_LENGTH = 18
"""Characters of a unified social credit code (GB 32100-2015)."""

OLD_LENGTH = 15
"""Digits of the registration number that it replaced."""

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


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


def names_asked(names: str) -> str:
    """Give every name once."""
    return f"SELECT DISTINCT name FROM ({names}) AS given WHERE name IS NOT NULL"


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


def code_standings(*, branch: bool, judged: bool) -> str:
    """Make `code_standing`: a code that stands anywhere, what it stands for, and how well.

    2: it names its body.  1: it may be another body's: an old number that no registration maps, or
    a code whose check character fails.  0: several bodies claim it.  Only a model of resemblance
    can do anything with codes in doubt, so that without one (`judged` is false) there are none.
    """
    branches = (
        f" UNION SELECT branch_code AS code FROM fact_{schema.BRANCH} WHERE branch_code IS NOT NULL"
        if branch
        else ""
    )
    standing = (
        f"""CASE WHEN l.codes > 1 THEN 0 WHEN l.codes = 1 THEN 2
    WHEN k.code IS NOT NULL THEN 2 WHEN length(seen.code) = {OLD_LENGTH} THEN 1
    WHEN length(seen.code) = {UNIFIED_LENGTH} AND NOT {_check_holds("seen.code")} THEN 1
    ELSE 2 END"""
        if judged
        else "CASE WHEN l.codes > 1 THEN 0 ELSE 2 END"
    )
    return f"""
SELECT seen.code,
  CASE WHEN l.codes > 1 THEN NULL WHEN l.codes = 1 THEN l.code ELSE seen.code END AS own,
  CASE WHEN l.codes = 1 THEN 'legacy_code' ELSE 'code' END AS how,
  coalesce(l.codes, 1) AS candidates, {standing} AS standing
FROM (SELECT subject_code AS code FROM subject_seen
  WHERE subject_code IS NOT NULL{branches}) AS seen
LEFT JOIN legacy_code AS l ON l.legacy = seen.code
LEFT JOIN (SELECT DISTINCT code FROM legacy_code WHERE codes = 1) AS k ON k.code = seen.code"""


def _check_holds(code: str) -> str:
    """Write that a unified code ends with its check character (GB 32100-2015, annex A)."""
    total = " + ".join(
        f"(instr('{_ALPHABET}', substr({code}, {place + 1}, 1)) - 1) * {pow(3, place, 31)}"
        for place in range(UNIFIED_LENGTH - 1)
    )
    check = f"instr('{_ALPHABET}', substr({code}, {UNIFIED_LENGTH}, 1)) - 1"
    return f"(({total}) + {check}) % 31 = 0"


def code_entities() -> str:
    """Make `code_entity`: a code that stands anywhere and its entity (null: several claim it)."""
    return """
SELECT c.code, coalesce(r.root, c.own) AS entity,
  CASE WHEN r.root IS NOT NULL THEN 'decided' ELSE c.how END AS how, c.candidates, c.standing
FROM code_standing AS c LEFT JOIN entity_root AS r ON r.entity = c.own"""


def name_bearers(*, registration: bool, branch: bool) -> str:
    """Make `name_bearer`: an entity with a code and a normal name that it bears or bore.

    A body known by a code in doubt only bears a name as long as no other body does.
    """
    parts = [
        """
SELECT n.normal, c.entity, 1 AS is_current, c.standing FROM subject_seen AS s
JOIN code_entity AS c ON c.code = s.subject_code
JOIN name_normal AS n ON n.name = s.subject_name WHERE c.standing > 0"""
    ]
    if branch:
        parts.append(f"""
SELECT n.normal, c.entity, 1 AS is_current, c.standing FROM fact_{schema.BRANCH} AS b
JOIN code_entity AS c ON c.code = b.branch_code
JOIN name_normal AS n ON n.name = b.branch_name WHERE c.standing > 0""")
    if registration:
        parts.append(f"""
SELECT n.normal, c.entity, 0 AS is_current, c.standing FROM fact_{schema.REGISTRATION} AS r
JOIN code_entity AS c ON c.code = r.subject_code
JOIN name_normal AS n ON n.name = r.former_name WHERE c.standing > 0""")
    return f"""
SELECT normal, entity, is_current FROM (
  SELECT normal, entity, max(is_current) AS is_current, max(standing) AS standing,
    max(max(standing)) OVER (PARTITION BY normal) AS best
  FROM ({" UNION ALL ".join(parts)}) AS borne GROUP BY normal, entity
) AS ranked WHERE standing = best"""


def askers() -> str:
    """Make `asker`: a subject that no code says, by its code or null and its normal name."""
    return """
SELECT concat(coalesce(k.code, ''), '|', n.normal) AS asker, k.code AS subject_code, n.normal,
  min(s.subject_name) AS subject_name, CAST(sum(s.facts) AS BIGINT) AS facts
FROM subject_seen AS s JOIN name_normal AS n ON n.name = s.subject_name
LEFT JOIN code_entity AS k ON k.code = s.subject_code
WHERE s.subject_code IS NULL OR (k.standing < 2 AND k.entity IS NOT NULL)
GROUP BY k.code, n.normal"""


def named() -> str:
    """Make `asker_named`: what a name alone leads to; the words of people go before it."""
    return """
SELECT a.asker, max(w.entity) AS said, count(b.entity) AS candidates,
  CASE WHEN count(b.entity) = 1 THEN min(b.entity) END AS entity, max(b.is_current) AS is_current
FROM asker AS a
LEFT JOIN (
  SELECT n.asker, b.entity, b.is_current FROM asker AS n
  JOIN name_bearer AS b ON b.normal = n.normal
    AND b.entity <> coalesce(n.subject_code, '')
  LEFT JOIN asker_word AS w ON w.asker = n.asker AND w.entity = b.entity AND NOT w.is_same
  WHERE w.asker IS NULL
) AS b ON b.asker = a.asker
LEFT JOIN asker_word AS w ON w.asker = a.asker AND w.is_same AND w.place = 1
GROUP BY a.asker"""


def asker_entities() -> str:
    """Make `asker_entity`: who an asker is, in the order of a word, a name, resemblance.

    The id of an entity known by name only is a digest of the normal name, so that it does not
    depend on what else is known nor on the order of rows.
    """
    return """
WITH led AS (
  SELECT a.asker, a.subject_code, a.normal, n.candidates,
    coalesce(n.said, n.entity, r.entity) AS entity,
    CASE WHEN n.said IS NOT NULL THEN 'decided' WHEN n.entity IS NULL THEN 'resemblance'
      WHEN n.is_current = 1 THEN 'name' ELSE 'former_name' END AS how
  FROM asker AS a JOIN asker_named AS n ON n.asker = a.asker
  LEFT JOIN resembled AS r ON r.asker = a.asker
), moved AS (
  SELECT subject_code, min(entity) AS entity FROM led
  WHERE subject_code IS NOT NULL AND entity IS NOT NULL GROUP BY subject_code
)
SELECT l.asker, l.subject_code, l.normal, l.candidates,
  CASE WHEN l.entity IS NOT NULL THEN coalesce(m.entity, l.entity)
    WHEN l.subject_code IS NOT NULL THEN k.entity
    WHEN l.candidates = 0 THEN concat('N', upper(substr(md5(l.normal), 1, 20))) END AS entity,
  CASE WHEN l.entity IS NOT NULL THEN l.how WHEN l.subject_code IS NOT NULL THEN k.how
    ELSE 'name_only' END AS how
FROM led AS l LEFT JOIN moved AS m ON m.subject_code = l.entity
LEFT JOIN code_entity AS k ON k.code = l.subject_code"""


def subject_links() -> str:
    """Make `subject_link`: one row for each way of naming a subject, with or without an entity."""
    coded = "(s.subject_code IS NOT NULL AND (c.standing = 2 OR a.asker IS NULL))"
    return f"""
SELECT s.subject_code, s.subject_name, s.facts,
  CASE WHEN {coded} THEN c.entity ELSE a.entity END AS entity,
  CASE WHEN {coded} THEN c.how ELSE a.how END AS how,
  CASE WHEN {coded} THEN '{schema.AMBIGUOUS_LEGACY_CODE}'
    WHEN a.asker IS NULL THEN '{schema.NO_SUBJECT}'
    ELSE '{schema.AMBIGUOUS_NAME}' END AS reason,
  CASE WHEN {coded} THEN c.candidates ELSE coalesce(a.candidates, 0) END AS candidates
FROM subject_seen AS s
LEFT JOIN code_entity AS c ON c.code = s.subject_code
LEFT JOIN name_normal AS f ON f.name = s.subject_name
LEFT JOIN asker_entity AS a ON a.normal = f.normal
  AND a.subject_code IS NOT DISTINCT FROM s.subject_code"""


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
