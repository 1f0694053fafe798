"""Words of a vocabulary: by the feed's map first, then the word itself or its label.

A key of the map that ends in * stands for all texts that begin so, such as the first characters
of a code that tell the kind of body.
"""

from __future__ import annotations

import unicodedata

from huoshui.facts.faults import Fault, FeedRefusal
from huoshui.facts.ops.reading import Reader, Reading, cleaned, spelled
from huoshui.kernel.sql import literal
from huoshui.policy.schema import ColumnType


def reading(reader: Reader) -> Reading:
    """Read a word."""
    vocabulary = reader.pack.vocabularies[reader.column.vocabulary or ""]
    words = {_folded(label): word for word, label in _labels(vocabulary.entries)}
    mapped = {_folded(raw): word for raw, word in (reader.feed.map or {}).items()}
    starts = {raw[:-1]: word for raw, word in mapped.items() if raw.endswith("*")}

    def read(text: str) -> str | Fault | None:
        bare = cleaned(text)
        folded = _folded(bare or text)
        if folded in mapped:  # a map may give a meaning even to a dash
            return mapped[folded]
        if bare is None:
            return None
        if folded in words:
            return words[folded]
        for start in sorted(starts, key=len, reverse=True):
            if folded.startswith(start):
                return starts[start]
        return Fault.of(FeedRefusal.NOT_A_WORD, vocabulary=vocabulary.label.zh)

    spellings = dict.fromkeys(
        [*(reader.feed.map or {}), *(x for _, x in _labels(vocabulary.entries))]
    )
    plain = spelled(spellings, read, lambda word: literal(str(word)))
    return Reading(ColumnType.CHOICE, read, plain)


def _labels(entries: dict) -> list[tuple[str, str]]:  # type: ignore[type-arg]
    found = [(word, text) for word, label in entries.items() for text in (label.en, label.zh)]
    return [*found, *((word, word) for word in entries)]  # the word itself wins


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
