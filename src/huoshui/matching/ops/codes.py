"""Codes: a column cut at the thresholds of its clauses, so that a code decides every one of them.

A clause that only compares one number with constants cannot change its answer between two
thresholds.  So one value from each cell between them is put to every clause by the rule language
itself (no second copy of its meaning is kept here), neighbouring cells that answer alike are
joined, and a row's code is the number of cell starts it has reached.  Words are put to the
clauses once a distinct word, flags as false, true and null.  Null has a code of its own.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from huoshui.policy.expression import Typed, evaluate_table
from huoshui.ratings.ops.buffers import flag_codes, missing_rows, put_missing, values_of

TRUE, FALSE, UNKNOWN = 1, 0, -1

FLAGS = pa.array([False, True, None], pa.bool_())
FLAG_ANSWERS = np.array([[FALSE, TRUE, UNKNOWN]], dtype=np.int8)
"""What the codes of a flag, or of a clause's own answer, stand for."""

CODES_TOGETHER_MOST = 1 << 16
"""The most joint codes of the columns that one clause reads; above it the clause is evaluated."""


@dataclass(frozen=True, eq=False)
class Coded:
    """One column made ready: the answers by code, and a way from rows to codes."""

    column: str
    answers: np.ndarray  # int8 [clauses, codes]: TRUE, FALSE or UNKNOWN
    sample: pa.Array  # a value for each code
    starts: np.ndarray  # of cells after the first, for numbers; empty otherwise
    values: np.ndarray | None  # numbers by row
    places: np.ndarray | None  # codes by row, where they are known already
    missing: np.ndarray | None  # bool by row; None where nothing is missing

    @property
    def count(self) -> int:
        """Say how many codes there are."""
        return int(self.answers.shape[1])

    def codes(self, part: slice) -> np.ndarray:
        """Give the codes of a run of rows; the last code is null."""
        if self.places is not None:
            return self.places[part]
        assert self.values is not None, "a coded column has values or places"
        values = self.values[part]
        codes = np.zeros(len(values), dtype=np.uint8 if self.count <= 255 else np.uint16)
        for start in self.starts:
            codes += values >= start
        missing = None if self.missing is None else self.missing[part]
        put_missing(codes, values, missing, self.count - 1)
        return codes


def coded_numbers(
    name: str,
    column: pa.Array,
    clauses: Sequence[Typed],
    cuts: Sequence[float | int],
    *,
    asof: dt.date,
) -> Coded:
    """Cut a column of numbers or days at the thresholds of its clauses."""
    kind, values = column.type, values_of(column)
    starts, asked = cells(cuts, whole=values.dtype.kind == "i")
    if pa.types.is_date32(kind):
        sample = pa.array([*asked, None], pa.int32()).view(kind)
    else:
        sample = pa.array([*asked, None], pa.from_numpy_dtype(values.dtype)).cast(kind)
    answers = answers_of(name, sample, clauses, asof=asof)
    kept = [i for i in range(1, len(asked)) if (answers[:, i] != answers[:, i - 1]).any()]
    places = [0, *kept, len(asked)]
    return Coded(
        name,
        answers[:, places],
        sample.take(pa.array(places)),
        np.array([starts[i - 1] for i in kept], dtype=values.dtype),
        values,
        None,
        missing_rows(column),
    )


def cells(
    cuts: Sequence[float | int], *, whole: bool
) -> tuple[list[float | int], list[float | int]]:
    """Give the starts of the cells after the first, and one value inside each cell.

    Each threshold is a cell of its own, so that <, <=, = and <> are all decided by the cell.

    >>> cells([3], whole=True)
    ([3, 4], [2, 3, 4])
    """
    if whole:
        steps = {s for cut in cuts for s in (math.ceil(cut), math.floor(cut) + 1)}
        whole_starts: list[float | int] = sorted(s for s in steps if -(2**63) < s < 2**63)
        return whole_starts, [whole_starts[0] - 1 if whole_starts else 0, *whole_starts]
    doubles = {float(cut) for cut in cuts}
    starts: list[float | int] = sorted(doubles | {math.nextafter(c, math.inf) for c in doubles})
    return starts, [math.nextafter(starts[0], -math.inf) if starts else 0.0, *starts]


def coded_words(name: str, column: pa.Array, clauses: Sequence[Typed], *, asof: dt.date) -> Coded:
    """Put each distinct word to the clauses once; words that answer alike share a code."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    words = pa.concat_arrays([column.dictionary.cast(pa.string()), pa.nulls(1, pa.string())])
    answers = answers_of(name, words, clauses, asof=asof)
    distinct, first, by_word = np.unique(
        answers[:, :-1], axis=1, return_index=True, return_inverse=True
    )
    null = distinct.shape[1]
    codes = np.append(by_word.reshape(-1), null)
    codes = codes.astype(np.uint8 if null < 255 else np.uint16)
    places = column.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
    return Coded(
        name,
        np.concatenate([distinct, answers[:, -1:]], axis=1),
        words.take(pa.array([*first, len(words) - 1])),
        np.empty(0),
        None,
        codes[places],
        None,
    )


def coded_flags(name: str, column: pa.Array, clauses: Sequence[Typed], *, asof: dt.date) -> Coded:
    """Give false, true and null the codes 0, 1 and 2."""
    answers = answers_of(name, FLAGS, clauses, asof=asof)
    return Coded(name, answers, FLAGS, np.empty(0), None, flag_codes(column), None)


def coded_result(name: str, column: pa.Array, rows: int) -> Coded:
    """Code the answer of a clause that was evaluated row by row beforehand, like a flag."""
    places = flag_codes(column)
    assert len(places) == rows, "a computed column has a row for each row of the table"
    return Coded(name, FLAG_ANSWERS, FLAGS, np.empty(0), None, places, None)


def answers_of(
    name: str, sample: pa.Array, clauses: Sequence[Typed], *, asof: dt.date
) -> np.ndarray:
    """Put every value of a sample to every clause."""
    rows = []
    for clause in clauses:
        result = evaluate_table(clause, {name: sample}, asof=asof)
        rows.append(np.array([_answer(v) for v in result.to_pylist()], dtype=np.int8))
    return np.array(rows, dtype=np.int8).reshape(len(clauses), len(sample))


def _answer(value: bool | None) -> int:
    return UNKNOWN if value is None else TRUE if value else FALSE


@dataclass(frozen=True, eq=False)
class Mixed:
    """A clause over several columns that the codes of each decide together."""

    column: str  # a name for it among the codes
    members: tuple[int, ...]  # the coded columns it reads, by place
    weights: tuple[int, ...]
    places: np.ndarray  # joint code -> 0 false, 1 true, 2 unknown
    answers: np.ndarray

    @property
    def count(self) -> int:
        """Say how many codes there are."""
        return 3

    def codes(self, codes: Sequence[np.ndarray]) -> np.ndarray:
        """Give the codes of a run of rows from those of all coded columns."""
        return self.places.take(joint_codes(codes, self.members, self.weights), mode="clip")


def joint_codes(
    codes: Sequence[np.ndarray], members: Sequence[int], weights: Sequence[int]
) -> np.ndarray:
    """Make one number of several columns' codes, each with a weight of its own."""
    joint = codes[members[0]].astype(np.uint16)
    for member, weight in zip(members[1:], weights[1:], strict=True):
        joint += np.multiply(codes[member], np.uint16(weight), dtype=np.uint16)
    return joint


def mixed(
    name: str, clause: Typed, columns: Sequence[Coded], members: Sequence[int], *, asof: dt.date
) -> Mixed | None:
    """Ask a clause of every combination of codes; None where there are too many."""
    counts = [columns[m].count for m in members]
    weights = [1]
    for count in counts:
        weights.append(weights[-1] * count)
    total = weights.pop()
    if total > CODES_TOGETHER_MOST:
        return None
    every = np.arange(total)
    inputs = {
        columns[m].column: columns[m].sample.take(pa.array(every // weight % count))
        for m, weight, count in zip(members, weights, counts, strict=True)
    }
    places = flag_codes(evaluate_table(clause, inputs, asof=asof))
    return Mixed(name, tuple(members), tuple(weights), places, FLAG_ANSWERS)
