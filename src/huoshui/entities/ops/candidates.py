"""Which entities an asker is compared with: those that share something telling with it.

What is shared is the core of a name, its trade name, a representative, a place or a telephone.
Something that more entities share than the model allows proposes nobody: who has nothing else in
common with its entity is not found, and would not have had the weight to be linked either.
"""

from __future__ import annotations

from huoshui.policy.schema import Linkage

_KEYS = {
    "core": "concat(core, branch)",
    "trade_name": "concat(trade_name, '|', branch)",
}
_PLACE_LEAST = 3
"""Characters of an address that may be shared; what few share tells much, however short."""

_NAMED = {"core": "length(core) > 1", "trade_name": "length(trade_name) > 1"}


def compared() -> str:
    """Make `asker_compared`: askers whom no name leads anywhere, or of whom somebody spoke."""
    return """
SELECT a.asker, a.subject_code, a.subject_name, a.facts, p.*
FROM asker AS a JOIN asker_named AS n ON n.asker = a.asker
JOIN name_part AS p ON p.normal = a.normal
LEFT JOIN (SELECT DISTINCT asker FROM asker_word) AS w ON w.asker = a.asker
WHERE n.entity IS NULL OR w.asker IS NOT NULL"""


def asker_told() -> str:
    """Make `asker_told`: what registrations say of the askers that are compared."""
    return """
SELECT DISTINCT a.asker, p.representative, p.is_masked, p.address, p.address_head, p.is_telling,
  p.phone
FROM particular AS p JOIN name_normal AS n ON n.name = p.subject_name
JOIN asker_compared AS a ON a.asker = concat(coalesce(p.subject_code, ''), '|', n.normal)"""


def entity_told() -> str:
    """Make `entity_told`: what registrations say of the entities that codes name."""
    return """
SELECT DISTINCT c.entity, p.representative, p.is_masked, p.address, p.address_head, p.is_telling,
  p.phone
FROM particular AS p JOIN code_entity AS c ON c.code = p.subject_code WHERE c.standing > 0"""


def entity_named() -> str:
    """Make `entity_named`: the entities that codes name, with each of their names in parts."""
    return """
SELECT b.entity, c.standing, p.* FROM name_bearer AS b
JOIN (SELECT entity, max(standing) AS standing FROM code_entity WHERE standing > 0
  GROUP BY entity) AS c ON c.entity = b.entity
JOIN name_part AS p ON p.normal = b.normal"""


def trade_bearers() -> str:
    """Make `trade_bearer`: how many entities bear a trade name, and with the same trade behind."""
    return """
SELECT c.trade_name, c.core, c.branch, c.bearers, t.bearers AS trade_bearers
FROM (SELECT trade_name, core, branch, count(DISTINCT entity) AS bearers FROM entity_named
  GROUP BY trade_name, core, branch) AS c
JOIN (SELECT trade_name, count(DISTINCT entity) AS bearers FROM entity_named
  GROUP BY trade_name) AS t ON t.trade_name = c.trade_name"""


def _keys(who: str, named: str, told: str) -> str:
    by_name = [
        f"SELECT '{kind}' AS kind, {_KEYS[kind]} AS shared, {who} FROM {named} WHERE {test}"
        for kind, test in _NAMED.items()
    ]
    return "\nUNION ALL ".join(
        [
            *by_name,
            f"SELECT 'representative' AS kind, representative AS shared, {who} FROM {told}"
            " WHERE representative IS NOT NULL AND NOT is_masked",
            f"SELECT 'place' AS kind, address_head AS shared, {who} FROM {told}"
            f" WHERE length(address_head) >= {_PLACE_LEAST}",
            # of a person whose name is masked the surname is left, in one trade and place
            f"SELECT 'surname' AS kind, concat(substr(t.representative, 1, 1), '|', n.industry,"
            f" '|', n.province, '|', n.city, '|', n.county) AS shared, n.{who}"
            f" FROM {named} AS n JOIN {told} AS t ON t.{who} = n.{who}"
            " WHERE n.industry <> '' AND t.representative IS NOT NULL"
            + (" AND t.is_masked" if who == "asker" else ""),
            # of a short trade name all characters but one, in one trade and place
            "SELECT 'slip' AS kind, concat(p.place, '|', substr(n.trade_name, 1, p.place - 1), '|',"
            " substr(n.trade_name, p.place + 1), '|', n.industry, '|', n.province, '|', n.city,"
            f" '|', n.county, '|', n.branch) AS shared, n.{who} FROM {named} AS n"
            " JOIN (VALUES (1), (2), (3), (4)) AS p(place) ON p.place <= length(n.trade_name)"
            " WHERE length(n.trade_name) BETWEEN 2 AND 4 AND n.industry <> ''",
            f"SELECT 'phone' AS kind, phone AS shared, {who} FROM {told} WHERE phone IS NOT NULL",
        ]
    )


def asker_keys() -> str:
    """Make `asker_key`: what an asker may share with entities."""
    return f"SELECT DISTINCT * FROM ({_keys('asker', 'asker_compared', 'asker_told')}) AS every_key"


def candidates(model: Linkage) -> str:
    """Make `candidate`: an asker and an entity that it is compared with."""
    return f"""
WITH entity_key AS (
  SELECT DISTINCT e.kind, e.shared, e.entity
  FROM ({_keys("entity", "entity_named", "entity_told")}) AS e
  JOIN (SELECT DISTINCT kind, shared FROM asker_key) AS a
    ON a.kind = e.kind AND a.shared = e.shared
), telling AS (
  SELECT kind, shared FROM entity_key GROUP BY kind, shared
  HAVING count(*) <= {int(model.bits("block_most"))}
)
SELECT DISTINCT f.asker, f.entity FROM (
  SELECT a.asker, e.entity FROM asker_key AS a
  JOIN telling AS t ON t.kind = a.kind AND t.shared = a.shared
  JOIN entity_key AS e ON e.kind = a.kind AND e.shared = a.shared
  UNION ALL SELECT asker, entity FROM asker_word
) AS f JOIN asker_compared AS a ON a.asker = f.asker
JOIN (SELECT entity, max(standing) AS standing FROM entity_named GROUP BY entity) AS e
  ON e.entity = f.entity
WHERE a.subject_code IS NULL OR (e.standing = 2 AND e.entity <> a.subject_code)"""
