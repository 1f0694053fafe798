"""Runs the worked examples that stand beside indicators, and says which do not come out as written.

An example of a measure gives rows of its item, as ingest would have read them, and goes through
the same SQL as a region does; all examples for one day are subjects of one small world.  An
example of a formula gives the columns that the formula reads.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyarrow as pa
from pydantic import TypeAdapter

from huoshui.engines.duckdb import DuckDB
from huoshui.facts.schema import ARROW, ORIGIN, TIMES, arrow_schema
from huoshui.indicators.build import build
from huoshui.indicators.compute import computed
from huoshui.indicators.explain import parts
from huoshui.indicators.schema import PROFILE_MEASURED, arrow_type
from huoshui.kernel.errors import Problem, Refusal, Refused, Where
from huoshui.pipeline.worked import examples_in
from huoshui.policy.loader import on_day
from huoshui.policy.pack import Pack
from huoshui.policy.reading import Document
from huoshui.policy.schema import ColumnType, Form, Item, ItemColumn
from huoshui.policy.schema.parts import Identifier

DAY = dt.date(2026, 11, 20)
"""The day an example is worked out for where it names none."""

_AS_WRITTEN = 1e-12
"""An expected fraction is written in decimals, which a double holds to some sixteen digits."""


class IndicatorExampleRefusal(Refusal):
    """Why an example of an indicator does not hold, the weightiest first."""

    NONE = "{indicator} has no worked examples.", "Add {indicator}.examples.yaml beside it."
    FORM = "{detail}.", "An example has name, given and expect, and asof if wanted."
    NOT_IN_FORCE = "{indicator} is not in force on {day}.", "Name a day on which it is."
    NOT_READ = (
        "{indicator} does not read {name}.",
        "Give what it reads: {wanted}.",
    )
    NOT_OF_TYPE = "{value} is no {wanted} for {column}.", "Write a {wanted}."
    ANSWER = (
        "“{name}” comes to {got}, not {expected}.",
        "Correct the definition, or the example if its working was wrong.",
    )


class IndicatorExample(Form):
    """One worked example."""

    name: str
    asof: dt.date = DAY
    given: dict[Identifier, object]
    expect: object


_LIST = TypeAdapter(list[IndicatorExample])
Row = dict[str, object]


@dataclass(frozen=True)
class _Case:
    """An example with the indicator it is of and its place."""

    indicator: str
    example: IndicatorExample
    document: Document
    nth: int

    @property
    def subject(self) -> str:
        return f"{self.indicator}/{self.nth}"

    def where(self, *path: str | int) -> Where:
        return self.document.where((self.nth, *path))


def indicator_examples(pack: Pack) -> list[Problem]:
    """Give every example of an indicator that does not hold, in the order of the indicators."""
    problems: list[Problem] = []
    by_day: dict[dt.date, list[_Case]] = defaultdict(list)
    documents = pack.examples("indicators")
    for name in pack.indicators:
        document = documents.get(name)
        if document is None:
            where = pack.where("indicators", name)
            problems.append(IndicatorExampleRefusal.NONE.problem(where=where, indicator=name))
            continue
        for case in _cases(name, document, problems):
            by_day[case.example.asof].append(case)
    for day, cases in sorted(by_day.items()):
        problems += _on_a_day(on_day(pack, day), day, cases)
    return problems


def _cases(name: str, document: Document, problems: list[Problem]) -> Iterator[_Case]:
    try:
        examples = examples_in(document, _LIST, IndicatorExampleRefusal.FORM)
    except Refused as refused:
        problems += refused.problems
        return
    for nth, example in enumerate(examples):
        yield _Case(name, example, document, nth)


def _on_a_day(pack: Pack, day: dt.date, cases: Sequence[_Case]) -> Iterator[Problem]:
    """Yield the examples of one day that do not hold."""
    facts: dict[str, list[Row]] = defaultdict(list)
    measured, formulas = [], defaultdict(list)
    for case in cases:
        definition = pack.indicators.get(case.indicator)
        if definition is None:
            yield IndicatorExampleRefusal.NOT_IN_FORCE.problem(
                where=case.where("asof"), indicator=case.indicator, day=day
            )
            continue
        try:
            if definition.measure is None:
                formulas[case.indicator].append((case, _profile_row(pack, case)))
            else:
                item = pack.items[definition.measure.item]
                facts[item.id] += _fact_rows(pack, item, case)
                measured.append(case)
        except Refused as refused:
            yield from refused.problems
    profile = _measure(pack, day, facts, measured) if measured else {}
    for case in measured:
        yield from _compare(case, profile[case.subject][case.indicator])
    for name, given in formulas.items():
        columns = {
            column: pa.array(
                [row[column] for _, row in given], arrow_type(pack, pack.indicators[column])
            )
            for column in parts(pack, name)
        }
        values = computed(pack, name, columns, asof=day, rows=len(given)).to_pylist()
        for (case, _), value in zip(given, values, strict=True):
            yield from _compare(case, value)


def _measure(
    pack: Pack, day: dt.date, facts: Mapping[str, list[Row]], cases: Sequence[_Case]
) -> dict[str, Row]:
    """Measure all subjects of a day at once; each item given is a register that is known."""
    read = {i.measure.item for i in pack.indicators.values() if i.measure is not None}
    subjects = pa.table({"entity": pa.array([c.subject for c in cases], pa.string())})
    with DuckDB(threads=1) as engine:
        engine.arrow("entity", subjects)
        for item in (pack.items[name] for name in sorted(read)):
            schema = arrow_schema(item).append(pa.field("entity", pa.string()))
            rows = [{c: row.get(c) for c in schema.names} for row in facts.get(item.id, ())]
            engine.arrow(f"settled_{item.id}", pa.Table.from_pylist(rows, schema))
            known = "SELECT 1 AS row" + ("" if item.id in facts else " WHERE FALSE")
            engine.view(f"fact_{item.id}", known)
        engine.steps(build(pack, asof=day))
        rows = engine.query(f"SELECT * FROM {PROFILE_MEASURED}").to_pylist()
    return {row["entity"]: row for row in rows}


def _fact_rows(pack: Pack, item: Item, case: _Case) -> list[Row]:
    """Read the rows of an example as facts of its subject."""
    made = []
    for name, given in case.example.given.items():
        if name != item.id or not isinstance(given, list):
            raise IndicatorExampleRefusal.NOT_READ.refuse(
                where=case.where("given", name),
                indicator=case.indicator,
                name=name,
                wanted=f"a list of rows of {item.id}",
            )
        for nth, row in enumerate(given):
            fact: Row = {"entity": case.subject, **dict.fromkeys(ORIGIN)}
            fact |= {"batch": 1, "feed": "example", "source_file": case.document.file}
            fact |= {"source_row": nth + 1}
            for column, value in dict(row).items():
                where = case.where("given", name, nth, column)
                fact[column] = _read(pack, item, column, value, where)
            for time, source in zip(TIMES, (item.true_from, item.true_until), strict=True):
                if time not in fact and source is not None:
                    fact[time] = _as_day(fact.get(source))
            made.append(fact)
    return made


def _as_day(value: object) -> object:
    return dt.date(value, 12, 31) if isinstance(value, int) else value


def _read(pack: Pack, item: Item, column: str, value: object, where: Where) -> object:
    """Read a value of an example in the type of an item's column."""
    definition = item.columns.get(column)
    if definition is None and column not in TIMES:
        raise IndicatorExampleRefusal.NOT_READ.refuse(
            where=where, indicator=item.id, name=column, wanted=", ".join(item.columns)
        )
    kind = definition.type if definition else ColumnType.DAY
    words = _words(pack, definition)
    try:
        if value is None:
            return None
        if words is not None and value not in words:
            raise ValueError(value)
        if kind is ColumnType.DAY:
            return dt.date.fromisoformat(str(value))
        if kind is ColumnType.DECIMAL:
            return Decimal(str(value))
        if pa.types.is_string(ARROW[kind]):
            return str(value)
        if isinstance(value, bool) == (kind is ColumnType.FLAG):
            return value if isinstance(value, bool) else int(str(value))
        raise ValueError(value)
    except (ValueError, InvalidOperation):
        wanted = f"word of {definition.vocabulary}" if words is not None and definition else kind
        raise IndicatorExampleRefusal.NOT_OF_TYPE.refuse(
            where=where, value=value, wanted=wanted, column=column
        ) from None


def _words(pack: Pack, column: ItemColumn | None) -> Mapping[str, object] | None:
    found = pack.vocabularies.get(column.vocabulary or "") if column else None
    return found.entries if found else None


def _profile_row(pack: Pack, case: _Case) -> Row:
    """Read the columns that an example gives; those of a formula must all be said."""
    read = parts(pack, case.indicator)
    given = case.example.given
    for name in sorted({*given} ^ {*read}):
        raise IndicatorExampleRefusal.NOT_READ.refuse(
            where=case.where("given", name),
            indicator=case.indicator,
            name=name if name in given else "all that is given",
            wanted=", ".join(read),
        )
    row: Row = {}
    for name in read:
        definition, value = pack.indicators[name], given[name]
        try:
            row[name] = _of_type(definition.type, value)
        except (ValueError, InvalidOperation):
            raise IndicatorExampleRefusal.NOT_OF_TYPE.refuse(
                where=case.where("given", name), value=value, wanted=definition.type, column=name
            ) from None
        number = row[name]
        if isinstance(number, Decimal):
            whole = pa.types.is_integer(arrow_type(pack, definition))
            row[name] = int(number) if whole else float(number)
    return row


def _of_type(kind: str, value: object) -> object:
    if value is None:
        return None
    if kind == "number" and not isinstance(value, bool):
        return Decimal(str(value))
    if kind == "day":
        return dt.date.fromisoformat(str(value))
    if (kind == "flag") == isinstance(value, bool) and kind != "number":
        return value if kind == "flag" else str(value)
    raise ValueError(value)


def _compare(case: _Case, got: object) -> Iterator[Problem]:
    expected = case.example.expect
    if not _agrees(got, expected):
        yield IndicatorExampleRefusal.ANSWER.problem(
            where=case.where("expect"),
            name=case.example.name,
            got="unknown" if got is None else got,
            expected=expected,
        )


def _agrees(got: object, expected: object) -> bool:
    if expected == "unknown" or got is None:
        return expected == "unknown" and got is None
    if isinstance(got, bool) or isinstance(expected, bool):
        return got is expected
    if isinstance(got, int | float):
        try:
            wanted = Decimal(str(expected))
        except InvalidOperation:
            return False
        if isinstance(got, int):
            return got == wanted
        return math.isclose(got, wanted, rel_tol=_AS_WRITTEN, abs_tol=_AS_WRITTEN)
    return str(got) == str(expected)
