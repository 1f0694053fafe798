"""Identifiers: each by its own standard's check, asked once for each code that occurs.

A unified code's place may hold the fifteen-digit registration number that it replaced: both name
the body, and older records have no other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huoshui.facts.faults import Fault, FeedRefusal
from huoshui.facts.ops.reading import Reader, Reading, cleaned
from huoshui.kernel import ids
from huoshui.policy.schema import ColumnType

OLD_LENGTH, FULL_LENGTH = 15, 18
DIGITS = 8  # the first characters of a unified code

_VALUES = np.full(256, 255)  # of each character of a code, by its byte
_VALUES[np.frombuffer(ids.uscc.ALPHABET.encode(), np.uint8)] = range(len(ids.uscc.ALPHABET))


def reading(reader: Reader) -> Reading:
    """Read an identifier of the column's scheme."""
    assert reader.column.scheme is not None, "the pack's check asks for a scheme"
    return subject_reading(reader.column.scheme)


def subject_reading(scheme: str) -> Reading:
    """Read an identifier of a scheme."""

    def read(text: str) -> str | Fault | None:
        bare = cleaned(text)
        return None if bare is None else checked(scheme, bare)

    return Reading(ColumnType.CODE, read, as_is=_valid_codes if scheme == "uscc" else None)


def _valid_codes(texts: Sequence[str]) -> list[bool]:
    """Tell which of many texts are unified codes as they stand, all of them at once."""
    column = pa.array(texts, pa.string())
    is_long = pc.equal(pc.binary_length(column), FULL_LENGTH)
    fits = pc.and_(is_long, pc.string_is_ascii(column)).to_numpy(zero_copy_only=False).astype(bool)
    joined = "".join(text for text, fit in zip(texts, fits, strict=True) if fit).encode("ascii")
    characters = np.frombuffer(joined, np.uint8).reshape(-1, FULL_LENGTH)
    values = _VALUES[characters]
    total = values[:, : FULL_LENGTH - 1] @ np.array(ids.uscc.WEIGHTS)
    is_right = (values < len(ids.uscc.ALPHABET)).all(axis=1)
    is_right &= (values[:, :DIGITS] < 10).all(axis=1)
    is_right &= -total % len(ids.uscc.ALPHABET) == values[:, -1]
    fits[fits] = is_right
    return list(fits)


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
