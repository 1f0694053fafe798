"""Subsidies on pages: what a subject may claim today, and what an office may pay unasked.

An office is told the sums of its own programmes.  It is told names only of subjects that agreed to
be found, and only where the evidence is public, as with prospects.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from huoshui import matching
from huoshui.matching.subsidies import Claim, Taken, subsidy_names
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.insights.models import Evidence, Paid
from huoshui.web.insights.queries.policy import Policy
from huoshui.web.insights.queries.profile import Known


def taken(viewer: Actor, known: Known) -> list[Taken]:
    """Give what a subject was paid before of the subsidies known here, the earliest first."""
    found = Paid.objects.filter(snapshot_id=known.snapshot.pk, entity=known.entity)
    return [Taken(p.offering, p.paid_on, p.amount_fen) for p in found.order_by("paid_on", "id")]


def claims_of(viewer: Actor, known: Known, policy: Policy) -> list[Claim]:
    """Give what a subject may claim, by its row and the evidence in hand."""
    pack, names = policy.pack, subsidy_names(policy.pack)
    traces = matching.explain_one(
        pack, known.row, asof=pack.asof, plan=policy.plan, offerings=names
    )
    told = Evidence.objects.filter(snapshot_id=known.snapshot.pk, entity=known.entity)
    return matching.claims(
        pack,
        known.row,
        traces,
        asof=pack.asof,
        taken=taken(viewer, known),
        items_in_hand=frozenset(told.values_list("item", flat=True)),
        plan=policy.plan,
    )


@dataclass(frozen=True)
class Sum:
    """What one programme comes to, unasked."""

    offering: str
    subjects: int
    amount_fen: int
    consenting: int  # of the subjects: their evidence is read under their consent
    findable: int  # of the rest: they agreed to be found and are named


def unasked_sums(actor: Actor) -> list[Sum]:
    """Give what each programme of the actor's own institution comes to in the snapshot in use."""
    actor.need("subsidy.read")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT offering, subjects, amount_fen, consenting, findable "
            "FROM insights_unasked_sums()"
        )
        return [Sum(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Payee:
    """Whom a programme may pay unasked: public facts of the register, and the sum."""

    entity: str
    code: str | None
    name: str | None
    sort_key: str
    region_code: str | None
    amount_fen: int


def unasked_named(
    actor: Actor, offering: str, *, after: tuple[str, str] = ("", ""), at_most: int
) -> list[Payee]:
    """Give the next payees of a programme of the actor's own, in the order of their names."""
    actor.need("subsidy.read")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entity, code, name, sort_key, region_code, amount_fen "
            "FROM insights_unasked_named(%s, %s, %s, %s)",
            [offering, *after, at_most],
        )
        return [Payee(*row) for row in cursor.fetchall()]
