"""Cells: a column cut at the thresholds of all conditions on it, and their answers as bits.

A condition that only compares one number with constants cannot change its answer between two
thresholds.  So one value from each cell between them is put to every condition by the rule
language itself (no second copy of its meaning is kept here), and neighbouring cells that answer
alike are joined.  A row is then compared once with the start of each cell, and a condition is true
where an odd number of the starts at which its answer turns has been reached.  Words are put to
the conditions once a distinct word, and those that answer alike share a number; flags have two
cells.  Null is beside all cells.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from huoshui.matching.ops.bits import ALL, Bits, known_bits, of_flags, true_bits
from huoshui.policy.expression import Typed, evaluate_table
from huoshui.ratings.ops.buffers import FLAGS, flag_codes, places_of, values_of

FALSE, TRUE, UNKNOWN = 0, 1, 2
"""How an answer is coded."""

Turns = tuple[tuple[int, ...], bool, bool]
"""At which starts an answer turns, whether it holds in the first cell, and whether for null."""


@dataclass(frozen=True, eq=False)
class Cells:
    """One column's cells and what each condition on it answers in them."""

    starts: np.ndarray  # of the cells after the first
    answers: np.ndarray  # uint8 [conditions, cells and null]: FALSE, TRUE or UNKNOWN

    @cached_property
    def turns(self) -> list[tuple[Turns, Turns]]:
        """Give for each condition where it is true, and where it is not false."""
        return [(_turns(answers == TRUE), _turns(answers != FALSE)) for answers in self.answers]


def _turns(holds: np.ndarray) -> Turns:
    turning = np.flatnonzero(holds[1:-1] != holds[:-2])
    return tuple(turning.tolist()), bool(holds[0]), bool(holds[-1])


def cells_of_numbers(
    name: str,
    kind: pa.DataType,
    conditions: Sequence[Typed],
    cuts: Sequence[float | int],
    *,
    asof: dt.date,
) -> Cells:
    """Cut a column of numbers or days at the thresholds of its conditions."""
    dtype = _dtype(kind)
    starts, asked = cells(cuts, whole=dtype.kind == "i")
    if pa.types.is_date32(kind):
        sample = pa.array([*asked, None], pa.int32()).view(kind)
    else:
        sample = pa.array([*asked, None], pa.from_numpy_dtype(dtype)).cast(kind)
    answers = answers_of(name, sample, conditions, asof=asof)
    kept = [i for i in range(1, len(asked)) if (answers[:, i] != answers[:, i - 1]).any()]
    return Cells(
        np.array([starts[i - 1] for i in kept], dtype=dtype),
        answers[:, [0, *kept, len(asked)]],
    )


def _dtype(kind: pa.DataType) -> np.dtype[np.generic]:
    if pa.types.is_date32(kind):
        return np.dtype(np.int32)
    return np.dtype(np.int64 if pa.types.is_integer(kind) else np.float64)


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


def cells_of_flags(name: str, conditions: Sequence[Typed], *, asof: dt.date) -> Cells:
    """Give the two cells of a flag."""
    return Cells(np.array([1], np.uint8), answers_of(name, FLAGS, conditions, asof=asof))


def cells_of_words(
    name: str, words: pa.Array, conditions: Sequence[Typed], *, asof: dt.date
) -> tuple[Cells, np.ndarray]:
    """Put each distinct word to the conditions once; give the cells and each word's number."""
    asked = pa.concat_arrays([words.cast(pa.string()), pa.nulls(1, pa.string())])
    answers = answers_of(name, asked, conditions, asof=asof)
    distinct, numbers = np.unique(answers[:, :-1], axis=1, return_inverse=True)
    count = distinct.shape[1]
    kind = np.uint8 if count <= 1 << 8 else np.uint16 if count <= 1 << 16 else np.uint32
    made = np.concatenate([distinct, answers[:, -1:]], axis=1)
    if not count:  # no word at all: one cell that nobody lies in
        made = np.concatenate([made, made], axis=1)
    return Cells(np.arange(1, count, dtype=kind), made), numbers.reshape(-1).astype(kind)


def answers_of(
    name: str, sample: pa.Array, conditions: Sequence[Typed], *, asof: dt.date
) -> np.ndarray:
    """Put every value of a sample to every condition."""
    made = np.empty((len(conditions), len(sample)), np.uint8)
    for row, condition in enumerate(conditions):
        made[row] = flag_codes(evaluate_table(condition, {name: sample}, asof=asof))
    return made


def put_numbers(made: Cells, column: pa.Array, out: np.ndarray) -> None:
    """Write the answers about a column of numbers or days: uint64 [2, conditions, numbers]."""
    if pa.types.is_null(column.type):
        column = column.cast(pa.from_numpy_dtype(made.starts.dtype))
    values, known = values_of(column), known_bits(column)
    if values.dtype.kind == "f":
        finite = np.isfinite(values)
        if not finite.all():
            known = of_flags(finite) if known is None else known & of_flags(finite)
    _put(made, values, known, out)


def put_flags(made: Cells, column: pa.Array, out: np.ndarray) -> None:
    """Write the answers about a column of flags."""
    put_turns(made, [true_bits(column)], known_bits(column), out)


def put_words(
    made: Cells, numbers: np.ndarray, column: pa.DictionaryArray, out: np.ndarray
) -> None:
    """Write the answers about a column of words, given each word's number."""
    known = known_bits(column.indices)
    if not len(numbers):
        values = np.zeros(len(column), np.uint8)
    else:
        places = places_of(column)
        values = numbers.take(places, mode="clip")
        if column.dictionary.null_count:  # a dictionary may hold null as a word
            there = column.dictionary.is_valid().to_numpy(zero_copy_only=False)
            present = of_flags(there.take(places, mode="clip"))
            known = present if known is None else known & present
    _put(made, values, known, out)


def _put(made: Cells, values: np.ndarray, known: Bits | None, out: np.ndarray) -> None:
    reached = np.empty(len(values), bool)
    bits = []
    for start in made.starts:
        np.greater_equal(values, start, out=reached)
        bits.append(of_flags(reached))
    put_turns(made, bits, known, out)


def put_turns(made: Cells, reached: Sequence[Bits], known: Bits | None, out: np.ndarray) -> None:
    """Write for each condition where it is true and where it is not false."""
    missing = None if known is None else ~known
    for condition, sides in enumerate(made.turns):
        for side, (turning, is_first, is_null) in enumerate(sides):
            target = out[side, condition]
            if len(turning) == 1 and not is_first:
                _with_null(reached[turning[0]], known, missing, is_null, target)
                continue
            target.fill(ALL if is_first else 0)
            for start in turning:
                np.bitwise_xor(target, reached[start], out=target)
            _with_null(target, known, missing, is_null, target)


def _with_null(
    holds: Bits, known: Bits | None, missing: Bits | None, is_null: bool, target: np.ndarray
) -> None:
    if known is None or missing is None:
        target[:] = holds
    elif is_null:
        np.bitwise_or(holds, missing, out=target)
    else:
        np.bitwise_and(holds, known, out=target)


def put_answer(answer: pa.Array, out: np.ndarray) -> None:
    """Write a condition's own answer, evaluated row by row: uint64 [2, numbers]."""
    true, known = true_bits(answer), known_bits(answer)
    if known is None:
        out[:] = true
        return
    np.bitwise_and(true, known, out=out[0])
    np.bitwise_or(true, ~known, out=out[1])
