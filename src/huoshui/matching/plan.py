"""All offerings' clauses made ready for a whole table: each distinct clause once, by column.

`compile` sorts the distinct clauses.  One over a single column is decided by the column's code
(see `ops.codes`).  One that joins conditions on single columns by or, not or case is decided by
their codes together: it is asked once of each combination.  Only one that computes with a column,
or compares two, is evaluated row by row, and its answer coded like a flag.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from huoshui.kernel.errors import Refusal, Refused
from huoshui.matching.clauses import Kind, OfferingClause, clauses_of
from huoshui.matching.ops.codes import (
    Coded,
    Mixed,
    answers_of,
    coded_flags,
    coded_numbers,
    coded_result,
    coded_words,
    mixed,
)
from huoshui.matching.ops.masks import codes_of, evaluate, joined, mask_table
from huoshui.matching.schema import ENTITY, word_count, word_fields
from huoshui.matching.terms import TermsPlan, compile_terms
from huoshui.policy.expression import Type, Typed, compile_table, cuts
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Offering, Title
from huoshui.policy.scope import dated_values, profile_scope
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
    NO_TITLE = "There is no title {title}.", "Use one of: {known}."


@dataclass(frozen=True, eq=False)
class Plan:
    """What matching needs of a pack on a day; made once, used on any number of tables."""

    asof: dt.date
    kind: Kind  # what `offerings` names
    offerings: tuple[str, ...]  # bit k of the words is offering (or title) k
    clauses: Mapping[str, tuple[OfferingClause, ...]]  # by offering
    distinct: tuple[Typed, ...]  # the parts of clauses, each once
    uses: tuple[tuple[int, ...], ...]  # offering -> distinct clauses
    by_column: Mapping[str, tuple[int, ...]]  # column -> distinct clauses decided by its codes
    thresholds: Mapping[str, tuple[float | int, ...]]  # column -> cut points, for numbers and days
    mixed: tuple[int, ...]  # distinct clauses over several columns that their codes decide
    computed: tuple[int, ...]  # distinct clauses that have to be evaluated row by row
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
        return len({i for used in self.uses for i in used})

    def evaluate(self, table: pa.Table, *, reasons: bool = False, threads: int = 2) -> pa.Table:
        """Give one row per row of the profile: `entity` where it has one, and the verdict words.

        With `reasons` also a column `code_<column>` for each thing read: which cell of the
        column the value lies in, by which every clause of that column is decided.
        """
        for name, offering in self.reads.items():
            if name not in table.column_names:
                raise MatchingRefusal.NO_COLUMN.refuse(column=name, offering=offering)
        coded, using = self._coded(table, threads)
        tables = [mask_table(c, users) for c, users in zip(coded, using, strict=True)]
        rows, count = table.num_rows, len(self.offerings)
        yes, no = evaluate(coded, joined(coded, tables, using), rows, count, threads=threads)
        fields = word_fields(count)
        words = word_count(count)
        arrays = [pa.array(side[w]) for side in (yes, no) for w in range(words)]
        if ENTITY in table.column_names:
            fields = [table.schema.field(ENTITY), *fields]
            arrays = [table[ENTITY], *arrays]
        if reasons:
            for one, codes in zip(coded, codes_of(coded, slice(0, rows)), strict=True):
                arrays.append(pa.array(codes))
                fields.append(pa.field(f"code_{one.column}", arrays[-1].type))
        return pa.table(arrays, schema=pa.schema(fields))

    def _coded(
        self, table: pa.Table, threads: int
    ) -> tuple[list[Coded | Mixed], list[list[list[int]]]]:
        """Code every column, and say which of its answers each offering uses."""
        with ThreadPoolExecutor(threads) as pool:
            single = list(
                pool.map(lambda c: self._column(c[0], plain(table[c[0]]), c[1]), self._columns())
            )
        made: list[Coded | Mixed] = list(single)
        using = [self._users(members) for members in self.by_column.values()]
        place = {name: i for i, name in enumerate(self.by_column)}
        computed = list(self.computed)
        for i in self.mixed:
            clause = self.distinct[i]
            members = [place[name] for name in sorted(clause.columns)]
            found = mixed(f"clause_{i}", clause, single, members, asof=self.asof)
            if found is None:
                computed.append(i)
                continue
            made.append(found)
            using.append(self._users((i,)))
        if computed:
            clauses = [self.distinct[i] for i in computed]
            names = sorted({name for clause in clauses for name in clause.columns})
            inputs = {name: plain(table[name]) for name in names}
            results = compile_table(clauses).run(inputs, asof=self.asof)
            for i, result in zip(computed, results, strict=True):
                made.append(coded_result(f"clause_{i}", plain(result), table.num_rows))
                using.append(self._users((i,)))
        if self.constant:
            made.append(self._constants(table.num_rows))
            using.append(self._users(self.constant))
        return made, using

    def _columns(self) -> list[tuple[str, tuple[int, ...]]]:
        return list(self.by_column.items())

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
        sample = pa.array([self.asof], pa.date32())
        return Coded("constant", answers, sample, np.empty(0), None, places, None)


def _number(point: float | dt.date) -> float | int:
    return (point - _EPOCH).days if isinstance(point, dt.date) else point


_EPOCH = dt.date(1970, 1, 1)


def compile(
    pack: Pack,
    *,
    asof: dt.date,
    offerings: Sequence[str] | None = None,
    kind: Kind = "offerings",
) -> Plan:
    """Make a plan for a pack's offerings, or its titles, on the day the pack was read as at.

    `offerings` names those wanted of the kind; none named: all.
    """
    if asof != pack.asof:
        raise MatchingRefusal.OTHER_DAY.refuse(pack_day=pack.asof, asof=asof)
    there: Mapping[str, Offering | Title] = pack.offerings if kind == "offerings" else pack.titles
    names = sorted(there if offerings is None else offerings)
    for name in names:
        if name not in there:
            raise unknown_name(kind, name, there)
    everybodys = profile_scope(pack)
    clauses, terms = {}, {}
    for name in names:
        definition = there[name]
        scope = everybodys.with_values(dated_values(pack, definition.values))
        clauses[name] = tuple(clauses_of(pack, definition, scope))
        if isinstance(definition, Title):
            terms[name] = TermsPlan(name, {})
        else:
            terms[name] = compile_terms(pack, definition, scope)
    return _Sorter(pack).plan(asof, kind, clauses, terms)


def unknown_name(kind: Kind, name: str, known: Iterable[str]) -> Refused:
    """Say that there is no offering or title of a name, and which there are."""
    words = ", ".join(sorted(known))
    if kind == "titles":
        return MatchingRefusal.NO_TITLE.refuse(title=name, known=words)
    return MatchingRefusal.NO_SUCH.refuse(offering=name, known=words)


Atom = tuple[Typed, list[float | int] | None]
"""A condition on one column, with its cut points where the column is a number or a day."""


class _Sorter:
    """Sorts the distinct parts of clauses by how they are decided."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.places: dict[Typed, int] = {}
        self.parts: list[Typed] = []
        self.reads: dict[str, str] = {}

    def plan(
        self,
        asof: dt.date,
        kind: Kind,
        clauses: Mapping[str, tuple[OfferingClause, ...]],
        terms: Mapping[str, TermsPlan],
    ) -> Plan:
        uses = tuple(
            tuple(dict.fromkeys(self._place(c.offering, p) for c in every for p in c.parts))
            for every in clauses.values()
        )
        used = len(self.parts)
        by_column: dict[str, list[int]] = {}
        thresholds: dict[str, set[float | int]] = {}
        mixed, computed, constant = [], [], []
        for i in range(used):
            part = self.parts[i]
            if not part.columns:
                constant.append(i)
                continue
            atoms = self._atoms(part)
            if atoms is None:
                computed.append(i)
                continue
            if len(part.columns) > 1:
                mixed.append(i)
            for atom, points in atoms:
                (column,) = atom.columns
                by_column.setdefault(column, []).append(self._known(atom))
                if points is not None:
                    thresholds.setdefault(column, set()).update(points)
        return Plan(
            asof=asof,
            kind=kind,
            offerings=tuple(clauses),
            clauses=clauses,
            distinct=tuple(self.parts),
            uses=uses,
            by_column={n: tuple(dict.fromkeys(m)) for n, m in sorted(by_column.items())},
            thresholds={name: tuple(sorted(points)) for name, points in thresholds.items()},
            mixed=tuple(mixed),
            computed=tuple(computed),
            constant=tuple(constant),
            reads=dict(sorted(self.reads.items())),
            terms=terms,
        )

    def _place(self, offering: str, part: Typed) -> int:
        for column in sorted(part.columns):
            self.reads.setdefault(column, offering)
        return self._known(part)

    def _known(self, part: Typed) -> int:
        place = self.places.setdefault(part, len(self.parts))
        if place == len(self.parts):
            self.parts.append(part)
        return place

    def _atoms(self, part: Typed) -> list[Atom] | None:
        """Take a clause apart into conditions on one column each; None where that cannot be.

        What stands between them (and, or, not, case) is decided by their answers alone.
        """
        if not part.columns:
            return []
        if len(part.columns) == 1 and part.type == Type.FLAG:
            (column,) = part.columns
            if not self._is_measured(column):
                return [(part, None)]
            found = cuts(part, column, asof=self.pack.asof)
            if found is not None:
                return [(part, [_number(point) for point in found.points])]
        if not part.parts:
            return None
        below = [self._atoms(inner) for inner in part.parts]
        if any(atoms is None for atoms in below):
            return None
        return [atom for atoms in below for atom in atoms or ()]

    def _is_measured(self, column: str) -> bool:
        """Say whether a column is a number or a day, and not a word or a flag."""
        indicator = self.pack.indicators.get(column)
        if indicator is None:  # a column of a rating: its grade is a word, the others are numbers
            return not column.endswith("_grade")
        return indicator.type in ("number", "day")
