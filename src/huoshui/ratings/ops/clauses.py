"""Conditions made ready to run, and evaluated for a whole table: true, false or unknown by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from huoshui.kernel.errors import Where
from huoshui.kernel.trace import Trace
from huoshui.policy.expression import (
    Scope,
    Typed,
    check,
    evaluate_table,
    names,
    parse,
)


class Truth(NamedTuple):
    """Where a condition is true and where it is false; elsewhere it is unknown."""

    yes: np.ndarray
    no: np.ndarray


@dataclass(frozen=True, eq=False)
class Condition:
    """A checked expression, and the columns and named values that it reads."""

    typed: Typed
    columns: tuple[str, ...]
    values: tuple[str, ...]


def condition(text: str, scope: Scope, where: Where | None = None) -> Condition:
    """Parse and check a text against what it may name."""
    expression = parse(text, where)
    typed = check(expression, scope)
    named = names(expression) & scope.values.keys()
    return Condition(typed, tuple(sorted(typed.columns)), tuple(sorted(named)))


def plain(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Give a column as one array, whatever chunks it came in."""
    if isinstance(column, pa.ChunkedArray):
        return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return column


def truth(wanted: Condition, columns: Mapping[str, pa.Array], *, asof: dt.date) -> Truth:
    """Evaluate a condition over columns."""
    rows = len(next(iter(columns.values()))) if columns else 0
    result = plain(evaluate_table(wanted.typed, columns, asof=asof))
    assert len(result) == rows, "a condition has an answer for each row"
    yes = result.fill_null(False).to_numpy(zero_copy_only=False)
    no = ~result.fill_null(True).to_numpy(zero_copy_only=False)
    return Truth(yes, no)


def truth_of(trace: Trace) -> bool | None:
    """Give what the trace of a condition came to; None is unknown."""
    value = trace.value
    assert value is None or isinstance(value, bool), "a condition is a flag; packs are checked"
    return value
