"""Days, lists of names and tests on words, written as SQL writes them.

The text keeps to what DuckDB and Spark both read: double-quoted names, single-quoted words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from huoshui.kernel.sql import literal, quoted


def day(value: dt.date) -> str:
    """Write a day.

    >>> day(dt.date(2026, 3, 31))
    "DATE '2026-03-31'"
    """
    return f"DATE '{value.isoformat()}'"


def names(columns: Iterable[str], alias: str = "") -> str:
    """Write several names, each behind the alias of its relation.

    >>> names(["rank", "level"], "f")
    'f."rank", f."level"'
    """
    front = f"{alias}." if alias else ""
    return ", ".join(front + quoted(column) for column in columns)


def among(expression: str, words: Iterable[str]) -> str:
    """Write the test that a text is one of some words; of no words, it never is.

    >>> among("x", [])
    'FALSE'
    """
    listed = ", ".join(literal(w) for w in words)
    return f"({expression}) IN ({listed})" if listed else "FALSE"


def ends_with(expression: str, endings: Iterable[str]) -> str:
    """Write the test that a text ends with one of some words.

    >>> ends_with("x", ["分公司"])
    "(right(x, 3) = '分公司')"
    """
    tests = [f"right({expression}, {len(e)}) = {literal(e)}" for e in endings if e]
    return f"({' OR '.join(tests)})" if tests else "FALSE"


def within_relation(expression: str, relation: str) -> str:
    """Write the test that an entity stands in a relation with the column `entity`.

    >>> within_relation("s.entity", "touched")
    's.entity IN (SELECT entity FROM "touched")'
    """
    return f"{expression} IN (SELECT entity FROM {quoted(relation)})"
