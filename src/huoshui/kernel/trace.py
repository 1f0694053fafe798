"""How an answer came about: a tree of clauses, each with its value and what it rests on.

A trace is recomputed whenever somebody asks why; it is never stored in bulk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

TraceValue = float | int | Decimal | bool | str | dt.date | None


@dataclass(frozen=True, slots=True)
class Trace:
    """One part of an answer: its text, its value (None is unknown), its parts, its citations.

    >>> Trace("age_months >= 36", True, ">=").to_dict()
    {'text': 'age_months >= 36', 'value': True, 'operation': '>='}
    """

    text: str
    value: TraceValue
    operation: str  # the operation, or column, value, constant, asof
    children: tuple[Trace, ...] = ()
    cites: tuple[str, ...] = ()  # of this part and all below it, each once

    def walk(self) -> Iterator[Trace]:
        """Give this part and all below it, from left to right."""
        yield self
        for child in self.children:
            yield from child.walk()

    def to_dict(self) -> dict[str, object]:
        """Give a form that JSON can hold: days and exact numbers as text, whole doubles whole."""
        told: dict[str, object] = {
            "text": self.text,
            "value": _plain(self.value),
            "operation": self.operation,
        }
        if self.children:
            told["children"] = [child.to_dict() for child in self.children]
        if self.cites:
            told["cites"] = list(self.cites)
        return told


def _plain(value: TraceValue) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
