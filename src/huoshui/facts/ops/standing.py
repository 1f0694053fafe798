"""Which of many texts are codes as they stand: told of all of them at once.

A city's files name persons and bodies tens of millions of times, nearly always in the code's own
form.  What does not stand by this is read by its scheme, one text after another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_uppercase, digits

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huoshui.kernel import ids


@dataclass(frozen=True)
class Form:
    """A code of a fixed length: what may stand at each place, and the check over all of it."""

    places: tuple[str, ...]
    alphabet: str  # a character's value is its place here
    is_right: Callable[[np.ndarray], np.ndarray]  # rows of values -> is the check right

    @cached_property
    def values(self) -> np.ndarray:
        """Give the value of each byte."""
        values = np.zeros(256, np.intp)
        values[_bytes(self.alphabet)] = range(len(self.alphabet))
        return values

    def stands(self, texts: pa.Array) -> np.ndarray:
        """Tell of each text whether it is such a code."""
        length = len(self.places)
        fits = pc.and_(pc.equal(pc.binary_length(texts), length), pc.string_is_ascii(texts))
        found = pc.fill_null(fits, False).to_numpy(zero_copy_only=False).astype(bool)
        fixed = texts.filter(pa.array(found)).cast(pa.binary()).cast(pa.binary(length))
        rows = np.frombuffer(
            fixed.buffers()[1], np.uint8, len(fixed) * length, fixed.offset * length
        )
        rows = rows.reshape(-1, length)
        is_code = self.is_right(self.values[rows])
        for nth, characters in enumerate(self.places):
            may = np.zeros(256, bool)
            may[_bytes(characters)] = True
            is_code &= may[rows[:, nth]]
        found[found] = is_code
        return found


def stand(forms: Sequence[Form], texts: pa.Array) -> np.ndarray:
    """Tell of each text whether it is a code of one of the forms."""
    found = np.zeros(len(texts), bool)
    for form in forms:
        found |= form.stands(texts)
    return found


def _bytes(characters: str) -> np.ndarray:
    return np.frombuffer(characters.encode("ascii"), np.uint8)


def _by_weights(values: np.ndarray) -> np.ndarray:
    """Check the unified code: modulo 31, weighted."""
    total = values[:, :-1] @ np.array(ids.uscc.WEIGHTS)
    return -total % len(ids.uscc.ALPHABET) == values[:, -1]


def _hybrid(modulus: int) -> Callable[[np.ndarray], np.ndarray]:
    """Check by ISO 7064's hybrid systems, MOD 11,10 and MOD 37,36."""
    before, value = np.ogrid[:modulus, :modulus]
    doubled = np.where(before == 0, modulus, before) * 2 % (modulus + 1)
    after = ((doubled + value) % modulus).ravel()

    def is_right(values: np.ndarray) -> np.ndarray:
        check = np.full(len(values), modulus // 2, np.intp)
        for place in values.T:
            check = after[check * modulus + place]
        return check == 1

    return is_right


def _reference(letter: str) -> Form:
    alphabet = digits + ascii_uppercase
    places = (letter, *[alphabet[:16]] * 15, alphabet)
    return Form(places, alphabet, _hybrid(len(alphabet)))


_UNIFIED = Form((digits,) * 8 + (ids.uscc.ALPHABET,) * 10, ids.uscc.ALPHABET, _by_weights)
_OLD = Form((digits,) * 15, digits, _hybrid(len(digits)))

FORMS: Mapping[str, tuple[Form, ...]] = {
    "uscc": (_UNIFIED, _OLD),
    "registration_number": (_OLD,),
    "person_ref": (_reference(ids.person_ref.LETTER),),
    "project_ref": (_reference(ids.project_ref.LETTER),),
}
"""The forms that a code may have where a scheme is asked for; schemes without any are read."""
