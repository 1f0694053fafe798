"""The language that a page is being written in; Chinese unless somebody chose otherwise.

Both languages stand side by side in pages and packs, so that choosing is picking one of two.

>>> picked({"zh": "活水", "en": "Huoshui"}, "en")
'Huoshui'
>>> picked("plain text", "zh"), picked(None, "zh")
('plain text', '')
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from huoshui.explain import LANGUAGES, Language

DEFAULT: Language = "zh"

_spoken: ContextVar[Language] = ContextVar("spoken", default=DEFAULT)


def spoken() -> Language:
    """Give the language of the page being written."""
    return _spoken.get()


def speak(language: str) -> Language:
    """Write what follows in a language, or in Chinese if it is not one of the two."""
    chosen: Language = "en" if language == "en" else DEFAULT
    _spoken.set(chosen)
    return chosen


def picked(both: object, language: Language) -> str:
    """Give one language of words that exist in two; plain text stays as it is."""
    if both is None:
        return ""
    if isinstance(both, str):
        return both
    other: Language = LANGUAGES[1] if language == LANGUAGES[0] else LANGUAGES[0]
    if isinstance(both, Mapping):
        return str(both.get(language) or both.get(other) or "")
    words = getattr(both, language, None) or getattr(both, other, None)
    return str(both if words is None else words)


@dataclass(frozen=True)
class Words:
    """Words in both languages that say themselves in the one of the page being written.

    Labels, choices and messages of a form are made once and read in either language.

    >>> _ = speak("zh")
    >>> str(Words("用途", "Purpose"))
    '用途'
    """

    zh: str
    en: str

    def __str__(self) -> str:
        """Say them in the language of the page."""
        return picked(self, spoken())
