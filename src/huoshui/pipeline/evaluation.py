"""From what was measured of entities to all that is said of them: formulas, ratings, verdicts.

One function of rows in and rows out, compiled once for a run and put through an engine part by
part.  It holds no engine and can be sent to other processes, which make it ready for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pyarrow as pa

from huoshui import indicators, matching, ratings
from huoshui.indicators.schema import COUNTED
from huoshui.kernel.sql import quoted
from huoshui.matching import Kind, Plan
from huoshui.policy.pack import Pack

Table = Literal["profile", "verdicts", "titles"]

ENTITY = "entity"

EVALUATED = "evaluated"
"""The relation that holds all of it, counted as `profile_subject` is."""

WORDS_OF: dict[Table, Kind] = {"verdicts": "offerings", "titles": "titles"}
"""The relation that holds the verdict words of each kind of definition."""


@dataclass(frozen=True, eq=False)
class _Ready:
    """Everything compiled."""

    formulas: indicators.Formulas
    schemes: tuple[ratings.Scheme, ...]
    plans: dict[Table, Plan]


@dataclass(frozen=True)
class Evaluation:
    """Gives for each row measured the profile, its ratings, and the verdicts asked for."""

    pack: Pack
    with_ratings: bool = True
    words: tuple[Table, ...] = ("verdicts", "titles")

    def __getstate__(self) -> dict[str, object]:
        """Leave out what is compiled: it holds functions, which no process can send another."""
        return {name: self.__dict__[name] for name in ("pack", "with_ratings", "words")}

    @cached_property
    def _ready(self) -> _Ready:
        pack, asof = self.pack, self.pack.asof
        plans = {
            name: matching.compile(pack, asof=asof, kind=WORDS_OF[name]) for name in self.words
        }
        schemes = ratings.compile(pack, asof=asof) if self.with_ratings else ()
        return _Ready(indicators.compile(pack, asof=asof), schemes, plans)

    def __call__(self, measured: pa.Table) -> pa.Table:
        """Evaluate a part: `nth`, the profile's columns, then every kind's words."""
        ready = self._ready
        profile = ready.formulas.add(measured)
        for scheme in ready.schemes:
            profile = ratings.add(scheme, profile)
        columns = [measured[COUNTED].cast(pa.int64()), *profile.columns]
        for plan in ready.plans.values():
            columns += plan.evaluate(profile).columns[1:]
        return pa.table(columns, schema=self.schema)

    @cached_property
    def schema(self) -> pa.Schema:
        """Give the columns of the relation `evaluated`."""
        fields = [pa.field(COUNTED, pa.int64()), *self.table_schema("profile")]
        for name in self.words:
            for field in list(self.table_schema(name))[1:]:
                fields.append(field.with_name(column_in(name, field.name)))
        return pa.schema(fields)

    def table_schema(self, name: Table) -> pa.Schema:
        """Give the columns of one of its tables, as they are published."""
        profile = indicators.profile_schema(self.pack)
        if name == "profile":
            fields = [f for s in self._ready.schemes for f in ratings.fields(s.rating.id)]
            return pa.schema([*profile, *fields])
        count = len(self.pack.definitions(WORDS_OF[name]))
        return pa.schema([profile.field(ENTITY), *matching.word_fields(count)])

    @property
    def tables(self) -> tuple[Table, ...]:
        """Name the tables that it gives."""
        return ("profile", *self.words)

    def select(self, name: Table) -> str:
        """Write the SQL that gives one of its tables from `evaluated`."""
        columns = [
            f"{quoted(column_in(name, column))} AS {quoted(column)}"
            for column in self.table_schema(name).names
        ]
        return f"SELECT {', '.join(columns)} FROM {EVALUATED}"

    def table_of(self, rows: pa.Table, name: Table) -> pa.Table:
        """Give one of its tables from rows of `evaluated`."""
        schema = self.table_schema(name)
        columns = [rows[column_in(name, column)] for column in schema.names]
        return pa.table(columns, names=schema.names).cast(schema)


def column_in(name: Table, column: str) -> str:
    """Name a table's column as `evaluated` has it: words of two kinds have names of their own."""
    return column if name == "profile" or column == ENTITY else f"{name}_{column}"
