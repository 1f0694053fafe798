"""Statements that are said again and again: parsed and planned once per connection.

Django writes values into the text of a statement, which the server then reads and plans each
time; where every deed says the same few statements, most of the work would be that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.types.numeric import Int8


def said(sql: str, values: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
    """Execute a statement that the server keeps prepared; give the cursor with its answer.

    Whole numbers go as bigint, so that a small and a large one do not make two statements.
    """
    held = connections[DEFAULT_DB_ALIAS]
    if held.connection is None:
        held.ensure_connection()
    there: psycopg.Connection[Any] = held.connection
    there.prepare_threshold = 0  # Django sets none, which would prepare nothing
    whole = [Int8(value) if type(value) is int else value for value in values]
    try:
        return psycopg.Cursor(there).execute(sql, whole)
    except psycopg.Error:
        with held.wrap_database_errors:
            raise


@contextmanager
def together() -> Iterator[None]:
    """Send the statements said within to the server at once, and wait for all of them at the end.

    Asking one of them for its answer waits there; none may need an answer that was not asked for.
    """
    held = connections[DEFAULT_DB_ALIAS]
    if held.connection is None:
        held.ensure_connection()
    with held.wrap_database_errors, held.connection.pipeline():
        yield


def listed(values: Iterable[int | None]) -> str:
    """Write whole numbers as the text of an array, which is quicker than one by one."""
    return "{" + ",".join("NULL" if each is None else str(each) for each in values) + "}"
