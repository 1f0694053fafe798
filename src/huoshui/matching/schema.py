"""How verdicts are written: two bit words an entity and 63 offerings, `yes` and `no`.

Bit k of `yes_w` says that every clause of offering 63 w + k is true, bit k of `no_w` that some
clause is false; neither says unknown, and both never stand together.  63 bits and not 64, so
that a word is never negative and `(yes_0 >> k) & 1` means the same in every database.
Offerings stand in the order of their names, which a snapshot's manifest keeps beside the words.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa

WORD_BITS = 63

Verdict = Literal["yes", "no", "unknown"]

ENTITY = "entity"


def word_count(offerings: int) -> int:
    """Say how many words a verdict over so many offerings takes; at least one.

    >>> word_count(0), word_count(63), word_count(64)
    (1, 1, 2)
    """
    return max(1, -(-offerings // WORD_BITS))


def word_fields(offerings: int) -> list[pa.Field]:
    """Give the fields of the words: all of `yes`, then all of `no`."""
    count = word_count(offerings)
    names = [f"{side}_{w}" for side in ("yes", "no") for w in range(count)]
    return [pa.field(name, pa.int64(), nullable=False) for name in names]


def reason_fields(clauses: int) -> list[pa.Field]:
    """Give the fields of the reasons: which distinct clauses are true, then which are false."""
    count = word_count(clauses)
    names = [f"{side}_{w}" for side in ("true", "false") for w in range(count)]
    return [pa.field(name, pa.int64(), nullable=False) for name in names]


def bit_of(position: int) -> tuple[int, int]:
    """Give the word and the bit of an offering by its position.

    >>> bit_of(62), bit_of(63)
    ((0, 62), (1, 0))
    """
    return divmod(position, WORD_BITS)


def packed(bits: np.ndarray) -> np.ndarray:
    """Pack rows of booleans, one column an offering, into rows of words."""
    rows, offerings = bits.shape
    words = np.zeros((rows, word_count(offerings)), dtype=np.int64)
    for position in range(offerings):
        word, bit = bit_of(position)
        words[:, word] |= bits[:, position].astype(np.int64) << bit
    return words


def decoded(table: pa.Table, position: int) -> tuple[np.ndarray, np.ndarray]:
    """Give where the verdict of one offering is yes and where it is no."""
    word, bit = bit_of(position)
    sides = []
    for side in ("yes", "no"):
        words = table[f"{side}_{word}"].to_numpy()
        sides.append(((words >> bit) & 1).astype(bool))
    return sides[0], sides[1]
