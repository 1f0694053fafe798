"""Decision tables: a question about given inputs, answered by the first row whose condition holds.

For rules that are asked of something else than a subject's profile, such as a loan's class.
"""

from __future__ import annotations

from typing import Literal

from huoshui.policy.schema.parts import Cite, Dated, Definition, Expression, Form, Identifier, Label


class TableColumn(Form):
    """An input or an output of a table."""

    label: Label
    type: Literal["number", "flag", "day", "text"]
    unit: str | None = None
    vocabulary: Identifier | None = None  # for text


class TableRow(Form):
    """A row: where its condition holds, what it gives."""

    id: Identifier
    when: Expression | None = None  # null: otherwise; only the last row may
    gives: dict[Identifier, Expression | None]  # output -> expression; null is unknown
    say: Label  # may name values as {name}
    cite: Cite


class DecisionTable(Definition):
    """Inputs, outputs and rows in order; the first row that is true answers.

    A row that is unknown before the first true one leaves open which of them answers; an output is
    known only where all that may answer agree on it.
    """

    inputs: dict[Identifier, TableColumn]  # beside the columns of the profile, which it may name
    outputs: dict[Identifier, TableColumn]
    rows: tuple[TableRow, ...]
    values: dict[Identifier, Dated] = {}
    handbook: Label | None = None
    cite: Cite
