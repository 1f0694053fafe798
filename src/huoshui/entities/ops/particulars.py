"""What registrations say of a subject beside its name: representative, address, telephone.

An address is brought to the part behind the names of divisions, which offices leave out, and to
its head, which ends with the first number of a house.
"""

from __future__ import annotations

from huoshui.entities import schema
from huoshui.kernel.sql import literal
from huoshui.kernel.step import asked
from huoshui.policy.schema import Item

_WIDE = "０１２３４５６７８９－（）＃　"
_NARROW = "0123456789-()# "

_DIVISIONS = (
    "^(?:[一-龥]{2,7}?(?:省|自治区))?"
    "(?:[^省市县区号]{2,9}?(?:自治州|地区|市))?"
    "(?:[^市县区号]{1,8}?(?:县|区|市))?"
)
"""The divisions that may begin an address."""

_HOUSE_LEAST, _PLACE_LEAST = 4, 6
"""Characters from which an address tells who is there: with a number of a house, and without."""

_HOUSE = "^.*?[0-9]+ ?(?:号|栋|幢|组|室|房)"


MASKS = "[*＊×某]"
"""What stands for characters of a person's name that are not shown."""


def told(item: Item | None) -> str:
    """Make `registration_told`: what registrations say beside a name, as they say it."""
    given = ("representative", "address", "phone")
    empty = "CAST(NULL AS VARCHAR)"
    if item is None:
        columns = ", ".join(f"{empty} AS {n}" for n in ("subject_code", "subject_name", *given))
        return f"SELECT {columns} WHERE FALSE"
    columns = ", ".join(f"{n if n in item.columns else empty} AS {n}" for n in given)
    return f"SELECT subject_code, subject_name, {columns} FROM fact_{schema.REGISTRATION}"


def addresses_asked() -> str:
    """Give every address once, as the column `given`."""
    return (
        "SELECT DISTINCT address AS given FROM registration_told"
        " WHERE address IS NOT NULL AND address <> ''"
    )


def address_parts() -> str:
    """Make `address_part`: an address as given, the place in it, and how that begins."""
    narrowed = f"replace(translate(given, {literal(_WIDE)}, {literal(_NARROW)}), ' ', '')"
    return f"""
SELECT given, place, regexp_extract(place, {literal(_HOUSE)}) AS head
FROM (SELECT given, regexp_replace(regexp_replace({narrowed}, {literal(_DIVISIONS)}, ''),
    '^[省市县区]', '') AS place
  FROM {asked("address_part")}) AS placed"""


def particulars() -> str:
    """Make `particular`: each way of naming a subject, and what registrations say of it."""
    return f"""
SELECT DISTINCT subject_code, subject_name, nullif(trim(representative), '') AS representative,
  coalesce(regexp_matches(representative, '{MASKS}'), FALSE) AS is_masked,
  nullif(place, '') AS address,
  CASE WHEN head <> '' THEN head ELSE place END AS address_head,
  coalesce(length(CASE WHEN head <> '' THEN head ELSE place END) >= CASE WHEN head <> ''
    THEN {_HOUSE_LEAST} ELSE {_PLACE_LEAST} END, FALSE) AS is_telling,
  nullif(regexp_replace(phone, '[^0-9]+', '', 'g'), '') AS phone
FROM registration_told AS t LEFT JOIN address_part AS p ON p.given = t.address
WHERE representative IS NOT NULL OR address IS NOT NULL OR phone IS NOT NULL"""
