"""Whom an institution's own offering is open to, among those who agreed to be found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from huoshui.web.audit.rules.actor import Actor

PAGE = 50


@dataclass(frozen=True)
class Prospect:
    """A subject that agreed to be found: public facts of the register and nothing else."""

    entity: str
    code: str | None
    name: str | None
    sort_key: str
    region_code: str | None
    industry_code: str | None
    established_on: dt.date | None


@dataclass(frozen=True)
class Reach:
    """How many an offering is open to, and how many of those agreed to be found."""

    open_to: int
    findable: int


def prospects(
    actor: Actor, offering: str, *, after: tuple[str, str] = ("", ""), at_most: int = PAGE
) -> list[Prospect]:
    """Give the next prospects of an offering of the actor's own, in the order of their names.

    `after` is the sort key and the entity of the last one shown.  An offering of somebody else's
    has none.
    """
    actor.need("prospects.read")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entity, code, name, sort_key, region_code, industry_code, established_on "
            "FROM insights_prospects(%s, %s, %s, %s)",
            [offering, *after, at_most],
        )
        return [Prospect(*row) for row in cursor.fetchall()]


def reach(actor: Actor, offering: str) -> Reach | None:
    """Give how far an offering of the actor's own reaches, or None where it is not theirs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT open_to, findable FROM insights_reach(%s)", [offering])
        found = cursor.fetchone()
    return None if found is None else Reach(*found)
