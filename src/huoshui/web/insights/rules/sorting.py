"""The order of Chinese names: by pinyin, as the database has no Chinese collation.

Characters that are read in several ways are read as the phrases they stand in, the longest first.

>>> sort_key("长江活水"), sort_key("生长ABC（水）")
('chang jiang huo shui', 'sheng zhang abc shui')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

_LONGEST = 4  # characters of a phrase; longer ones are proverbs, which no name holds
_PART = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")


@cache
def _dictionary() -> tuple[Mapping[str, object], Mapping[str, tuple[int, ...]]]:
    """Give the phrases, and how long those are that begin with two characters, the longest first.

    Read when first asked for: most processes sort no name, and each would wait for it.
    """
    from pypinyin.constants import PHRASES_DICT

    lengths: dict[str, set[int]] = {}
    for phrase in PHRASES_DICT:
        if len(phrase) <= _LONGEST:
            lengths.setdefault(phrase[:2], set()).add(len(phrase))
    return PHRASES_DICT, {two: tuple(sorted(found)[::-1]) for two, found in lengths.items()}


@cache
def _read(phrase: str) -> str:
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(phrase))


def _syllables(text: str) -> list[str]:
    phrases, lengths = _dictionary()
    found, place = [], 0
    while place < len(text):
        part = text[place]
        for length in lengths.get(text[place : place + 2], ()):
            if text[place : place + length] in phrases:
                part = text[place : place + length]
                break
        found.append(_read(part))
        place += len(part)
    return found


def sort_key(name: str | None) -> str:
    """Give the syllables of a name, by which lists are ordered; marks between them do not count."""
    parts = _PART.findall((name or "").lower())
    return " ".join(s for p in parts for s in (_syllables(p) if p[0] > "z" else [p]))
