"""What the database refuses reaches the asker as a refusal like any other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import DatabaseError

from huoshui.web.ledger.rules.errors import refusal_of


@contextmanager
def refusing(corrects: int | None = None) -> Iterator[None]:
    """Turn what the database refuses into refusals; the transaction is lost all the same."""
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
        raise refused from error
