"""Which entity a record without a known code resembles, part by part, and by how much.

The weight of a pair is the prior and the bits of each part's level (Fellegi and Sunter).  An asker
joins the best entity where its weight is enough and no rival is near; between the two thresholds a
person is asked.  Of several names or addresses the one that agrees best is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import permutations

from huoshui.entities import schema
from huoshui.kernel.sql import literal
from huoshui.kernel.step import asked
from huoshui.policy.schema import LINKAGE_LEVELS, Linkage

_NAME_PARTS = ("region", "trade_name", "industry", "legal_form", "branch")
_TOLD = ("address", "representative", "phone")
_SHOWN = 5
"""Candidates of one asker that a person is shown at most."""

_LONGEST = 24
"""Characters of the longest name in which a slip is looked for."""

_BETWEEN = "chr(31)"  # separates values that are carried together; stands in no name


def nothing() -> str:
    """Make `resemblance` without rows, where no pack states a model."""
    columns = ", ".join(f"CAST(NULL AS {kind}) AS {c}" for c, kind in schema.RESEMBLANCE.items())
    return f"SELECT {columns} WHERE FALSE"


def nobody() -> str:
    """Make `resembled` without rows."""
    return "SELECT CAST(NULL AS VARCHAR) AS asker, CAST(NULL AS VARCHAR) AS entity WHERE FALSE"


def _slip(mine: str, theirs: str) -> str:
    """Write that two texts differ by one character that is another, is missing or is too many.

    Such texts begin or end alike, which is quickly seen.
    """
    changed, more, less = [], [], []
    for n in range(1, _LONGEST + 1):
        a = f"concat(substr({mine}, 1, {n - 1}), substr({mine}, {n + 1}))"
        e = f"concat(substr({theirs}, 1, {n - 1}), substr({theirs}, {n + 1}))"
        changed.append(f"({n} <= length({mine}) AND {a} = {e})")
        more.append(f"{a} = {theirs}")
        less.append(f"{e} = {mine}")
    return f"""(CASE WHEN {mine} = {theirs} OR length({theirs}) < 2
        OR length({mine}) NOT BETWEEN 2 AND {_LONGEST}
        OR (substr({mine}, 1, 1) <> substr({theirs}, 1, 1)
          AND right({mine}, 1) <> right({theirs}, 1)) THEN FALSE
        WHEN length({mine}) = length({theirs}) THEN {" OR ".join(changed)}
        WHEN length({mine}) = length({theirs}) + 1 THEN {" OR ".join(more)}
        WHEN length({mine}) + 1 = length({theirs}) THEN {" OR ".join(less)} ELSE FALSE END)"""


@dataclass(frozen=True)
class Compared:
    """How two values of a part are compared: `a` is what asks, `e` the entity."""

    known: str  # there is something to compare
    levels: tuple[tuple[str, str], ...]  # each level with what it asks for, the first that holds

    @property
    def case(self) -> str:
        """Write the level; null where there is nothing to compare."""
        *tried, (last, _) = self.levels
        whens = " ".join(f"WHEN {test} THEN '{level}'" for level, test in tried)
        return f"CASE WHEN NOT ({self.known}) THEN NULL {whens} ELSE '{last}' END"


_CORE_SLIP = (
    f"({_slip('a.core', 'e.core')} OR CASE WHEN a.region = e.region OR a.branch <> e.branch"
    f" THEN FALSE ELSE {_slip('a.stem', 'e.stem')} END)"
)
"""A slip in the words of the trade moves where the name is cut, so that all of it is looked at."""


def _look_alike(model: Linkage, slip: str) -> str:
    """Write that a slip is one that a scanner makes; asked only where there is one."""
    alike = " OR ".join(_taken_for(model, f"a.{part}", f"e.{part}") for part in ("stem", "core"))
    return f"CASE WHEN {slip} THEN {alike} ELSE FALSE END"


def _taken_for(model: Linkage, mine: str, theirs: str) -> str:
    """Write that two texts differ by one character, and a group of the model holds both.

    Which two characters differ first is found, and looked up among all pairs in one text: to
    rewrite whole names by a table of a thousand characters takes a millisecond a name.
    """
    apart = " ".join(
        f"WHEN {a} <> {e} THEN CASE WHEN substr({mine}, {n + 1}) = substr({theirs}, {n + 1})"
        f" THEN concat(' ', {a}, {e}) END"
        for n in range(1, _LONGEST + 1)
        for a, e in [(f"substr({mine}, {n}, 1)", f"substr({theirs}, {n}, 1)")]
    )
    return (
        f"coalesce(length({mine}) = length({theirs})"
        f" AND contains({literal(_pairs(model))}, CASE {apart} END), FALSE)"
    )


def _pairs(model: Linkage) -> str:
    """Write every two characters of one group, both ways round, each behind a blank."""
    groups = model.look_alikes.split()
    return "".join(f" {a}{e}" for group in groups for a, e in permutations(group, 2))


def comparisons(model: Linkage, *, slip: str = _CORE_SLIP) -> dict[str, Compared]:
    """Say how every part is compared; `slip` may name a column that has been computed before."""
    rare, few = (
        next(level.bearers_most for level in model.parts["trade_name"].levels if level.id == name)
        for name in ("equal_rare", "equal_few")
    )
    places = ("province", "city", "county")
    both = " OR ".join(f"(a.{p} <> '' AND e.{p} <> '')" for p in places)
    apart = " OR ".join(f"(a.{p} <> '' AND e.{p} <> '' AND a.{p} <> e.{p})" for p in places)
    alike = " AND ".join(f"a.{p} = e.{p}" for p in places)
    bearers = (
        "CASE WHEN a.core = e.core AND a.branch = e.branch THEN e.bearers ELSE e.trade_bearers END"
    )
    same = "a.trade_name = e.trade_name"
    found = {
        "region": (both, alike, f"NOT ({apart})"),
        "trade_name": (
            "TRUE",
            f"{same} AND {bearers} <= {rare}",
            f"{same} AND {bearers} <= {few}",
            same,
            _look_alike(model, slip),
            f"{slip} OR {_slip('a.trade_name', 'e.trade_name')}",
            f"length(a.trade_name) > 1 AND length(e.trade_name) > 1"
            f" AND {_holds('a.trade_name', 'e.trade_name')}",
        ),
        "industry": (
            f"(a.industry <> '' OR e.industry <> '') AND (a.industry = e.industry OR NOT {slip})",
            "a.industry = e.industry",
            _holds("a.industry", "e.industry"),
        ),
        "legal_form": (
            "a.legal_form <> '' AND e.legal_form <> ''",
            "a.legal_form = e.legal_form",
        ),
        "branch": ("a.branch <> '' OR e.branch <> ''", "a.branch = e.branch"),
        **_TOLD_ASKED,
    }
    return {
        part: Compared(known, tuple(zip(LINKAGE_LEVELS[part], [*asked, "TRUE"], strict=True)))
        for part, (known, *asked) in found.items()
    }


def _holds(a: str, e: str) -> str:
    return f"(instr({a}, {e}) > 0 OR instr({e}, {a}) > 0)"


_TOLD_ASKED = {
    "address": (
        "a.address IS NOT NULL AND e.address IS NOT NULL",
        "(a.is_telling OR e.is_telling) AND (right(a.address, length(e.address)) = e.address"
        " OR right(e.address, length(a.address)) = a.address"
        " OR right(a.address_head, length(e.address_head)) = e.address_head"
        " OR right(e.address_head, length(a.address_head)) = a.address_head)",
        "(a.address = e.address OR substr(a.address, 1, 6) = substr(e.address, 1, 6)"
        " OR instr(a.address, substr(e.address, 1, 6)) > 0"
        " OR instr(e.address, substr(a.address, 1, 6)) > 0)",
    ),
    "representative": (
        "a.representative IS NOT NULL AND e.representative IS NOT NULL",
        "a.representative = e.representative AND NOT a.is_masked",
        "(a.is_masked OR e.is_masked)"
        " AND substr(a.representative, 1, 1) = substr(e.representative, 1, 1)",
    ),
    "phone": ("a.phone IS NOT NULL AND e.phone IS NOT NULL", "a.phone = e.phone"),
}


def bits(model: Linkage, part: str) -> str:
    """Write the weight of the level that a pair agrees on in a part."""
    cases = " ".join(
        f"WHEN '{level.id}' THEN {level.bits:.9f}e0" for level in model.parts[part].levels
    )
    return f"CASE level_{part} {cases} ELSE 0e0 END"


TEXT = ("mine", "theirs", "bearers", "trade_bearers")
"""What tells how two names agree: both, and how many entities bear the entity's."""


def pairs_borne() -> str:
    """Make `pair_borne`: a pair once for every name of its entity."""
    return """
SELECT c.asker, c.entity, a.normal AS mine, e.normal AS theirs, t.bearers, t.trade_bearers,
  CASE WHEN a.subject_code IS NULL THEN 0 ELSE 1 END AS is_coded
FROM candidate AS c JOIN asker_compared AS a ON a.asker = c.asker
JOIN entity_named AS e ON e.entity = c.entity
JOIN trade_bearer AS t ON t.trade_name = e.trade_name AND t.core = e.core
  AND t.branch = e.branch"""


def texts_asked() -> str:
    """Give every two names that are compared, once."""
    return f"SELECT DISTINCT {', '.join(TEXT)} FROM pair_borne"


def texts_compared(model: Linkage) -> str:
    """Make `pair_text`: two names with the level of each of their parts."""
    how = comparisons(model, slip="a.has_slip")
    levels = ",\n    ".join(f"{_paired(how[p].case)} AS level_{p}" for p in _NAME_PARTS)
    given = ", ".join(f"{side}.{part} AS {side}_{part}" for side in "ae" for part in NAME_COLUMNS)
    return f"""
WITH paired AS (
  SELECT n.mine, n.theirs, {given}, {_CORE_SLIP} AS a_has_slip,
    n.bearers AS e_bearers, n.trade_bearers AS e_trade_bearers
  FROM {asked("pair_text")} AS n JOIN name_part AS a ON a.normal = n.mine
  JOIN name_part AS e ON e.normal = n.theirs
)
SELECT mine, theirs, e_bearers AS bearers, e_trade_bearers AS trade_bearers,
    {levels}
FROM paired AS p"""


def pairs_named(model: Linkage) -> str:
    """Make `pair_named`: a pair with the level of each part of its names, the best pair of them."""
    levels = ", ".join(f"t.level_{part}" for part in _NAME_PARTS)
    total = " + ".join(bits(model, part) for part in _NAME_PARTS)
    same = " AND ".join(f"t.{column} = b.{column}" for column in TEXT)
    return f"""
SELECT * FROM (
  SELECT *, row_number() OVER (PARTITION BY asker, entity ORDER BY name_bits DESC, normal)
    AS name_place
  FROM (SELECT *, {total} AS name_bits FROM (
    SELECT b.asker, b.entity, b.theirs AS normal, b.is_coded, {levels}
    FROM pair_borne AS b JOIN pair_text AS t ON {same}) AS compared) AS weighed
) AS ranked WHERE name_place = 1"""


NAME_COLUMNS = (
    *("province", "city", "county", "region", "stem"),
    *("core", "trade_name", "industry", "legal_form", "branch"),
)
"""What a name in parts has that is compared."""


def _paired(sql: str) -> str:
    """Say a condition of `a` and `e` of columns that hold both, once what is slow is computed.

    >>> _paired("a.phone = e.phone")
    'p.a_phone = p.e_phone'
    """
    return re.sub(r"\b([ae])\.(\w+)", r"p.\1_\2", sql)


def pairs_told(model: Linkage) -> str:
    """Make `pair_told`: a pair with the level of what registrations say of both, the best of all.

    The rank of a level and what it rests on are carried as one text, whose least is the best.
    """
    how = comparisons(model)
    best, columns = [], []
    for part in _TOLD:
        *tried, _ = how[part].levels
        ranks = " ".join(f"WHEN {test} THEN '{rank}'" for rank, (_, test) in enumerate(tried))
        best.append(
            f"min(CASE WHEN {how[part].known} THEN concat(CASE {ranks} ELSE '{len(tried)}' END,"
            f" {_BETWEEN}, a.{part}, {_BETWEEN}, e.{part}) END) AS best_{part}"
        )
        levels = " ".join(
            f"WHEN '{rank}' THEN '{level}'" for rank, level in enumerate(LINKAGE_LEVELS[part])
        )
        columns.append(f"CASE substr(best_{part}, 1, 1) {levels} END AS level_{part}")
        columns += [
            f"split_part(best_{part}, {_BETWEEN}, {n}) AS {side}_{part}"
            for n, side in ((2, "mine"), (3, "theirs"))
        ]
    return f"""
SELECT asker, entity, {", ".join(columns)}
FROM (
  SELECT c.asker, c.entity, {", ".join(best)}
  FROM candidate AS c JOIN asker_told AS a ON a.asker = c.asker
  JOIN entity_told AS e ON e.entity = c.entity
  GROUP BY c.asker, c.entity
) AS told"""


def pairs_weighed(model: Linkage) -> str:
    """Make `pair_weighed`: a pair with its weight, and how it stands beside the asker's others."""
    total = " + ".join(bits(model, part) for part in _TOLD)
    told = ", ".join(f"t.{side}_{part}" for part in _TOLD for side in ("level", "mine", "theirs"))
    return f"""
SELECT *, row_number() OVER (PARTITION BY asker, is_out ORDER BY weight DESC, entity) AS place,
  lead(weight) OVER (PARTITION BY asker, is_out ORDER BY weight DESC, entity) AS rival
FROM (
  SELECT *, {model.prior_bits:.9f}e0 + name_bits + {total} AS weight
  FROM (
    SELECT n.*, {told}, w.is_same, CASE WHEN w.is_same IS NULL THEN 0 ELSE 1 END AS is_out
    FROM pair_named AS n LEFT JOIN pair_told AS t ON t.asker = n.asker AND t.entity = n.entity
    LEFT JOIN asker_word AS w ON w.asker = n.asker AND w.entity = n.entity
  ) AS levelled
) AS weighed"""


def resembled(model: Linkage) -> str:
    """Make `resembled`: an asker and the entity it joins by resemblance."""
    return f"""
SELECT w.asker, w.entity FROM pair_weighed AS w
JOIN asker_named AS n ON n.asker = w.asker
WHERE w.place = 1 AND w.is_out = 0 AND n.said IS NULL AND n.entity IS NULL
  AND coalesce(w.level_branch, 'equal') = 'equal'  -- a branch is never merged with its body
  AND (w.is_coded = 0 OR (w.level_trade_name LIKE 'equal%'
    AND coalesce(w.level_industry, 'equal') = 'equal'))
  AND w.weight >= {model.bits("same_bits")}e0
  AND (w.rival IS NULL OR w.weight - w.rival >= {model.bits("rival_bits")}e0)"""


def resemblances(model: Linkage) -> str:
    """Make `resemblance`; see `schema.RESEMBLANCE`."""
    parts = ", ".join(
        f"w.level_{p}, nullif(mine.{p}, '') AS mine_{p}, nullif(theirs.{p}, '') AS theirs_{p}"
        if p in _NAME_PARTS
        else f"w.level_{p}, w.mine_{p}, w.theirs_{p}"
        for p in LINKAGE_LEVELS
    )
    return f"""
SELECT a.subject_code, a.subject_name, w.entity, c.name AS candidate_name, w.weight,
  1e0 / (1e0 + power(2e0, -w.weight)) AS probability, a.facts,
  CASE WHEN w.is_same THEN 'decided_same' WHEN NOT w.is_same THEN 'decided_different'
    WHEN r.entity = w.entity THEN 'linked' ELSE 'review' END AS status,
  {parts}
FROM pair_weighed AS w JOIN asker AS a ON a.asker = w.asker
JOIN asker_named AS n ON n.asker = w.asker
JOIN name_part AS mine ON mine.normal = a.normal
JOIN name_part AS theirs ON theirs.normal = w.normal
LEFT JOIN resembled AS r ON r.asker = w.asker
LEFT JOIN entity_called AS c ON c.entity = w.entity
WHERE w.is_out = 1 OR r.entity = w.entity
  OR (r.entity IS NULL AND n.said IS NULL AND n.entity IS NULL AND w.place <= {_SHOWN}
    AND w.weight >= {model.bits("review_bits")}e0)"""


def entities_called() -> str:
    """Make `entity_called`: a name of each entity as records write it, for people to read."""
    return """
SELECT c.entity, max(s.subject_name) AS name
FROM subject_seen AS s JOIN code_entity AS c ON c.code = s.subject_code
JOIN (SELECT DISTINCT entity FROM candidate) AS k ON k.entity = c.entity
WHERE c.standing > 0 GROUP BY c.entity"""
