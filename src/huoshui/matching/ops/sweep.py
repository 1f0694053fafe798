"""A plan made ready to run over tables: what is worked out once, and what is done to each part.

A part of a table is some hundred thousand rows, whose bits stay in the processor's caches.  Each
condition is written as two rows of bits (true, not false), each clause over several conditions is
joined from them, and an offering's verdict is the AND of its clauses: for 1,120 uses of 465
clauses that is 73 MB of bits read for 262,144 subjects.  Parts are independent, so threads take
them as they come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from huoshui.matching.ops import bits, cells, diagrams
from huoshui.matching.ops.cells import Cells
from huoshui.matching.ops.diagrams import Diagram
from huoshui.matching.schema import WORD_BITS
from huoshui.policy.expression import Typed, compile_table

ROWS_AT_ONCE = 1 << 18
"""The rows of a part: so many that threads seldom wait for each other.

Each step on a column of 65,536 rows is over before another thread has woken up to take the
interpreter's lock, so that two threads took as long as one.
"""


@dataclass(frozen=True, eq=False)
class Conditions:
    """What every clause is made of: conditions on one column each, and those to be computed."""

    all: tuple[Typed, ...]
    by_column: Mapping[str, tuple[int, ...]]  # places of the conditions on a column, in a row
    thresholds: Mapping[str, tuple[float | int, ...]]  # column -> cut points, for numbers and days
    computed: tuple[int, ...]  # places of those evaluated row by row, after all others


class Room:
    """What one thread works in: the answers of conditions and clauses about a part of a table."""

    def __init__(self, count: int, rows: int) -> None:
        """Make room for so many conditions and clauses, and so many rows."""
        self.answers = np.empty((2, count, bits.length(rows)), np.uint64)  # true, not false
        self.turner = bits.Turner(rows)

    def write_verdicts(self, used: Sequence[np.ndarray], out: np.ndarray) -> None:
        """Write yes and no, int64 [2, rows], of up to 63 offerings, given the clauses of each."""
        for side in (diagrams.IS_TRUE, diagrams.IS_NOT_FALSE):
            square = self.turner.square
            for row, places in enumerate(used):
                if len(places):
                    np.bitwise_and.reduce(self.answers[side, places], axis=0, out=square[row])
                else:
                    square[row] = bits.ALL
            self._write(side, len(used), out)

    def write_answers(self, places: np.ndarray, out: np.ndarray) -> None:
        """Write true and false, int64 [2, rows], of up to 63 clauses."""
        for side in (diagrams.IS_TRUE, diagrams.IS_NOT_FALSE):
            np.take(self.answers[side], places, axis=0, out=self.turner.square[: len(places)])
            self._write(side, len(places), out)

    def _write(self, side: int, count: int, out: np.ndarray) -> None:
        square = self.turner.square
        if side == diagrams.IS_NOT_FALSE:
            np.invert(square[:count], out=square[:count])
        square[count:] = 0
        self.turner.write(out[side])


def _by_word(many: Any) -> list[Any]:
    """Cut what stands by offering or by clause into the runs that share a word; at least one."""
    return [many[i : i + WORD_BITS] for i in range(0, max(1, len(many)), WORD_BITS)]


class Sweep:
    """A plan's conditions, clauses and offerings, made ready; parts of tables in, words out."""

    def __init__(
        self,
        conditions: Conditions,
        clauses: Sequence[tuple[Typed, tuple[int, ...]]],
        uses: Sequence[Sequence[int]],
        *,
        asof: dt.date,
    ) -> None:
        """Work out what depends on the rules alone.

        `clauses` come with the places of their conditions, `uses` are the clauses by offering.
        """
        self.conditions, self.asof = conditions, asof
        self.joined: list[tuple[Diagram, tuple[int, ...], int]] = []
        places = []
        for clause, made_of in clauses:
            if len(made_of) == 1 and conditions.all[made_of[0]] == clause:
                places.append(made_of[0])  # the condition is the clause
                continue
            place = len(conditions.all) + len(self.joined)
            every = [conditions.all[i] for i in made_of]
            made = diagrams.diagram(clause, every, asof=asof)
            self.joined.append((made, made_of, place))
            places.append(place)
        place = np.array(places, dtype=np.intp)
        self.places = _by_word(place)
        self.uses = _by_word([place[list(used)] for used in uses])
        self.program = compile_table([conditions.all[i] for i in conditions.computed])
        self.computed_columns = sorted(
            {name for i in conditions.computed for name in conditions.all[i].columns}
        )
        self._cells: dict[tuple[str, str], Cells] = {}
        self._words: dict[str, tuple[pa.Array, Cells, np.ndarray]] = {}

    def run(
        self, table: pa.Table, *, reasons: bool, threads: int
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Give int64 [2, words, rows]: `yes` and `no`; and the same of clauses where asked for."""
        rows = table.num_rows
        verdicts = np.empty((2, len(self.uses), rows), np.int64)
        answers = np.empty((2, len(self.places), rows), np.int64) if reasons else None
        parts = _parts(table, self._read(table))

        def work(_: int) -> None:
            room = None
            for start, batch in parts:
                part = slice(start, start + batch.num_rows)
                if room is None or room.turner.rows != batch.num_rows:
                    room = Room(len(self.conditions.all) + len(self.joined), batch.num_rows)
                self._answer(batch, room.answers)
                for word, used in enumerate(self.uses):
                    room.write_verdicts(used, verdicts[:, word, part])
                for word, places in enumerate(self.places if answers is not None else ()):
                    room.write_answers(places, answers[:, word, part])

        if threads > 1 and rows > ROWS_AT_ONCE:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(work, range(threads)))
        else:
            work(0)
        return verdicts, answers

    def _read(self, table: pa.Table) -> list[str]:
        """Name the columns that conditions read, and make the cells of their types ready."""
        for name, members in self.conditions.by_column.items():
            kind = table.schema.field(name).type
            if not _is_text(kind, name in self.conditions.thresholds):
                self._cells_of(name, kind, members)
        return sorted({*self.conditions.by_column, *self.computed_columns})

    def _cells_of(self, name: str, kind: pa.DataType, members: Sequence[int]) -> Cells:
        key = name, str(kind)
        if key not in self._cells:
            every = [self.conditions.all[i] for i in members]
            cuts = self.conditions.thresholds.get(name)
            if pa.types.is_boolean(kind) or cuts is None:
                self._cells[key] = cells.cells_of_flags(name, every, asof=self.asof)
            else:
                made = cells.cells_of_numbers(name, kind, every, cuts, asof=self.asof)
                self._cells[key] = made
        return self._cells[key]

    def _answer(self, batch: pa.RecordBatch, space: np.ndarray) -> None:
        """Write the answers to every condition and clause about the rows of a part."""
        for name, members in self.conditions.by_column.items():
            column = batch.column(name)
            out = space[:, members[0] : members[-1] + 1]
            if _is_text(column.type, name in self.conditions.thresholds):
                self._text(name, column, members, out)
            elif pa.types.is_boolean(column.type) or name not in self.conditions.thresholds:
                cells.put_flags(self._cells_of(name, column.type, members), column, out)
            else:
                cells.put_numbers(self._cells_of(name, column.type, members), column, out)
        if self.conditions.computed:
            inputs = {name: batch.column(name) for name in self.computed_columns}
            made = self.program.run(inputs, asof=self.asof)
            for place, answer in zip(self.conditions.computed, made, strict=True):
                cells.put_answer(answer, space[:, place])
        for made_from, places, place in self.joined:
            diagrams.run(made_from, space, places, space[:, place])

    def _text(self, name: str, column: pa.Array, members: Sequence[int], out: np.ndarray) -> None:
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        last = self._words.get(name)
        if last is None or not last[0].equals(column.dictionary):
            every = [self.conditions.all[i] for i in members]
            made, numbers = cells.cells_of_words(name, column.dictionary, every, asof=self.asof)
            last = self._words[name] = (column.dictionary, made, numbers)
        cells.put_words(last[1], last[2], column, out)


def _is_text(kind: pa.DataType, is_measured: bool) -> bool:
    return not (is_measured or pa.types.is_boolean(kind) or pa.types.is_null(kind))


def _parts(table: pa.Table, names: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Cut a table into parts that lie in memory as they are; threads share what is given."""
    start = 0
    made = []
    read = table.select(list(names) or table.column_names[:1])
    for batch in read.to_batches(max_chunksize=ROWS_AT_ONCE):
        made.append((start, batch))
        start += batch.num_rows
    return iter(made)
