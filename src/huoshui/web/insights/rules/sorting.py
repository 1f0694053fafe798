"""The order of Chinese names: by pinyin, as the database has no Chinese collation.

Characters that are read in several ways are read as the phrases they stand in, the longest first.

>>> sort_key("长江活水"), sort_key("生长ABC（水）")
('chang jiang huo shui', 'sheng zhang abc shui')
"""

from __future__ import annotations

import re
from functools import cache

from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

_LONGEST = 4  # characters of a phrase; longer ones are proverbs, which no name holds
_PART = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")


_BEGINNINGS = {phrase[:2] for phrase in PHRASES_DICT}
"""The first two characters of any phrase: most pairs of characters begin none."""


@cache
def _read(phrase: str) -> str:
    return " ".join(lazy_pinyin(phrase))


def _syllables(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text):
        part = text[place]
        if text[place : place + 2] in _BEGINNINGS:
            part = next((p for p in _longer(text, place) if p in PHRASES_DICT), part)
        found.append(_read(part))
        place += len(part)
    return found


def _longer(text: str, place: int) -> list[str]:
    """Give what may be a phrase here, the longest first."""
    ends = range(min(place + _LONGEST, len(text)), place + 1, -1)
    return [text[place:end] for end in ends]


def sort_key(name: str | None) -> str:
    """Give the syllables of a name, by which lists are ordered; marks between them do not count."""
    parts = _PART.findall((name or "").lower())
    return " ".join(s for p in parts for s in (_syllables(p) if p[0] > "z" else [p]))
