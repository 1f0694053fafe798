"""All offerings' clauses made ready for a whole table: each distinct clause once, as bits.

`compile` takes the distinct clauses apart into conditions on one column each, which the column's
cells decide (see `ops.cells`), and what stands between them: and, or, not, case (see
`ops.diagrams`).  Only a condition that computes with a column, or compares two, is evaluated row
by row.  `ops.sweep` runs the whole over the parts of a table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from huoshui.kernel.cores import cores
from huoshui.kernel.errors import Refusal, Refused
from huoshui.matching.clauses import Kind, OfferingClause, clauses_of
from huoshui.matching.ops.diagrams import CONDITIONS_MOST
from huoshui.matching.ops.sweep import Conditions, Sweep
from huoshui.matching.schema import ENTITY, reason_fields, word_fields
from huoshui.matching.terms import TermsPlan, compile_terms
from huoshui.policy.expression import Type, Typed, cuts
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Offering, Title
from huoshui.policy.scope import dated_values, profile_scope


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
    conditions: Conditions  # what the distinct clauses are made of
    made_of: tuple[tuple[int, ...], ...]  # distinct clause -> conditions
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

    @property
    def thresholds(self) -> Mapping[str, tuple[float | int, ...]]:
        """Give the cut points of the columns that are numbers or days."""
        return self.conditions.thresholds

    @cached_property
    def asked(self) -> Mapping[str, tuple[int, ...]]:
        """Number what the clauses of each offering ask: those that ask the same share a number."""
        numbers: dict[Hashable, int] = {}
        return {
            name: tuple(numbers.setdefault(clause.asks, len(numbers)) for clause in clauses)
            for name, clauses in self.clauses.items()
        }

    @cached_property
    def sweep(self) -> Sweep:
        """Make the clauses ready to run over tables, once."""
        clauses = list(zip(self.distinct, self.made_of, strict=True))
        return Sweep(self.conditions, clauses, self.uses, asof=self.asof)

    def evaluate(
        self, table: pa.Table, *, reasons: bool = False, threads: int | None = None
    ) -> pa.Table:
        """Give one row per row of the profile: `entity` where it has one, and the verdict words.

        With `reasons` also the same words of the distinct clauses: bit k of `true_w` says that
        clause 63 w + k is true, of `false_w` that it is false; neither says unknown.
        """
        for name, offering in self.reads.items():
            if name not in table.column_names:
                raise MatchingRefusal.NO_COLUMN.refuse(column=name, offering=offering)
        verdicts, answers = self.sweep.run(table, reasons=reasons, threads=threads or cores())
        fields = word_fields(len(self.offerings))
        arrays: list[pa.Array | pa.ChunkedArray] = [pa.array(w) for side in verdicts for w in side]
        if ENTITY in table.column_names:
            fields = [table.schema.field(ENTITY), *fields]
            arrays = [table[ENTITY], *arrays]
        if answers is not None:
            fields += reason_fields(len(self.distinct))
            arrays += [pa.array(word) for side in answers for word in side]
        return pa.table(arrays, schema=pa.schema(fields))


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


Cut = tuple[Typed, list[float | int] | None]
"""A condition on one column, with its cut points where the column is a number or a day."""


class _Sorter:
    """Takes the distinct parts of clauses apart into conditions, each once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.places: dict[Typed, int] = {}
        self.parts: list[Typed] = []
        self.reads: dict[str, str] = {}
        self.thresholds: dict[str, set[float | int]] = {}

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
        taken = [self._taken_apart(part) for part in self.parts]
        conditions = self._conditions(taken)
        places = {condition: i for i, condition in enumerate(conditions.all)}
        return Plan(
            asof=asof,
            kind=kind,
            offerings=tuple(clauses),
            clauses=clauses,
            distinct=tuple(self.parts),
            uses=uses,
            conditions=conditions,
            made_of=tuple(tuple(places[c] for c in dict.fromkeys(found)) for found in taken),
            reads=dict(sorted(self.reads.items())),
            terms=terms,
        )

    def _conditions(self, taken: Iterable[Sequence[Typed]]) -> Conditions:
        """Put the conditions in order: those on one column together, computed ones at the end."""
        by_column: dict[str, dict[Typed, None]] = {}
        computed: dict[Typed, None] = {}
        for condition in dict.fromkeys(c for found in taken for c in found):
            found = self._cut(condition)
            if found is None:
                computed[condition] = None
                continue
            (column,) = condition.columns
            by_column.setdefault(column, {})[condition] = None
            if found[1] is not None:
                self.thresholds.setdefault(column, set()).update(found[1])
        every: list[Typed] = []
        places = {}
        for column, members in sorted(by_column.items()):
            places[column] = tuple(range(len(every), len(every) + len(members)))
            every += members
        last = tuple(range(len(every), len(every) + len(computed)))
        thresholds = {name: tuple(sorted(points)) for name, points in self.thresholds.items()}
        return Conditions((*every, *computed), places, thresholds, last)

    def _place(self, offering: str, part: Typed) -> int:
        for column in sorted(part.columns):
            self.reads.setdefault(column, offering)
        return self._known(part)

    def _known(self, part: Typed) -> int:
        place = self.places.setdefault(part, len(self.parts))
        if place == len(self.parts):
            self.parts.append(part)
        return place

    def _taken_apart(self, part: Typed) -> tuple[Typed, ...]:
        """Give the conditions that a clause is decided by; itself where there are too many."""
        found = self._below(part)
        assert found is not None, "a clause is a flag, and may be computed"
        return found if len(set(found)) <= CONDITIONS_MOST else (part,)

    def _below(self, part: Typed) -> tuple[Typed, ...] | None:
        """Take a part apart; None where what computes with columns is no flag itself.

        What stands between conditions (and, or, not, case) is decided by their answers alone.
        """
        if not part.columns:
            return ()
        if self._cut(part) is not None:
            return (part,)
        below = [self._below(inner) for inner in part.parts]
        if below and all(found is not None for found in below):
            return tuple(c for found in below for c in found or ())
        return (part,) if part.type == Type.FLAG else None

    def _cut(self, part: Typed) -> Cut | None:
        """Give a condition on one column that its cells decide, and its cut points."""
        if len(part.columns) != 1 or part.type != Type.FLAG:
            return None
        (column,) = part.columns
        if not self._is_measured(column):
            return part, None
        found = cuts(part, column, asof=self.pack.asof)
        return None if found is None else (part, [_number(point) for point in found.points])

    def _is_measured(self, column: str) -> bool:
        """Say whether a column is a number or a day, and not a word or a flag."""
        indicator = self.pack.indicators.get(column)
        if indicator is None:  # a column of a rating: its grade is a word, the others are numbers
            return not column.endswith("_grade")
        return indicator.type in ("number", "day")
