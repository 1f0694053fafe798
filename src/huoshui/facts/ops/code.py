"""Identifiers: each by its own standard's check, asked once for each code that occurs.

A unified code's place may hold the fifteen-digit registration number that it replaced: both name
the body, and older records have no other.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache, partial

from huoshui.facts.faults import Fault, FeedRefusal
from huoshui.facts.ops.reading import Reader, Reading, cleaned
from huoshui.facts.ops.standing import FORMS, stand
from huoshui.kernel import ids
from huoshui.policy.schema import ColumnType

OLD_LENGTH, FULL_LENGTH = 15, 18


def reading(reader: Reader) -> Reading:
    """Read an identifier of the column's scheme."""
    assert reader.column.scheme is not None, "the pack's check asks for a scheme"
    return subject_reading(reader.column.scheme)


def subject_reading(scheme: str) -> Reading:
    """Read an identifier of a scheme."""

    def read(text: str) -> str | Fault | None:
        bare = cleaned(text)
        return None if bare is None else checked(scheme, bare)

    forms = FORMS.get(scheme)
    return Reading(ColumnType.CODE, read, as_is=partial(stand, forms) if forms else None)


@lru_cache(maxsize=1 << 20)  # the same subjects come in every feed
def checked(scheme: str, text: str) -> str | Fault:
    """Give the code as it is kept, or its fault."""
    bare = unicodedata.normalize("NFKC", text)
    if scheme == "uscc" and len(bare) != FULL_LENGTH:
        is_old = len(ids.registration_number.compact(bare)) == OLD_LENGTH
        scheme = "registration_number" if is_old else scheme
    try:
        return ids.SCHEMES[scheme].validate(bare)
    except ids.InvalidChecksum:
        return Fault.of(FeedRefusal.WRONG_CHECK_DIGIT)
    except ids.ValidationError:
        return Fault.of(FeedRefusal.NOT_A_CODE, scheme=ids.SCHEMES[scheme].en)
