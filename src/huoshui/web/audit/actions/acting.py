"""Set the actor for one transaction; without it the database gives nothing."""

from __future__ import annotations

import string
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from huoshui.web.audit.actions.statements import answered, begun
from huoshui.web.audit.rules.actor import Actor


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Run a transaction in an actor's name; inside another one, for a while, then back."""
    inner = connection.in_atomic_block
    before = _current() if inner else None
    with transaction.atomic():
        _set(_of(actor))
        yield actor
        if before is not None:
            _set(before)


_NAMES = ("kind", "person", "subject", "institution")
_SAY = "SELECT " + ", ".join(f"set_config('huoshui.{name}', '{{}}', true)" for name in _NAMES)
_SET = "SELECT " + ", ".join(
    f"set_config('huoshui.{name}', ${nth}, true)" for nth, name in enumerate(_NAMES, start=1)
)

_PLAIN = frozenset(string.ascii_lowercase + string.digits + "-")


def _of(actor: Actor) -> tuple[str, ...]:
    ids = (actor.person, actor.subject, actor.institution)
    return (actor.kind, *("" if each is None else str(each) for each in ids))


def _set(values: tuple[str, ...]) -> None:
    # A word of ours and ids: there is nothing in them to be quoted.
    assert not any(set(value) - _PLAIN for value in values), values
    if not begun(_SAY.format(*values)):
        answered(_SET.encode(), values)


def _current() -> tuple[str, ...]:
    sql = ", ".join(f"coalesce(current_setting('huoshui.{name}', true), '')" for name in _NAMES)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}")
        return tuple(cursor.fetchone())
