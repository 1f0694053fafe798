"""Answers a decision table: which row holds of what is given, and what it says.

For rules that are asked of a loan, a renewal or a late payment rather than of a subject.  A row
that is unknown before the first true one leaves open which of them answers; an output is known
only where all rows that may answer agree on it, so that more evidence can never overturn it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from huoshui.kernel.errors import Problem, Refusal, Refused, Where
from huoshui.kernel.trace import Trace
from huoshui.policy.expression import Column, Scope, Type, Typed, check, evaluate_row, parse
from huoshui.policy.expression.typed import Scalar
from huoshui.policy.pack import Pack
from huoshui.policy.schema import DecisionTable, TableColumn
from huoshui.policy.schema.parts import Mark
from huoshui.policy.scope import profile_scope


class DecidingRefusal(Refusal):
    """Why a table cannot be asked what was asked, the weightiest first."""

    NO_INPUT = (
        "The table {table} has no input {name}.",
        "Give one of: {inputs}; or a column of the profile.",
        "决策表 {table} 没有输入项 {name}。",
        "请给出下列之一：{inputs}；或画像中的列。",
    )
    NOT_OF_TYPE = (
        "{value} is no {type} for {name}.",
        "Give a {type}, or leave it out where it is not known.",
        "{value} 不是 {name} 所需的 {type}。",
        "请给出 {type}；不掌握的可以不填。",
    )
    NOT_A_WORD = (
        "{value} is no word that {name} can hold.",
        "Give one of: {words}.",
        "{value} 不是 {name} 可取的词。",
        "请从中选择：{words}。",
    )


@dataclass(frozen=True)
class RowTrace:
    """What came of one row: whether its condition holds, and how that came about."""

    id: str
    verdict: Mark
    trace: Trace | None  # None: the row has no condition
    cite: str


@dataclass(frozen=True)
class Decision:
    """The answer; an output that is None is unknown."""

    table: str
    row: str | None  # the row that answers; None where that is open, or where none does
    may: tuple[str, ...]  # the rows that may answer, in order; empty: none does
    outputs: Mapping[str, Scalar]
    rows: tuple[RowTrace, ...]  # every row that was asked: none after the first true one
    missing: tuple[str, ...]  # what was not given and would tell which row answers


@dataclass(frozen=True)
class PreparedTable:
    """A table with its expressions checked, to be asked many times as at one day."""

    table: DecisionTable
    asof: dt.date
    scope: Scope
    whens: tuple[Typed | None, ...]
    gives: tuple[Mapping[str, Typed | None], ...]


def table_scope(pack: Pack, table: DecisionTable) -> Scope:
    """Name what a table's expressions may use: its inputs, the profile, its values, constants."""
    scope = profile_scope(pack, table.values)
    inputs = {name: _column(pack, said) for name, said in table.inputs.items()}
    return Scope({**scope.columns, **inputs}, scope.values, scope.units)


def _column(pack: Pack, said: TableColumn) -> Column:
    words = pack.vocabularies.get(said.vocabulary or "")
    unit = pack.units.get(said.unit or "")
    return Column(Type(said.type), unit, tuple(words.entries) if words else None)


def prepare(pack: Pack, table: str) -> PreparedTable:
    """Check a table's expressions once; a pack that loaded has none that is refused."""
    definition = pack.tables[table]
    scope = table_scope(pack, definition)
    whens = tuple(
        None if row.when is None else check(parse(row.when), scope, type=Type.FLAG)
        for row in definition.rows
    )
    gives = tuple(
        {
            name: None if text is None else check(parse(text), scope, unit=output.unit)
            for name, output in definition.outputs.items()
            for text in (row.gives.get(name),)
        }
        for row in definition.rows
    )
    return PreparedTable(definition, pack.asof, scope, whens, gives)


def decide(pack: Pack, table: str, given: Mapping[str, object], *, asof: dt.date) -> Decision:
    """Ask a table; what is not given is unknown.  Raises `Refused` for what it cannot read."""
    assert asof == pack.asof, "a pack says what it says on its own day"
    return answer(prepare(pack, table), given)


def answer(prepared: PreparedTable, given: Mapping[str, object]) -> Decision:
    """Ask a table that was prepared."""
    row = _row(prepared, given)
    asked: list[RowTrace] = []
    may: list[int] = []
    is_answered = False
    for nth, (stated, when) in enumerate(zip(prepared.table.rows, prepared.whens, strict=True)):
        trace = None if when is None else evaluate_row(when, row, asof=prepared.asof)
        verdict = _verdict(trace)
        asked.append(RowTrace(stated.id, verdict, trace, str(stated.cite)))
        if verdict != "no":
            may.append(nth)
        if verdict == "yes":
            is_answered = True
            break
    rows = prepared.table.rows
    return Decision(
        table=prepared.table.id,
        row=rows[may[0]].id if is_answered and len(may) == 1 else None,
        may=tuple(rows[nth].id for nth in may),
        outputs={
            name: _agreed(prepared, name, may, row) if is_answered else None
            for name in prepared.table.outputs
        },
        rows=tuple(asked),
        missing=_missing(prepared, asked, row),
    )


def _verdict(trace: Trace | None) -> Mark:
    if trace is None or trace.value is True:
        return "yes"
    return "unknown" if trace.value is None else "no"


def _agreed(
    prepared: PreparedTable, output: str, may: list[int], row: Mapping[str, object]
) -> Scalar:
    """Give what all rows that may answer say of an output, or None."""
    found: list[Scalar] = []
    for nth in may:
        typed = prepared.gives[nth][output]
        found.append(
            None if typed is None else _plain(evaluate_row(typed, row, asof=prepared.asof))
        )
    return found[0] if all(each == found[0] for each in found) else None


def _plain(trace: Trace) -> Scalar:
    value = trace.value
    assert not isinstance(value, Decimal), "rows are computed in doubles"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _missing(
    prepared: PreparedTable, asked: list[RowTrace], row: Mapping[str, object]
) -> tuple[str, ...]:
    """Name the unknown inputs and columns that the rows left open read, each once."""
    open_rows = (
        when
        for trace, when in zip(asked, prepared.whens, strict=False)
        if trace.verdict == "unknown" and when is not None
    )
    names = (name for when in open_rows for name in sorted(when.columns) if row[name] is None)
    return tuple(dict.fromkeys(names))


def _row(prepared: PreparedTable, given: Mapping[str, object]) -> dict[str, object]:
    """Read what is given; every other name that the table may use is unknown."""
    columns, table = prepared.scope.columns, prepared.table
    problems: list[Problem] = []
    row: dict[str, object] = dict.fromkeys(columns)
    for name, value in given.items():
        where = Where(field=name)
        column = columns.get(name)
        if column is None:
            problems.append(
                DecidingRefusal.NO_INPUT.problem(
                    where=where, table=table.id, name=name, inputs=", ".join(table.inputs)
                )
            )
        elif value is not None and not _is_of(Type(column.type), value):
            problems.append(
                DecidingRefusal.NOT_OF_TYPE.problem(
                    where=where, value=value, type=column.type, name=name
                )
            )
        elif value is not None and column.entries is not None and value not in column.entries:
            words = ", ".join(column.entries)
            problems.append(
                DecidingRefusal.NOT_A_WORD.problem(where=where, value=value, name=name, words=words)
            )
        else:
            row[name] = value
    Refused.raise_any(problems)
    return row


def _is_of(type_: Type, value: object) -> bool:
    if type_ == Type.NUMBER:
        is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        return is_number and math.isfinite(value)  # type: ignore[arg-type]
    wanted = {Type.FLAG: bool, Type.DAY: dt.date, Type.TEXT: str}[type_]
    return isinstance(value, wanted)
