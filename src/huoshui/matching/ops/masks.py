"""Masks: what each code says of all offerings at once, and the AND of a row's codes.

A code's row in a table has a bit for each offering in two words: every clause of this column is
true, and none is false.  A firm's verdicts are the AND of its codes' rows, so the cost does not
grow with the number of clauses.  Columns with few codes are read together: their codes make one
number and their tables one table, which saves most of the look-ups.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import prod

import numpy as np

from huoshui.matching.ops.codes import FALSE, TRUE, Coded, Mixed, joint_codes
from huoshui.matching.schema import packed, word_count

CODES_MOST = 4096
"""The most rows of a joint table: two words each, it stays in the processor's second cache."""

ROWS_AT_ONCE = 1 << 15
"""Rows evaluated together, so that codes and words stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Joint:
    """Columns read together: the mixed-radix weights of their codes, and one table by word."""

    members: tuple[int, ...]
    weights: tuple[int, ...]
    tables: tuple[np.ndarray, ...]  # per word int64 [codes, 2]: true, not false


def mask_table(coded: Coded | Mixed, users: Sequence[Sequence[int]]) -> np.ndarray:
    """Make a column's table, int64 [codes, words, 2], from which offerings use which clause.

    `users[k]` lists the clauses (rows of the column's answers) that offering k uses.
    """
    true = np.ones((coded.count, len(users)), dtype=bool)
    not_false = np.ones_like(true)
    for position, clauses in enumerate(users):
        if len(clauses):
            answers = coded.answers[list(clauses)]
            true[:, position] = (answers == TRUE).all(axis=0)
            not_false[:, position] = (answers != FALSE).all(axis=0)
    return np.stack([packed(true), packed(not_false)], axis=2)


def joined(
    columns: Sequence[Coded | Mixed],
    tables: Sequence[np.ndarray],
    using: Sequence[Sequence[Sequence[int]]],
) -> list[Joint]:
    """Put columns together, first come first served, as long as a joint table stays small.

    A column that no offering uses by itself (only clauses over several do) is left out.
    """
    used = [i for i, users in enumerate(using) if any(users)]
    order = sorted(used, key=lambda i: (-columns[i].count, columns[i].column))
    bins: list[list[int]] = []
    for i in order:
        for members in bins:
            if columns[i].count * prod(columns[m].count for m in members) <= CODES_MOST:
                members.append(i)
                break
        else:
            bins.append([i])
    return [_joint(columns, tables, members) for members in bins]


def _joint(
    columns: Sequence[Coded | Mixed], tables: Sequence[np.ndarray], members: Sequence[int]
) -> Joint:
    table, weights = tables[members[0]], [1]
    for member in members[1:]:
        other = tables[member]
        weights.append(len(table))
        # The first column's code turns fastest: position = code_0 + weight_1 * code_1 + ...
        both = other[:, None] & table[None]
        table = both.reshape(len(table) * columns[member].count, *table.shape[1:])
    assert len(table) <= 1 << 16, "a joint code is a number of 16 bits"
    by_word = tuple(np.ascontiguousarray(table[:, w]) for w in range(table.shape[1]))
    return Joint(tuple(members), tuple(weights), by_word)


def codes_of(columns: Sequence[Coded | Mixed], part: slice) -> list[np.ndarray]:
    """Give the codes of a run of rows in every column; what is mixed comes after what it reads."""
    codes: list[np.ndarray] = []
    for column in columns:
        codes.append(column.codes(part) if isinstance(column, Coded) else column.codes(codes))
    return codes


def evaluate(
    columns: Sequence[Coded | Mixed],
    joints: Sequence[Joint],
    rows: int,
    offerings: int,
    *,
    threads: int = 2,
) -> tuple[np.ndarray, np.ndarray]:
    """Give the words `yes` and `no`, int64 [words, rows] each."""
    words = word_count(offerings)
    everything = packed(np.ones((1, offerings), dtype=bool))[0]
    yes = np.empty((words, rows), dtype=np.int64)
    no = np.empty_like(yes)

    def run(start: int) -> None:
        part = slice(start, min(start + ROWS_AT_ONCE, rows))
        single = codes_of(columns, part)
        codes = [joint_codes(single, joint.members, joint.weights) for joint in joints]
        for w in range(words):
            both = np.full((part.stop - part.start, 2), everything[w], dtype=np.int64)
            for joint, code in zip(joints, codes, strict=True):
                both &= joint.tables[w].take(code, axis=0, mode="clip")
            yes[w, part] = both[:, 0]
            no[w, part] = ~both[:, 1] & everything[w]

    starts = range(0, rows, ROWS_AT_ONCE)
    if threads > 1 and len(starts) > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(run, starts))
    else:
        for start in starts:
            run(start)
    return yes, no
