"""Runs the worked examples that stand beside decision tables, and says which do not hold.

An example gives inputs (what it leaves out is unknown) and what a person read off the rule: the
outputs, and optionally the row they come from.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from pydantic import TypeAdapter

from huoshui.kernel.errors import Problem, Refusal, Refused, Where
from huoshui.pipeline.worked import examples_in
from huoshui.policy.deciding import Decision, PreparedTable, answer, prepare
from huoshui.policy.loader import on_day
from huoshui.policy.pack import Pack
from huoshui.policy.reading import Document
from huoshui.policy.schema import DecisionTable, Form
from huoshui.policy.schema.parts import Identifier

DAY = dt.date(2026, 11, 20)
"""The day an example is worked out for where it names none."""

UNKNOWN = "unknown"

_AS_WRITTEN = 1e-12
"""An expected fraction is written in decimals, which a double holds to some sixteen digits."""


class TableExampleRefusal(Refusal):
    """Why an example of a decision table does not hold, the weightiest first."""

    NONE = "{table} has no worked examples.", "Add {table}.examples.yaml beside it."
    FORM = "{detail}.", "An example has name, given and expect; asof and row if wanted."
    LACKS = "{table} has no example {wanted}.", "Add one."
    NOT_IN_FORCE = "{table} is not in force on {day}.", "Name a day on which it is."
    NO_OUTPUT = "{table} has no output {name}.", "Expect one of: {outputs}."
    OUTPUT = (
        "“{name}” gives {output} {got}, not {expected}; it comes from {row}.",
        "Correct the table, or the example if its working was wrong.",
    )
    ROW = (
        "“{name}” is answered by {got}, not by {expected}.",
        "Correct the table, or the example if its working was wrong.",
    )


class TableExample(Form):
    """One worked example."""

    name: str
    asof: dt.date = DAY
    given: dict[Identifier, object] = {}
    expect: dict[Identifier, object]  # an output that is not known: unknown
    row: Identifier | None = None  # the row that answers, where the example says it


_LIST = TypeAdapter(list[TableExample])


def table_examples(pack: Pack) -> list[Problem]:
    """Give every example that does not hold, and what a table's examples lack."""
    return list(_Runner(pack).problems())


class _Runner:
    """Runs examples, with one prepared table for each day that they name."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.prepared: dict[tuple[str, dt.date], PreparedTable | None] = {}

    def problems(self) -> Iterator[Problem]:
        documents = self.pack.examples("tables")
        for name in sorted({*self.pack.tables, *documents}):  # examples may be of a former table
            if name in documents:
                yield from self._document(name, documents[name])
            else:
                where = self.pack.where("tables", name)
                yield TableExampleRefusal.NONE.problem(where=where, table=name)

    def _document(self, table: str, document: Document) -> Iterator[Problem]:
        try:
            examples = examples_in(document, _LIST, TableExampleRefusal.FORM)
        except Refused as refused:
            yield from refused.problems
            return
        rows = self.pack.tables[table].rows if table in self.pack.tables else ()
        lacks = {
            "that comes out unknown": not any(UNKNOWN in e.expect.values() for e in examples),
            **{
                f"answered by the row {row.id}": all(e.row != row.id for e in examples)
                for row in rows
            },
        }
        for wanted, is_lacking in lacks.items():
            if is_lacking:
                yield TableExampleRefusal.LACKS.problem(
                    where=document.where(), table=table, wanted=wanted
                )
        for nth, example in enumerate(examples):
            yield from self._example(table, example, document, nth)

    def _prepared(self, table: str, day: dt.date) -> PreparedTable | None:
        if (table, day) not in self.prepared:
            pack = on_day(self.pack, day)
            self.prepared[table, day] = prepare(pack, table) if table in pack.tables else None
        return self.prepared[table, day]

    def _example(
        self, table: str, example: TableExample, document: Document, nth: int
    ) -> Iterator[Problem]:
        prepared = self._prepared(table, example.asof)
        where = document.where((nth, "expect"))
        if prepared is None:
            where = document.where((nth, "asof"))
            yield TableExampleRefusal.NOT_IN_FORCE.problem(
                where=where, table=table, day=example.asof
            )
            return
        try:
            given = _read(prepared, example.given)
            decision = answer(prepared, given)
        except Refused as refused:
            place = document.where((nth, "given"))
            yield from (
                TableExampleRefusal.FORM.problem(where=place, detail=p.message.rstrip("."))
                for p in refused.problems
            )
            return
        yield from _compare(prepared.table, example, decision, where)


def _read(prepared: PreparedTable, given: Mapping[str, object]) -> dict[str, object]:
    """Read days and exact numbers, which a pack writes as text; the table refuses the rest."""
    made: dict[str, object] = {}
    for name, value in given.items():
        column = prepared.scope.columns.get(name)
        made[name] = value
        if column is None or not isinstance(value, str):
            continue
        try:
            if column.type == "day":
                made[name] = dt.date.fromisoformat(value)
            elif column.type == "number":
                made[name] = Decimal(value)
        except (ValueError, InvalidOperation):
            continue  # left as text, which the table refuses with its name
    return made


def _compare(
    table: DecisionTable, example: TableExample, decision: Decision, where: Where
) -> Iterator[Problem]:
    came_from = decision.row or " or ".join(decision.may) or "no row"
    for output, expected in example.expect.items():
        if output not in table.outputs:
            yield TableExampleRefusal.NO_OUTPUT.problem(
                where=where, table=table.id, name=output, outputs=", ".join(table.outputs)
            )
        elif not _agrees(decision.outputs[output], expected):
            got = decision.outputs[output]
            yield TableExampleRefusal.OUTPUT.problem(
                where=where,
                name=example.name,
                output=output,
                got=UNKNOWN if got is None else got,
                expected=expected,
                row=came_from,
            )
    if example.row is not None and example.row != decision.row:
        yield TableExampleRefusal.ROW.problem(
            where=where, name=example.name, got=came_from, expected=example.row
        )


def _agrees(got: object, expected: object) -> bool:
    if expected == UNKNOWN or got is None:
        return expected == UNKNOWN and got is None
    if isinstance(got, bool) or isinstance(expected, bool):
        return got is expected
    if isinstance(got, int | float):
        try:
            wanted = Decimal(str(expected))
        except InvalidOperation:
            return False
        return math.isclose(got, wanted, rel_tol=_AS_WRITTEN, abs_tol=_AS_WRITTEN)
    return str(got) == expected
