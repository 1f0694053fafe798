"""A body's name in parts: region, trade name, words of the trade, legal form, branch.

`甲省乙市芙蓉科技有限公司丙县分公司` is 甲省乙市 | 芙蓉 | 科技 | 有限公司 | 丙县分公司.
Names are cut by the words that the model of resemblance lists; a cut that a person would make
otherwise does no harm where the other name of the pair is cut in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from huoshui.entities.sql import ends_with
from huoshui.kernel.sql import literal
from huoshui.policy.schema import Linkage

_TELLING = 4
"""Characters of a legal form behind which nothing but a branch is ever named."""

_NOWHERE = 1_000
"""A place behind the end of any name."""


def name_parts(names: str, model: Linkage, *, branch_words: Iterable[str]) -> str:
    """Make `name_part`: a normal name and its parts; a part that it has not is empty.

    `names` is SQL that gives one column, `normal`.  A region is cut off in front, level by level,
    as long as a trade name remains; else the first place named inside is the region.
    """
    province, city, county = (_places(model, level) for level in ("province", "city", "county"))
    anywhere = "|".join((province, city, county))
    trade = f"(?:{_either(model.trade_words.split())})+"
    only_trade = f"^(?:{trade})?$"
    ends = literal(f"(?:{_either(model.place_ends.split())})$")
    forms = _legal_forms(model)
    return f"""
WITH bodied AS (
  SELECT normal, CASE WHEN surely <= length(normal) THEN surely
    WHEN maybe <= length(normal) AND {ends_with("normal", branch_words)} THEN maybe
    ELSE length(normal) + 1 END AS branches_at
  FROM (SELECT normal, {forms.surely} AS surely, {forms.maybe} AS maybe
    FROM (SELECT DISTINCT normal FROM ({names}) AS given) AS each) AS found
), formed AS (
  SELECT normal, body, substr(normal, branches_at) AS branch,
    CASE {forms.stands} ELSE '' END AS legal_form,
    substr(body, 1, length(body) - CASE {forms.lengths} ELSE 0 END) AS stem
  FROM (SELECT normal, branches_at, substr(normal, 1, branches_at - 1) AS body
    FROM bodied) AS cut
), in_province AS (
  SELECT *, {_front("stem", province)} AS province FROM formed
), in_city AS (
  SELECT *, {_front("substr(stem, length(province) + 1)", city)} AS city FROM in_province
), in_county AS (
  SELECT *, {_front("substr(stem, length(province) + length(city) + 1)", county)} AS county
  FROM in_city
), placed AS (
  SELECT normal, branch, legal_form, stem,
    CASE WHEN deep > 0 THEN province ELSE '' END AS province,
    CASE WHEN deep > 1 THEN city ELSE '' END AS city,
    CASE WHEN deep > 2 THEN county ELSE '' END AS county
  FROM (SELECT *, CASE
      WHEN NOT {_is_trade("province, city, county", only_trade)} THEN 3
      WHEN NOT {_is_trade("province, city", only_trade)} THEN 2
      WHEN NOT {_is_trade("province", only_trade)} THEN 1
      ELSE 0 END AS deep FROM in_county) AS levelled
), moved AS (
  SELECT *, CASE WHEN province = '' AND city = '' AND county = ''
    THEN regexp_extract(substr(stem, 3), {literal(f"(?:{anywhere})+")}) ELSE '' END AS inner_place
  FROM placed
), found AS (
  SELECT normal, branch, legal_form, stem,
    CASE WHEN inner_place = '' THEN substr(stem, length(province) + length(city)
        + length(county) + 1)
      ELSE concat(substr(stem, 1, 2), replace(substr(stem, 3), inner_place, '')) END AS core,
    CASE WHEN inner_place = '' THEN province
      ELSE {_front("inner_place", province)} END AS province,
    CASE WHEN inner_place = '' THEN city
      ELSE regexp_extract(inner_place, {literal(f"(?:{city})")}) END AS city,
    CASE WHEN inner_place = '' THEN county
      ELSE regexp_extract(inner_place, {literal(f"(?:{county})")}) END AS county
  FROM moved
), traded AS (
  SELECT *, regexp_extract(substr(core, 2), {literal(f"{trade}$")}) AS industry FROM found
)
SELECT normal, stem, core, industry, legal_form, branch,
  substr(core, 1, length(core) - length(industry)) AS trade_name,
  {_short("province", ends)} AS province, {_short("city", ends)} AS city,
  {_short("county", ends)} AS county, concat(province, city, county) AS region
FROM traded"""


@dataclass(frozen=True)
class _LegalForms:
    """What is asked of a name's legal form, as SQL."""

    lengths: str  # branches of a CASE: how many characters of `body` are the form
    stands: str  # branches of a CASE: the form that it stands for
    surely: str  # the place behind a form that nothing but a branch is named behind
    maybe: str  # the place behind a form that may be part of a trade name


def _legal_forms(model: Linkage) -> _LegalForms:
    forms = sorted(model.legal_forms, key=len, reverse=True)
    return _LegalForms(
        " ".join(f"WHEN ends_with(body, {literal(f)}) THEN {len(f)}" for f in forms),
        " ".join(
            f"WHEN ends_with(body, {literal(f)}) THEN {literal(model.legal_forms[f])}"
            for f in forms
        ),
        _behind(f for f in forms if len(f) >= _TELLING),
        _behind(f for f in forms if len(f) < _TELLING),
    )


def _behind(forms: Iterable[str]) -> str:
    """Write the place behind the first legal form in a name that does not begin with it."""
    places = ", ".join(
        f"CASE WHEN instr(normal, {literal(f)}) > 1 THEN instr(normal, {literal(f)}) + {len(f)} END"
        for f in forms
    )
    return f"coalesce(least(NULL, {places}), {_NOWHERE})"


def _either(words: Iterable[str]) -> str:
    """Write that one of some words stands there, the longest that does."""
    return "|".join(re.escape(w) for w in sorted({*words}, key=lambda w: (-len(w), w)))


def _places(model: Linkage, level: str) -> str:
    """Write that a place of a level stands there, by its full name or its short one."""
    ends = sorted(model.place_ends.split(), key=len, reverse=True)
    named = model.places.get(level, "").split()  # type: ignore[call-overload]
    words = set()
    for name in named:
        end = next((e for e in ends if name.endswith(e)), "")
        short = name[: len(name) - len(end)]
        words |= {name, short} if len(short) > 1 else {name}
    if level == "city":  # 岳阳县 begins with a city's name, and is not that city and 县
        lower = model.places.get("county", "").split()
        words |= {name for name in lower if any(name.startswith(w) for w in words if len(w) > 1)}
    return _either(words) or "(?:$)x"  # no place of the level is known, so that none stands there


def _front(text: str, places: str) -> str:
    return f"regexp_extract({text}, {literal(f'^(?:{places})')})"


def _is_trade(levels: str, only_trade: str) -> str:
    """Write that nothing but words of the trade remains behind some levels of places."""
    taken = " + ".join(f"length({level})" for level in levels.split(", "))
    return f"regexp_matches(substr(stem, {taken} + 1), {literal(only_trade)})"


def _short(place: str, ends: str) -> str:
    return (
        f"CASE WHEN length({place}) > 2 THEN regexp_replace({place}, {ends}, '') ELSE {place} END"
    )
