"""What the database refuses reaches the asker as a refusal like any other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from django.db import DatabaseError

from huoshui.kernel.errors import Refused, Where
from huoshui.web.ledger.rules.errors import refusal_of
from huoshui.web.ledger.rules.refusals import LedgerRefusal


@contextmanager
def refusing(corrects: int | None = None, *, keys: Sequence[str] = ()) -> Iterator[None]:
    """Turn what the database refuses into refusals; the transaction is lost all the same.

    Of several keys, the one is named whose voucher does not hold, where the database says it.
    """
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        if not isinstance(cause, psycopg.Error):
            raise
        said = cause.diag
        refused = refusal_of(cause.sqlstate, said.message_detail, said.constraint_name, corrects)
        if refused is None:
            raise
        key = _key(said.message_detail) if cause.sqlstate in _NAMING else None
        raise (refused if key is None else named(refused, key, keys)) from error


_NAMING = ("HL001", "HL002", "HL006")
"""What the database refuses naming a key."""


def _key(detail: str | None) -> str | None:
    key: str | None = json.loads(detail or "{}").get("key")
    return key


@contextmanager
def naming(key: str, keys: Sequence[str]) -> Iterator[None]:
    """Name the voucher that is looked at in whatever is refused of it."""
    try:
        yield
    except Refused as refused:
        raise named(refused, key, keys) from refused


def named(refused: Refused, key: str, keys: Sequence[str]) -> Refused:
    """Say which of several vouchers it is, by its key and its place, so that it can be left out."""
    if len(keys) < 2:
        return refused
    where = Where(row=keys.index(key) + 1) if key in keys else None
    return Refused(*refused.problems, LedgerRefusal.OF_SEVERAL.problem(where=where, key=key))
