"""Text: kept as the source wrote it, without blanks at the ends; a map may replace whole texts."""

from __future__ import annotations

import unicodedata

from huoshui.facts.ops.reading import ABSENT, BLANK, Reader, Reading, cleaned
from huoshui.kernel.sql import literal
from huoshui.policy.schema import ColumnType

LONGEST_ABSENT = max(len(text.encode()) for text in ABSENT)
AFTER_BLANKS, SIGNS = "\u3001", "\ufe00"  # between them, in order of bytes, is no blank


def reading(reader: Reader) -> Reading:
    """Read text as it is."""
    words = reader.feed.map or {}

    def read(text: str) -> str | None:
        bare = cleaned(text)
        return bare if bare is None else words.get(bare, bare)

    return Reading(ColumnType.TEXT, read, None if words else plain, str)


def plain(raw: str) -> str:
    """Take text that has no blank at its ends and does not stand for nothing.

    Most texts begin and end with ASCII or Chinese, which comparisons tell much faster than a
    regular expression does.
    """
    absent = " ".join(f"WHEN {literal(text)} THEN false" for text in ABSENT)
    # A list asked with IN becomes a join, which every row pays for; a case is asked of few.
    says = f"(strlen({raw}) > {LONGEST_ABSENT} OR CASE {raw} {absent} ELSE true END)"
    last = f"{raw}[-1]"
    begins = f"({raw} > '!' AND {raw} < '\x7f' OR {raw} >= '{AFTER_BLANKS}' AND {raw} < '{SIGNS}')"
    ends = (
        f"({last} >= '{AFTER_BLANKS}' AND {last} < '{SIGNS}' OR {last} >= '!' AND {last} < '\x7f')"
    )
    return (
        f"CASE WHEN {begins} AND {ends} AND {says} THEN {raw}"
        f" WHEN NOT regexp_matches({raw}, '^{BLANK}|{BLANK}$') AND {says} THEN {raw} END"
    )


def name_reading() -> Reading:
    """Read a subject's name: in NFKC too, so that full-width forms do not make two names of one."""
    return Reading(ColumnType.TEXT, _name, _plain_name, str)


def _name(text: str) -> str | None:
    return cleaned(unicodedata.normalize("NFKC", text))


def _plain_name(raw: str) -> str:
    """Take Chinese characters, with ASCII among them: neither changes in NFKC."""
    chinese, any_plain = "[\\x{4e00}-\\x{9fa5}]", "[!-~\\x{4e00}-\\x{9fa5}]"
    form = f"{any_plain}*{chinese}{any_plain}*"
    return f"CASE WHEN regexp_full_match({raw}, '{form}') THEN {raw} END"
