"""Statements that are said again and again: parsed and planned once per connection.

Django writes values into the text of a statement, which the server then reads and plans each
time; where every deed says the same few statements, most of the work would be that.  They go
past psycopg's cursors to its binding of libpq: the cursors would be half of the client's work.
psycopg itself prepares nothing here: where it does, it lets go of all that a connection has
prepared, after a rollback or a DROP.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import errors, generators
from psycopg.pq import ExecStatus, TransactionStatus


def _text(value: str) -> bytes:
    written = value.encode()
    if b"\0" in written:  # libpq would read no further
        raise psycopg.DataError("a text cannot hold a zero byte")
    return written


_WRITTEN: dict[type, Callable[[Any], bytes | None]] = {
    str: _text,
    int: lambda value: b"%d" % value,
    bytes: lambda value: b"\\x" + value.hex().encode(),
    UUID: lambda value: str(value).encode(),
    dt.date: lambda value: value.isoformat().encode(),
    dt.datetime: lambda value: value.isoformat().encode(),
    type(None): lambda value: None,
}
"""How values are written for the server, which reads each by the type that the statement gives."""

_PREPARED: WeakKeyDictionary[psycopg.Connection[Any], dict[bytes, bytes]] = WeakKeyDictionary()


def answered(sql: bytes, values: Sequence[Any]) -> list[str | None] | None:
    """Execute a statement with places `$1`, `$2` ...; give its first row as text, if any."""
    held = connections[DEFAULT_DB_ALIAS]
    there = _within(held)
    with held.wrap_database_errors, there.lock:
        names = _PREPARED.setdefault(there, {})
        if sql not in names:
            name = b"said_%d" % len(names)
            there.pgconn.send_prepare(name, sql)
            _results(there)
            names[sql] = name
        there.pgconn.send_query_prepared(names[sql], [_WRITTEN[type(v)](v) for v in values])
        (result,) = _results(there)
    if not result.ntuples:
        return None
    row = (result.get_value(0, nth) for nth in range(result.nfields))
    return [None if value is None else value.decode() for value in row]


def begun(sql: str) -> bool:
    """Begin the transaction with a statement, in one message; not if it has begun already.

    The statement is the program's own, with nothing in it that people type.
    """
    held = connections[DEFAULT_DB_ALIAS]
    if held.connection is None:
        held.ensure_connection()
    there: psycopg.Connection[Any] = held.connection
    if there.autocommit or there.pgconn.transaction_status != TransactionStatus.IDLE:
        return False
    with held.wrap_database_errors, there.lock:
        there.pgconn.send_query(f"BEGIN; {sql}".encode())
        _results(there)
    return True


def _within(held: Any) -> psycopg.Connection[Any]:
    """Give the connection, in a transaction if Django has one open."""
    if held.connection is None:
        held.ensure_connection()
    there: psycopg.Connection[Any] = held.connection
    if there.pgconn.transaction_status == TransactionStatus.IDLE and not there.autocommit:
        begun("SELECT")
    return there


def _results(there: psycopg.Connection[Any]) -> list[Any]:
    """Wait for the answers to what was sent; an interrupt is heard meanwhile."""
    results = there.wait(generators.execute(there.pgconn))
    for each in results:
        if each.status == ExecStatus.FATAL_ERROR:
            raise errors.error_from_result(each, encoding="utf-8")
    return list(results)


def listed(values: Iterable[int | None]) -> str:
    """Write whole numbers as the text of an array, which is quicker than one by one."""
    return "{" + ",".join(["NULL" if each is None else str(each) for each in values]) + "}"


def texts_listed(values: Iterable[str | None]) -> str:
    """Write texts as the text of an array, whatever is in them."""
    return "{" + ",".join(["NULL" if each is None else _quoted(each) for each in values]) + "}"


def bytes_listed(values: Iterable[bytes | None]) -> str:
    """Write digests and the like as the text of an array."""
    written = ["NULL" if each is None else f'"\\\\x{each.hex()}"' for each in values]
    return "{" + ",".join(written) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
