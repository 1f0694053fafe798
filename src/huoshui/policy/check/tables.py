"""Decision tables: every row is well formed, says every output, and can be the one that answers.

A row that no answer can ever come from is a mistake of whoever wrote the rows above it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from huoshui.kernel.errors import Problem, Refusal, Refused, Where
from huoshui.policy.check.expressions import (
    condition_problems,
    sentence_problems,
    typed_problems,
    uncited_numbers,
)
from huoshui.policy.deciding import table_scope
from huoshui.policy.expression import (
    Constant,
    Scope,
    Typed,
    cuts,
    evaluate_row,
    parse,
    representatives,
)
from huoshui.policy.expression import check as check_types
from huoshui.policy.expression.typed import Apply
from huoshui.policy.pack import Pack
from huoshui.policy.schema import DecisionTable, TableColumn, TableRow
from huoshui.policy.scope import profile_scope

STEPS_MOST = 20_000
"""How many guesses are made to reach one row; one not reached by then is let pass."""

_SEES_UNKNOWN = frozenset({"is null", "coalesce", "nullif", "case"})
"""Operations that make something known of an unknown; they are not asked about half a row."""


class TableRefusal(Refusal):
    """Why a decision table is refused."""

    NO_ROWS = "The table has no rows.", "Write a row."
    NAME_TAKEN = (
        "{name} is already a column of the profile, a constant or a value.",
        "Choose another name.",
    )
    NEEDS_UNIT = "{name} is a number without a unit.", "Say its unit; a share has unit: ratio."
    NO_SUCH = "There is no {kind} {name}.", "Use one that exists, or define {name}."
    NOT_TEXT = "{name} is a {type}; only text has a vocabulary.", "Take the vocabulary out."
    ROW_TWICE = "Two rows are called {name}.", "Give each its own id."
    NO_CONDITION = (
        "Only the last row may be without a condition.",
        "Add when, or put the row last.",
    )
    NOT_SAID = (
        "The row says nothing of {outputs}.",
        "Give each output; null where it is not known.",
    )
    NO_OUTPUT = "The table has no output {name}.", "Take it out, or add it to outputs."
    NOT_A_WORD = "'{word}' is no word that {name} can hold.", "Write one of: {words}."
    NEVER_REACHED = (
        "No answer ever comes from the row {row}: the rows above it leave nothing to it.",
        "Put it higher, or take it out.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with decision tables."""
    for table in pack.tables.values():
        yield from _columns(pack, table)
        found = list(_rows(pack, table))
        yield from found
        if not found:
            yield from _unreached(pack, table)


def _columns(pack: Pack, table: DecisionTable) -> Iterator[Problem]:
    outer = profile_scope(pack, table.values)
    for side, said in (("inputs", table.inputs), ("outputs", table.outputs)):
        for name, column in said.items():
            where = pack.where("tables", table.id, side, name)
            is_taken = name in outer.columns or name in outer.values
            if is_taken or (side == "outputs" and name in table.inputs):
                yield TableRefusal.NAME_TAKEN.problem(where=where, name=name)
            yield from _column(pack, name, column, where)
    if not table.rows:
        yield TableRefusal.NO_ROWS.problem(where=pack.where("tables", table.id, "rows"))


def _column(pack: Pack, name: str, column: TableColumn, where: Where) -> Iterator[Problem]:
    if column.type == "number" and column.unit is None:
        yield TableRefusal.NEEDS_UNIT.problem(where=where, name=name)
    if column.unit is not None and column.unit not in pack.units:
        yield TableRefusal.NO_SUCH.problem(where=where, kind="unit", name=column.unit)
    if column.vocabulary is not None and column.vocabulary not in pack.vocabularies:
        yield TableRefusal.NO_SUCH.problem(where=where, kind="vocabulary", name=column.vocabulary)
    if column.vocabulary is not None and column.type != "text":
        yield TableRefusal.NOT_TEXT.problem(where=where, name=name, type=column.type)


def _rows(pack: Pack, table: DecisionTable) -> Iterator[Problem]:
    scope = table_scope(pack, table)
    seen: set[str] = set()
    for nth, row in enumerate(table.rows):
        where = pack.where("tables", table.id, "rows", nth)
        if row.id in seen:
            yield TableRefusal.ROW_TWICE.problem(where=where, name=row.id)
        seen.add(row.id)
        if row.when is not None:
            place = pack.where("tables", table.id, "rows", nth, "when")
            yield from condition_problems(row.when, scope, place)
        elif nth < len(table.rows) - 1:
            yield TableRefusal.NO_CONDITION.problem(where=where)
        yield from sentence_problems(pack, row.say, scope, "tables", table.id, ("rows", nth, "say"))
        yield from _gives(pack, table, row, nth, scope)


def _gives(
    pack: Pack, table: DecisionTable, row: TableRow, nth: int, scope: Scope
) -> Iterator[Problem]:
    lacking = [name for name in table.outputs if name not in row.gives]
    if lacking:
        where = pack.where("tables", table.id, "rows", nth, "gives")
        yield TableRefusal.NOT_SAID.problem(where=where, outputs=", ".join(lacking))
    for name, text in row.gives.items():
        where = pack.where("tables", table.id, "rows", nth, "gives", name)
        output = table.outputs.get(name)
        if output is None:
            yield TableRefusal.NO_OUTPUT.problem(where=where, name=name)
        elif text is not None:
            wrong = list(typed_problems(text, scope, where, (output.type, output.unit)))
            yield from wrong
            yield from uncited_numbers(text, where)
            if not wrong:
                yield from _words(pack, name, output, check_types(parse(text), scope), where)


def _words(
    pack: Pack, name: str, output: TableColumn, typed: Typed, where: Where
) -> Iterator[Problem]:
    vocabulary = pack.vocabularies.get(output.vocabulary or "")
    if vocabulary is None:
        return
    for word in _results(typed):
        if word not in vocabulary.entries:
            words = ", ".join(vocabulary.entries)
            yield TableRefusal.NOT_A_WORD.problem(where=where, word=word, name=name, words=words)


def _results(typed: Typed) -> Iterator[str]:
    """Give the words that an expression may come to, where they are written in it."""
    if isinstance(typed, Constant) and isinstance(typed.value, str):
        yield typed.value
    elif isinstance(typed, Apply) and typed.operation.name == "case":
        for part in (*typed.args[1:-1:2], typed.args[-1]):
            yield from _results(part)
    elif isinstance(typed, Apply) and typed.operation.name == "coalesce":
        for part in typed.args:
            yield from _results(part)


def _unreached(pack: Pack, table: DecisionTable) -> Iterator[Problem]:
    scope = table_scope(pack, table)
    try:
        whens = [None if r.when is None else check_types(parse(r.when), scope) for r in table.rows]
    except Refused:  # said already, with its place
        return
    for nth in unreached(whens, asof=pack.asof):
        where = pack.where("tables", table.id, "rows", nth)
        yield TableRefusal.NEVER_REACHED.problem(where=where, row=table.rows[nth].id)


def unreached(whens: Sequence[Typed | None], *, asof: dt.date) -> list[int]:
    """Give the places of the rows that can never answer: none of known values leads there.

    Exact over columns that are only compared with constants; a row that reads a column in another
    way, or one that takes too long to reach, is let pass unless an earlier row is the same.  So is
    one that rests on a value nobody knows on the day, which may turn out to be anything.
    """
    return [
        nth
        for nth, when in enumerate(whens)
        if (when in whens[:nth] and not (when and _rests_on_unknown(when)))
        or not _is_reachable([w for w in whens[:nth] if w], when, asof)
    ]


def _is_reachable(earlier: Sequence[Typed], when: Typed | None, asof: dt.date) -> bool:
    wanted = [(one, False) for one in earlier] + ([(when, True)] if when is not None else [])
    if any(_rests_on_unknown(one) for one, _ in wanted):
        return True
    columns: list[str] = []
    for one, _ in reversed(wanted):
        columns += sorted(one.columns - set(columns))
    values: dict[str, list[Any]] = {}
    for column in columns:
        found = _values([one for one, _ in wanted], column, asof)
        if found is None:
            return True
        values[column] = found
    search = _Search(wanted, values, asof)
    return search.reaches(dict.fromkeys(columns), columns)


def _rests_on_unknown(typed: Typed) -> bool:
    return any(isinstance(part, Constant) and part.value is None for part in typed.walk())


def _values(expressions: Sequence[Typed], column: str, asof: dt.date) -> list[Any] | None:
    """Give one known value of each piece between a column's cuts, or None if it has no cuts."""
    whole = None
    for typed in expressions:
        if column not in typed.columns:
            continue
        cut = cuts(typed, column, asof=asof)
        if cut is None:
            return None
        whole = cut if whole is None else whole | cut
    assert whole is not None, "the column was read"
    return [v for v in representatives(whole).to_pylist() if v is not None]


class _Search:
    """Guesses values column by column, leaving a branch as soon as what is known rules it out."""

    def __init__(
        self,
        wanted: Sequence[tuple[Typed, bool]],
        values: Mapping[str, list[Any]],
        asof: dt.date,
    ) -> None:
        self.wanted = [
            (
                one,
                result,
                any(isinstance(p, Apply) and p.operation.name in _SEES_UNKNOWN for p in one.walk()),
            )
            for one, result in wanted
        ]
        self.values = values
        self.asof = asof
        self.steps = 0

    def reaches(self, row: dict[str, object], left: Sequence[str]) -> bool:
        self.steps += 1
        if self.steps > STEPS_MOST:
            return True
        is_done = True
        for one, result, needs_all in self.wanted:
            if needs_all and not one.columns.isdisjoint(left):
                is_done = False
                continue
            value = evaluate_row(one, row, asof=self.asof).value
            if value is None:
                is_done = False
            elif value is not result:
                return False
        if is_done or not left:
            return is_done
        column, *rest = left
        return any(self.reaches({**row, column: value}, rest) for value in self.values[column])
