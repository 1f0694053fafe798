"""Yes and no, as records say them: 是 否, 有 无, Y N, true false, 1 0; a map may say others."""

from __future__ import annotations

import unicodedata

from huoshui.facts.faults import Fault, FeedRefusal
from huoshui.facts.ops.reading import Reader, Reading, cleaned, spelled
from huoshui.policy.schema import ColumnType

YES = ("true", "t", "yes", "y", "1", "是", "有", "真")
NO = ("false", "f", "no", "n", "0", "否", "无", "没有", "假")


def reading(reader: Reader) -> Reading:
    """Read a flag."""
    words = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    words |= {_folded(raw): words[_folded(word)] for raw, word in (reader.feed.map or {}).items()}

    def read(text: str) -> bool | Fault | None:
        bare = cleaned(text)
        if bare is None:
            return None
        found = words.get(_folded(bare))
        return Fault.of(FeedRefusal.NOT_A_FLAG) if found is None else found

    spellings = dict.fromkeys([*(reader.feed.map or {}), *YES, *NO])
    return Reading(ColumnType.FLAG, read, spelled(spellings, read, lambda v: str(v).lower()))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
