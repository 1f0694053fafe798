"""Which case a word or a flag falls in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa


def case_codes(column: pa.Array, cases: Mapping[str, int], *, missing: int) -> np.ndarray:
    """Give each row's case; a word outside the cases has the code after them.

    A flag has the cases `true` and `false`.  Words are looked up once for each distinct word.
    """
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.string())
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    by_word = np.array(
        [case_of(word, cases, missing=missing) for word in column.dictionary.to_pylist()]
        + [missing],
        dtype=np.uint8,
    )
    places = column.indices.fill_null(len(by_word) - 1).to_numpy(zero_copy_only=False)
    return by_word[places]


def case_of(word: str | bool | None, cases: Mapping[str, int], *, missing: int) -> int:
    """Give one value's case.

    >>> case_of(True, {"true": 0, "false": 1}, missing=3)
    0
    """
    if word is None:
        return missing
    if isinstance(word, bool):
        word = "true" if word else "false"
    return cases.get(word, len(cases))
