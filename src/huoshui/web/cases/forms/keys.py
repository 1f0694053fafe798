"""Keys of forms that open something, so that posting one twice opens it once."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import QueryDict


def key_for(typed: QueryDict | None) -> str:
    """Give the key that a form was sent with, or a new one for a form not sent yet."""
    return key_of(typed) if typed is not None and typed.get("key") else str(uuid4())


def key_of(typed: QueryDict) -> str:
    """Read the key; whoever sends none, or nonsense, opens something new each time."""
    try:
        return str(UUID(typed.get("key", "")))
    except ValueError:
        return str(uuid4())
