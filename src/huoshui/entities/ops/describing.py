"""One row for each entity: what it is, its name, where it is, and whose branch.

Registrations describe it, each part as the believed one that gives it says; what none of them
says is read off the code where its standard allows, and is unknown otherwise.
"""

from __future__ import annotations

import datetime as dt

from huoshui.entities import schema
from huoshui.entities.ops.linking import UNIFIED_LENGTH
from huoshui.entities.ops.settlement import state_order
from huoshui.entities.sql import day
from huoshui.policy.schema import Item, Settlement

_REFERENCE_LENGTH = 17
"""Characters of our own references to persons (P…) and projects (X…), check character included."""

_KIND_BY_CODE = f"""CASE
    WHEN length(e.entity) = {UNIFIED_LENGTH} AND substr(e.entity, 1, 2) = '91' THEN 'firm'
    WHEN length(e.entity) = {UNIFIED_LENGTH} AND substr(e.entity, 1, 2) = '92'
      THEN 'individual_business'
    WHEN length(e.entity) = {UNIFIED_LENGTH} AND substr(e.entity, 1, 2) = '93' THEN 'cooperative'
    WHEN length(e.entity) = {_REFERENCE_LENGTH} AND substr(e.entity, 1, 1) = 'P' THEN 'person'
    WHEN length(e.entity) = {_REFERENCE_LENGTH} AND substr(e.entity, 1, 1) = 'X' THEN 'project'
    END"""
"""The first two characters of a unified code name the registering office and the kind of body
(GB 32100-2015, table 1: 9 market regulation; 1 enterprise, 2 individual business, 3 farmers'
cooperative)."""


def registrations(item: Item | None, rule: Settlement, asof: dt.date) -> str:
    """Make `registered`: each part as the believed and newest registration that gives it says."""
    wanted = ("kind", "legacy_no", *schema.REGISTERED)
    if item is None:
        empty = ", ".join(f"CAST(NULL AS VARCHAR) AS {c}" for c in ("entity", "name", *wanted))
        return f"SELECT {empty} WHERE FALSE"
    parts = {"name": "subject_name"} | {c: c for c in wanted if c in item.columns}
    values = ",\n  ".join(
        f"min_by({parts[part]}, place) AS {part}"  # of those that give it
        if part in parts
        else f"CAST(NULL AS VARCHAR) AS {part}"
        for part in ("name", *wanted)
    )
    return f"""
SELECT entity,
  {values}
FROM (
  SELECT *, row_number() OVER (PARTITION BY entity ORDER BY {state_order(item, rule)}) AS place
  FROM settled_{item.id} WHERE true_from <= {day(asof)}
) AS told GROUP BY entity"""


def entities(*, branch: bool) -> str:
    """Make `entity`; see `schema.ENTITY`."""
    listed = (
        f"""
      UNION ALL SELECT c.entity, b.branch_name AS name, b.batch, 0 AS is_name_only
      FROM fact_{schema.BRANCH} AS b
      JOIN code_entity AS c ON c.code = b.branch_code WHERE c.entity IS NOT NULL"""
        if branch
        else ""
    )
    registered = ", ".join(f"r.{c}" for c in schema.REGISTERED)
    return f"""
SELECT e.entity, coalesce(r.kind, {_KIND_BY_CODE}) AS kind,
  CASE WHEN e.is_name_only = 1 THEN NULL ELSE e.entity END AS code,
  r.legacy_no AS legacy_code, coalesce(r.name, e.name) AS name,
  l.parent, l.parent IS NOT NULL AS is_branch, {registered}
FROM (
  SELECT entity, max(is_name_only) AS is_name_only,
    max(CASE WHEN place = 1 THEN name END) AS name
  FROM (SELECT *, row_number() OVER (PARTITION BY entity
      ORDER BY CASE WHEN name IS NULL THEN 1 ELSE 0 END, batch DESC, name) AS place
    FROM (SELECT s.entity, s.subject_name AS name, n.batch,
        CASE WHEN s.how = 'name_only' THEN 1 ELSE 0 END AS is_name_only
      FROM subject_entity AS s
      JOIN subject_seen AS n ON n.subject_code IS NOT DISTINCT FROM s.subject_code
        AND n.subject_name IS NOT DISTINCT FROM s.subject_name{listed}) AS named) AS ranked
  GROUP BY entity
) AS e
LEFT JOIN registered AS r ON r.entity = e.entity
LEFT JOIN branch_link AS l ON l.branch = e.entity"""
