"""All offerings' clauses made ready for a whole table: each distinct clause once, by column.

`compile` sorts the distinct clauses into those that read one column and can be decided by a code
of it (see `ops.codes`) and those that cannot: over several columns, or over one in a way that has
no thresholds.  The latter are evaluated first, row by row in bulk, and coded like a flag.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from huoshui.kernel.errors import Refusal
from huoshui.matching.clauses import OfferingClause, clauses_of
from huoshui.matching.ops.codes import (
    Coded,
    answers_of,
    coded_flags,
    coded_numbers,
    coded_result,
    coded_words,
)
from huoshui.matching.ops.masks import evaluate, joined, mask_table
from huoshui.matching.schema import ENTITY, word_count, word_fields
from huoshui.matching.terms import TermsPlan, compile_terms
from huoshui.policy.expression import Typed, cuts, evaluate_table
from huoshui.policy.pack import Pack
from huoshui.ratings.ops.clauses import plain


class MatchingRefusal(Refusal):
    """Why matching is refused, the weightiest first."""

    OTHER_DAY = (
        "The pack was read as at {pack_day} and matching is asked for {asof}.",
        "Load the pack as at {asof}.",
    )
    NO_COLUMN = (
        "The profile has no column {column}, which {offering} reads.",
        "Compute the profile and the ratings with the same pack first.",
    )
    NO_SUCH = "There is no offering {offering}.", "Use one of: {known}."


@dataclass(frozen=True, eq=False)
class Plan:
    """What matching needs of a pack on a day; made once, used on any number of tables."""

    asof: dt.date
    offerings: tuple[str, ...]  # bit k of the words is offering k
    clauses: Mapping[str, tuple[OfferingClause, ...]]  # by offering
    distinct: tuple[Typed, ...]  # the parts of clauses, each once
    uses: tuple[tuple[int, ...], ...]  # offering -> distinct clauses
    by_column: Mapping[str, tuple[int, ...]]  # column -> distinct clauses decided by its codes
    thresholds: Mapping[str, tuple[float | int, ...]]  # column -> cut points, for numbers and days
    computed: tuple[int, ...]  # distinct clauses over several columns, or without thresholds
    constant: tuple[int, ...]  # distinct clauses that read no column
    reads: Mapping[str, str]  # column -> an offering that reads it
    terms: Mapping[str, TermsPlan]  # by offering

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that any clause reads."""
        return tuple(self.reads)

    @property
    def clause_count(self) -> int:
        """Say how many distinct clauses there are."""
        return len(self.distinct)

    def evaluate(self, table: pa.Table, *, reasons: bool = False, threads: int = 2) -> pa.Table:
        """Give one row per row of the profile: `entity` where it has one, and the verdict words.

        With `reasons` also a column `code_<column>` for each thing read: which cell of the
        column the value lies in, by which every clause of that column is decided.
        """
        for name, offering in self.reads.items():
            if name not in table.column_names:
                raise MatchingRefusal.NO_COLUMN.refuse(column=name, offering=offering)
        coded, using = self._coded(table)
        tables = [mask_table(c, users) for c, users in zip(coded, using, strict=True)]
        joints = joined(coded, tables)
        rows, count = table.num_rows, len(self.offerings)
        yes, no = evaluate(joints, rows, count, threads=threads)
        fields = word_fields(count)
        words = word_count(count)
        arrays = [pa.array(side[w]) for side in (yes, no) for w in range(words)]
        if ENTITY in table.column_names:
            fields = [table.schema.field(ENTITY), *fields]
            arrays = [table[ENTITY], *arrays]
        if reasons:
            whole = slice(0, rows)
            for one in coded:
                arrays.append(pa.array(one.codes(whole)))
                fields.append(pa.field(f"code_{one.column}", arrays[-1].type))
        return pa.table(arrays, schema=pa.schema(fields))

    def _coded(self, table: pa.Table) -> tuple[list[Coded], list[list[list[int]]]]:
        """Code every column, and say which of its answers each offering uses."""
        made: list[Coded] = []
        using: list[list[list[int]]] = []
        for name, members in self.by_column.items():
            made.append(self._column(name, plain(table[name]), members))
            using.append(self._users(members))
        wanted = {name for i in self.computed for name in self.distinct[i].columns}
        inputs = {name: plain(table[name]) for name in sorted(wanted)}
        for i in self.computed:
            result = plain(evaluate_table(self.distinct[i], inputs, asof=self.asof))
            made.append(coded_result(f"clause_{i}", result, table.num_rows))
            using.append(self._users((i,)))
        if self.constant:
            made.append(self._constants(table.num_rows))
            using.append(self._users(self.constant))
        return made, using

    def _users(self, members: Sequence[int]) -> list[list[int]]:
        place = {clause: row for row, clause in enumerate(members)}
        return [[place[c] for c in used if c in place] for used in self.uses]

    def _column(self, name: str, column: pa.Array, members: Sequence[int]) -> Coded:
        clauses = [self.distinct[i] for i in members]
        if pa.types.is_boolean(column.type):
            return coded_flags(name, column, clauses, asof=self.asof)
        if name in self.thresholds:
            return coded_numbers(name, column, clauses, self.thresholds[name], asof=self.asof)
        return coded_words(name, column, clauses, asof=self.asof)

    def _constants(self, rows: int) -> Coded:
        clauses = [self.distinct[i] for i in self.constant]
        answers = answers_of("asof", pa.array([self.asof], pa.date32()), clauses, asof=self.asof)
        places = np.zeros(rows, dtype=np.uint8)
        return Coded("constant", answers, np.empty(0), None, places, None)


def _number(point: float | dt.date) -> float | int:
    return (point - _EPOCH).days if isinstance(point, dt.date) else point


_EPOCH = dt.date(1970, 1, 1)


def compile(pack: Pack, *, asof: dt.date, offerings: Sequence[str] | None = None) -> Plan:
    """Make a plan for a pack's offerings (none named: all) on the day the pack was read as at."""
    if asof != pack.asof:
        raise MatchingRefusal.OTHER_DAY.refuse(pack_day=pack.asof, asof=asof)
    names = sorted(pack.offerings if offerings is None else offerings)
    for name in names:
        if name not in pack.offerings:
            known = ", ".join(sorted(pack.offerings))
            raise MatchingRefusal.NO_SUCH.refuse(offering=name, known=known)
    clauses = {name: tuple(clauses_of(pack, pack.offerings[name])) for name in names}
    return _Sorter(pack).plan(asof, clauses)


class _Sorter:
    """Sorts the distinct parts of clauses by how they are decided."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.places: dict[Typed, int] = {}
        self.parts: list[Typed] = []
        self.reads: dict[str, str] = {}

    def plan(self, asof: dt.date, clauses: Mapping[str, tuple[OfferingClause, ...]]) -> Plan:
        uses = tuple(
            tuple(dict.fromkeys(self._place(c.offering, p) for c in every for p in c.parts))
            for every in clauses.values()
        )
        by_column: dict[str, list[int]] = {}
        thresholds: dict[str, set[float | int]] = {}
        computed, constant = [], []
        for i, part in enumerate(self.parts):
            if not part.columns:
                constant.append(i)
                continue
            found = self._thresholds(part) if len(part.columns) == 1 else None
            if found is None:
                computed.append(i)
                continue
            (column,) = part.columns
            by_column.setdefault(column, []).append(i)
            if self._is_measured(column):
                thresholds.setdefault(column, set()).update(found)
        return Plan(
            asof=asof,
            offerings=tuple(clauses),
            clauses=clauses,
            distinct=tuple(self.parts),
            uses=uses,
            by_column={name: tuple(members) for name, members in sorted(by_column.items())},
            thresholds={name: tuple(sorted(points)) for name, points in thresholds.items()},
            computed=tuple(computed),
            constant=tuple(constant),
            reads=dict(sorted(self.reads.items())),
            terms={name: compile_terms(self.pack, self.pack.offerings[name]) for name in clauses},
        )

    def _place(self, offering: str, part: Typed) -> int:
        place = self.places.setdefault(part, len(self.parts))
        if place == len(self.parts):
            self.parts.append(part)
            for column in sorted(part.columns):
                self.reads.setdefault(column, offering)
        return place

    def _thresholds(self, part: Typed) -> Sequence[float | int] | None:
        """Give the cut points of a part over one column, or None where it has to be computed."""
        (column,) = part.columns
        if not self._is_measured(column):
            return ()
        found = cuts(part, column, asof=self.pack.asof)
        return None if found is None else [_number(point) for point in found.points]

    def _is_measured(self, column: str) -> bool:
        """Say whether a column is a number or a day, and not a word or a flag."""
        indicator = self.pack.indicators.get(column)
        if indicator is None:  # a column of a rating: its grade is a word, the others are numbers
            return not column.endswith("_grade")
        return indicator.type in ("number", "day")
