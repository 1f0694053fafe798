"""Traditional characters become the simplified ones of the register, one by one.

A table of three thousand characters is slow to apply to every name, so that only those names are
rewritten that hold one of them.
"""

from __future__ import annotations

from functools import cache

from huoshui.kernel.sql import literal

_LONGEST = 80
"""Characters of a name that are rewritten; what follows them stays as it is."""


@cache
def traditional_characters() -> dict[str, str]:
    """Give each traditional character with its simplified one, as OpenCC has them."""
    from opencc import OpenCC  # loading its dictionaries takes a moment, and few runs need it

    simplify = OpenCC("t2s").convert
    found = {}
    for code in range(0x4E00, 0xA000):
        simple = simplify(chr(code))
        if simple != chr(code) and len(simple) == 1 and ord(simple) < 0x10000:
            found[chr(code)] = simple
    return found


def characters() -> str:
    """Make `traditional_character`: a character and its simplified form."""
    rows = ", ".join(
        f"({literal(given)}, {literal(simple)})"
        for given, simple in traditional_characters().items()
    )
    return f"SELECT letter, simple FROM (VALUES {rows}) AS told(letter, simple)"


def simplified_names(names: str) -> str:
    """Make `name_simplified`: a name that holds traditional characters, and the name without.

    `names` is SQL that gives one column, `name`.
    """
    places = ", ".join(f"({n})" for n in range(1, _LONGEST + 1))
    letters = ", ".join(
        f"max(CASE WHEN place = {n} THEN letter ELSE '' END)" for n in range(1, _LONGEST + 1)
    )
    return f"""
WITH written AS (SELECT DISTINCT name FROM ({names}) AS given WHERE name IS NOT NULL),
holding AS (
  SELECT DISTINCT each.name FROM (
    SELECT name, unnest(string_split(name, '')) AS letter FROM written) AS each
  JOIN traditional_character AS t ON t.letter = each.letter
), spelt AS (
  SELECT h.name, p.place, substr(h.name, p.place, 1) AS written
  FROM holding AS h JOIN (VALUES {places}) AS p(place) ON p.place <= length(h.name)
), told AS (
  SELECT s.name, s.place, coalesce(t.simple, s.written) AS letter
  FROM spelt AS s LEFT JOIN traditional_character AS t ON t.letter = s.written
)
SELECT name, concat({letters}, substr(name, {_LONGEST + 1})) AS simple
FROM told GROUP BY name"""
