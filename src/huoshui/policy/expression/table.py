"""Whole tables: expressions compiled once into a list of steps over columns.

Each distinct part of all the expressions given together is one step, run once; a column of
intermediate values is let go after its last reader.  No step loops over rows in Python.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from huoshui.policy.expression import vector
from huoshui.policy.expression.typed import Apply, Constant, Read, Today, Type, Typed
from huoshui.policy.expression.vector import Vector

Columns = Mapping[str, pa.Array | pa.ChunkedArray]


@dataclass(frozen=True)
class _Step:
    """One distinct part, the steps it reads, and those that nobody reads after it."""

    part: Typed
    reads: tuple[int, ...]
    spent: tuple[int, ...]


@dataclass(frozen=True)
class Program:
    """Expressions compiled together."""

    steps: tuple[_Step, ...]
    results: tuple[int, ...]

    def run(self, columns: Columns, *, asof: dt.date, rows: int | None = None) -> list[pa.Array]:
        """Give one array per expression; `rows` is needed where no column is given."""
        length = _length(columns, rows)
        slots: list[Vector | None] = [None] * len(self.steps)
        with np.errstate(all="ignore"):  # what overflows becomes unknown
            for i, step in enumerate(self.steps):
                slots[i] = _run(step, slots, columns, asof)
                for spent in step.spent:
                    slots[spent] = None
        found = []
        for i in self.results:
            result = slots[i]
            assert result is not None, "results are kept to the end"
            found.append(vector.to_arrow(result, self.steps[i].part.type, length))
        return found


def compile_table(expressions: Sequence[Typed]) -> Program:
    """Put the distinct parts of all expressions in an order in which each follows what it reads."""
    places: dict[Typed, int] = {}
    reads: list[tuple[int, ...]] = []

    def place(part: Typed) -> int:
        if part not in places:
            read = tuple(place(p) for p in part.parts)
            places[part] = len(reads)
            reads.append(read)
        return places[part]

    results = tuple(place(expression) for expression in expressions)
    last_reader: dict[int, int] = {}
    for i, read in enumerate(reads):
        last_reader.update(dict.fromkeys(read, i))
    spent: list[list[int]] = [[] for _ in reads]
    for part, reader in last_reader.items():
        if part not in results:
            spent[reader].append(part)
    steps = tuple(_Step(p, reads[i], tuple(spent[i])) for p, i in places.items())
    return Program(steps, results)


def evaluate_table(
    typed: Typed, columns: Columns, *, asof: dt.date, rows: int | None = None
) -> pa.Array:
    """Evaluate one expression over whole columns.

    Numbers come as float64, flags as bool, days as date32, text as string; unknown is null.
    """
    return compile_table([typed]).run(columns, asof=asof, rows=rows)[0]


def _run(step: _Step, slots: list[Vector | None], columns: Columns, asof: dt.date) -> Vector:
    part = step.part
    if isinstance(part, Constant):
        return vector.constant(part.value, part.type)
    if isinstance(part, Read):
        return vector.from_arrow(columns[part.column], part.type)
    if isinstance(part, Today):
        return vector.constant(asof, Type.DAY)
    assert isinstance(part, Apply), "there are four kinds of parts"
    return part.operation.table(*(slots[i] for i in step.reads))


def _length(columns: Columns, rows: int | None) -> int:
    if rows is not None:
        return rows
    assert columns, "say how many rows where no column is given"
    return len(next(iter(columns.values())))
