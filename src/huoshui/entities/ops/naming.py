"""One form for the many spellings of a body's name.

Registers and banks write one name with full-width or half-width brackets, with spaces, in either
case, and with the region in brackets behind the trade name or plain in front of it:
`芙蓉（甲省）科技有限公司` and `甲省芙蓉科技有限公司`.  The form only proposes that two records name
one body; whether they do is decided in `linking`, and never against two different codes.

The text is SQL that any engine runs; what a regular expression captures is not used, because
engines write it differently.
"""

from __future__ import annotations

from collections.abc import Iterable

from huoshui.entities.sql import among, ends_with
from huoshui.kernel.sql import literal

_BRACKETS = {"(": "(（〔【［[｛{〈《＜<", ")": ")）〕】］]｝}〉》＞>"}
_DOTS = {"·": "•・‧∙⋅"}
_DROPPED = " \t\r\n\u3000\u00a0\u2002\u2003\u2009\u200b\u200c\u200d\u2060\ufeff\"'“”‘’＂＇"


_TO_FOLD = "[^一-龥0-9A-Za-z]"
"""Any character that may be among those replaced or dropped."""


def _folding() -> tuple[str, str]:
    """Pair every character that is replaced with its successor; those without one are dropped."""
    becomes = {chr(full): chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)}  # full width
    for successor, variants in (_BRACKETS | _DOTS).items():
        becomes |= dict.fromkeys(variants, successor)
    kept = {c: s for c, s in becomes.items() if c != s and c not in _DROPPED}
    return "".join(kept) + _DROPPED, "".join(kept.values())


def normal_names(
    names: str,
    *,
    legal_forms: Iterable[str],
    bracket_words: Iterable[str],
    simplified: str | None = None,
) -> str:
    """Make `name_normal`: a name as written and its normal form; one row for each spelling.

    `names` is SQL that gives one column, `name`.  The first bracketed part goes to the front,
    unless it ends the name, or follows a legal form (in `…公司（乙市）分公司` it tells where the
    branch is), or is a word that no region is called by.  A name of nothing but spaces and
    brackets has no row.  `simplified` names a relation of names with traditional characters and how
    they are written without.
    """
    given, taken = _folding()
    folded = (  # most names hold nothing to fold, and looking each character up is slow
        f"upper(CASE WHEN regexp_matches(told, '{_TO_FOLD}')"
        f" THEN translate(told, {literal(given)}, {literal(taken)}) ELSE told END)"
    )
    stays = (
        "opens <= 1 OR closes <= opens + 1 OR closes = length(folded)"
        f" OR {ends_with('substr(folded, 1, opens - 1)', legal_forms)}"
        f" OR {among('substr(folded, opens + 1, closes - opens - 1)', bracket_words)}"
    )
    moved = (
        "concat(substr(folded, opens + 1, closes - opens - 1),"
        " substr(folded, 1, opens - 1), substr(folded, closes + 1))"
    )
    told = f"SELECT DISTINCT name, name AS told FROM ({names}) AS given WHERE name IS NOT NULL"
    if simplified is not None:
        told = f"""
      SELECT DISTINCT g.name, coalesce(t.simple, g.name) AS told FROM ({names}) AS g
      LEFT JOIN {simplified} AS t ON t.name = g.name WHERE g.name IS NOT NULL"""
    return f"""
SELECT name, normal FROM (
  SELECT name, replace(replace(CASE WHEN {stays} THEN folded ELSE {moved} END,
    '(', ''), ')', '') AS normal
  FROM (
    SELECT name, folded, instr(folded, '(') AS opens, instr(folded, ')') AS closes
    FROM (SELECT name, {folded} AS folded FROM ({told}) AS spelt) AS folding
  ) AS cut
) AS formed WHERE normal <> ''"""
