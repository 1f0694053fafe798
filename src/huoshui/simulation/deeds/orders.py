"""How an order names who acts, when, on which day and under which key."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from huoshui.web.agreements.actions.loans import Sent
from huoshui.web.audit.rules.actor import Actor


def day_of(text: str) -> dt.date:
    """Read a day."""
    return dt.date.fromisoformat(text)


def at_of(order: dict[str, Any]) -> dt.datetime:
    """Give the moment of an order: its day, and the second within it."""
    start = dt.datetime.combine(day_of(order["today"]), dt.time(2), dt.UTC)
    return start + dt.timedelta(seconds=order.get("second", 0))


def actor_of(told: dict[str, Any]) -> Actor:
    """Read an actor as `told` wrote one."""
    ids = {name: UUID(told[name]) if told[name] else None for name in _IDS}
    return Actor(
        told["kind"], told["name"], role=told["role"], permissions=frozenset(told["may"]), **ids
    )


def told(actor: Actor) -> dict[str, Any]:
    """Write an actor so that JSON can hold it."""
    ids = {name: str(getattr(actor, name) or "") for name in _IDS}
    may = sorted(actor.permissions)
    return {"kind": actor.kind, "name": actor.name, "role": actor.role, "may": may, **ids}


def sent_of(order: dict[str, Any], who: str = "by") -> Sent:
    """Give what an order is sent as."""
    return Sent(actor_of(order[who]), at_of(order), day_of(order["today"]), order.get("key", ""))


_IDS = ("person", "subject", "institution")
