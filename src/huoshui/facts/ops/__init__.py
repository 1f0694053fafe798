"""How text becomes a value, one file per type of column.

Each op has the same two ways of saying one thing.  `plain` is SQL that reads the usual spelling in
the engine and is null for anything else; `read` is Python that reads every spelling, and is asked
once for each distinct text that was not plain.  A test holds the two to the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from huoshui.facts.ops import choice, code, day, decimal, flag, money, text, whole
from huoshui.facts.ops.reading import Reader, Reading
from huoshui.policy.schema import ColumnType

OPS: Mapping[ColumnType, Callable[[Reader], Reading]] = {
    ColumnType.TEXT: text.reading,
    ColumnType.CHOICE: choice.reading,
    ColumnType.CODE: code.reading,
    ColumnType.WHOLE: whole.reading,
    ColumnType.DECIMAL: decimal.reading,
    ColumnType.MONEY: money.reading,
    ColumnType.DAY: day.reading,
    ColumnType.FLAG: flag.reading,
}

__all__ = ["OPS", "Reader", "Reading"]
