"""What people decided of who is who: the latest word on each pair, and what it joins.

A word on a subject with a code joins two entities; a word on a name says whose the name is.  Words
that were taken back are as if never said.
"""

from __future__ import annotations

from huoshui.entities import schema

_ROUNDS = 4
"""How often what is joined is followed further: chains of up to sixteen entities."""


def words_said(*, decision: bool) -> str:
    """Make `identity_word`: a subject as it is named, an entity, and whether they are one."""
    if not decision:
        return (
            "SELECT CAST(NULL AS VARCHAR) AS subject_code, CAST(NULL AS VARCHAR) AS normal,"
            " CAST(NULL AS VARCHAR) AS target, FALSE AS is_same, 0 AS place WHERE FALSE"
        )
    return f"""
SELECT subject_code, normal, target, is_same,
  row_number() OVER (PARTITION BY subject_code, normal, is_same ORDER BY {_LATEST}, target)
    AS place
FROM (
  SELECT d.subject_code, CASE WHEN d.subject_code IS NULL THEN n.normal END AS normal,
    coalesce(l.code, d.entity_code) AS target, d.is_same,
    d.true_from, d.batch, d.source_row, d.source_file,
    row_number() OVER (PARTITION BY d.subject_code,
      CASE WHEN d.subject_code IS NULL THEN n.normal END, coalesce(l.code, d.entity_code)
      ORDER BY {_LATEST}) AS version
  FROM fact_{schema.DECISION} AS d
  LEFT JOIN name_normal AS n ON n.name = d.subject_name
  LEFT JOIN legacy_code AS l ON l.legacy = d.entity_code AND l.codes = 1
) AS said WHERE version = 1 AND is_same IS NOT NULL
  AND (subject_code IS NOT NULL OR normal IS NOT NULL)"""


_LATEST = "true_from DESC, batch DESC, source_row DESC, source_file DESC"


def entity_roots() -> str:
    """Make `entity_root`: an entity that was joined with others, and the one they all are.

    Of several it is the first by its id, whoever was named as the candidate of whom, so that the
    order of words changes nothing; a code comes before an id made of a name.
    """
    said = """
SELECT w.subject_code AS a, w.target AS b FROM identity_word AS w
JOIN code_standing AS c ON c.code = w.subject_code AND c.standing = 2
WHERE w.is_same AND w.subject_code <> w.target"""
    rounds = [
        "round_0 AS (SELECT a AS entity, least(a, min(b)) AS root FROM edge GROUP BY a)",
    ]
    for n in range(_ROUNDS):
        rounds.append(f"""
round_{n + 1} AS (
  SELECT e.a AS entity, least(min(r.root), min(coalesce(h.root, r.root)), min(s.root)) AS root
  FROM edge AS e JOIN round_{n} AS r ON r.entity = e.b JOIN round_{n} AS s ON s.entity = e.a
  LEFT JOIN round_{n} AS h ON h.entity = r.root
  GROUP BY e.a)""")
    return f"""
WITH told AS ({said}), edge AS (SELECT a, b FROM told UNION SELECT b AS a, a AS b FROM told),
{", ".join(rounds)}
SELECT entity, root FROM round_{_ROUNDS} WHERE root <> entity"""


def asker_words() -> str:
    """Make `asker_word`: an asker, an entity, and whether they are one; the latest `same` first."""
    return """
SELECT w.asker, coalesce(r.root, w.target) AS entity, w.is_same, min(w.place) AS place
FROM (
  SELECT n.asker, n.subject_code, d.target, d.is_same, d.place FROM asker AS n
  JOIN identity_word AS d ON d.subject_code = n.subject_code
  UNION ALL SELECT n.asker, n.subject_code, d.target, d.is_same, d.place FROM asker AS n
  JOIN identity_word AS d ON d.normal = n.normal
  WHERE n.subject_code IS NULL AND d.subject_code IS NULL
) AS w
LEFT JOIN entity_root AS r ON r.entity = w.target
WHERE coalesce(r.root, w.target) <> coalesce(w.subject_code, '')
GROUP BY w.asker, coalesce(r.root, w.target), w.is_same"""
