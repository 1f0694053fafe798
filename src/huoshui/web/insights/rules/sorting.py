"""The order of Chinese names: by pinyin, as the database has no Chinese collation.

Characters that are read in several ways are read as the phrases they stand in, the longest first.

>>> sort_key("长江活水"), sort_key("生长ABC（水）")
('chang jiang huo shui', 'sheng zhang abc shui')
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from functools import cache

_LONGEST = 4  # characters of a phrase; longer ones are proverbs, which no name holds
_PART = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")


@cache
def _dictionary() -> tuple[Mapping[str, object], Set[str]]:
    """Give the phrases, and the first two characters of any: most pairs begin none.

    Read when first asked for: most processes sort no name, and each would wait for it.
    """
    from pypinyin.constants import PHRASES_DICT

    return PHRASES_DICT, {phrase[:2] for phrase in PHRASES_DICT}


@cache
def _read(phrase: str) -> str:
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(phrase))


def _syllables(text: str) -> list[str]:
    phrases, beginnings = _dictionary()
    found, place = [], 0
    while place < len(text):
        part = text[place]
        if text[place : place + 2] in beginnings:
            part = next((p for p in _longer(text, place) if p in phrases), part)
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
