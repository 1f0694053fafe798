"""Pairs of a record and an entity it may be about: their ids, what is kept, what is masked.

>>> pair_id(None, "恒达科技", "9143X") == pair_id(None, "恒达科技", "9143X")
True
>>> masked("representative", "王小明"), masked("phone", "13800001234"), masked("address", "江边路")
('王＊＊', '138＊＊＊＊＊＊＊＊', '江边路')
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from uuid import NAMESPACE_URL, UUID, uuid5

from huoshui.web.audit.rules.charts import Both

STATUSES: Mapping[str, Both] = {
    "review": {"zh": "待认定", "en": "To be decided"},
    "linked": {"zh": "按证据已关联", "en": "Linked by its evidence"},
    "decided_same": {"zh": "已认定为同一主体", "en": "Decided: the same"},
    "decided_different": {"zh": "已认定为不同主体", "en": "Decided: different"},
}
"""How a pair stands in a snapshot, those that wait for a person first."""

WORDS: Mapping[str, Both] = {
    "same": {"zh": "是同一主体", "en": "The same"},
    "different": {"zh": "不是同一主体", "en": "Different"},
    "taken_back": {"zh": "撤回此前的认定", "en": "Take back what was decided"},
}
"""What a person may say of a pair."""

PERSONAL: Mapping[str, int] = {"representative": 1, "phone": 3}
"""Parts that tell of a person, and how many characters whoever may not decide is shown."""

LEVEL, MINE, THEIRS = "level_", "mine_", "theirs_"
"""Before the name of a part in the columns of the relation `resemblance`."""

Parts = Mapping[str, Sequence[str | None]]
"""Part -> how it compares, as the record has it, as the candidate has it."""


def pair_id(code: str | None, name: str | None, entity: str) -> UUID:
    """Give the id of a pair, which is the same in every snapshot and tells nobody's name."""
    return uuid5(NAMESPACE_URL, json.dumps([code, name, entity], ensure_ascii=False))


def parts_in(columns: Sequence[str]) -> list[str]:
    """Name the parts that a published relation compares, in its own order."""
    return [c.removeprefix(LEVEL) for c in columns if c.startswith(LEVEL)]


def parts_of(row: Mapping[str, object], parts: Sequence[str]) -> Parts:
    """Gather the three columns of each part of a published row."""
    return {
        part: [_text(row.get(f"{side}{part}")) for side in (LEVEL, MINE, THEIRS)] for part in parts
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def row_of(kept: Mapping[str, object], parts: Parts) -> dict[str, object]:
    """Give a row as the relation `resemblance` has it, from what is kept of it."""
    spread = {
        f"{side}{part}": value
        for part, values in parts.items()
        for side, value in zip((LEVEL, MINE, THEIRS), values, strict=True)
    }
    return {**kept, **spread}


def told(parts: Parts, *, in_full: bool) -> Parts:
    """Give the parts as somebody may read them."""
    if in_full:
        return parts
    return {
        part: [level, masked(part, mine), masked(part, theirs)]
        for part, (level, mine, theirs) in parts.items()
    }


def tells_of_persons(parts: Parts) -> bool:
    """Say whether anything in the parts tells of a person."""
    return any(value is not None for part in PERSONAL if part in parts for value in parts[part][1:])


def masked(part: str, value: str | None) -> str | None:
    """Hide all but the beginning of what tells of a person."""
    if value is None or part not in PERSONAL:
        return value
    shown = PERSONAL[part]
    return value[:shown] + "＊" * max(len(value) - shown, 2)
