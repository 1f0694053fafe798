"""Keep what time alone does to a loan beside its events, in the transaction that changes them.

Nights are booked part by part.  Whoever enters something about a loan holds its part, shared, from
before the loan's own row on, and end of day holds it alone: so each sees to which day the other
has booked, and they never wait for one another in a ring.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from huoshui.policy.pack import Pack
from huoshui.web.agreements.actions.agreements import event_add
from huoshui.web.agreements.models import Agreement, BookPart, LoanOutlook
from huoshui.web.agreements.queries.loans import Loan, reclassing_of
from huoshui.web.agreements.rules.loan.keeping import kept
from huoshui.web.agreements.rules.loan.outlook import outlook
from huoshui.web.agreements.rules.loan.reclassing import Change
from huoshui.web.agreements.rules.loan.state import LoanState
from huoshui.web.agreements.rules.loan.walk import Walk
from huoshui.web.agreements.rules.states import CLASSED
from huoshui.web.audit.rules.actor import Actor

PART_LOANS = 50_000
"""A part that has so many takes no new ones: its night is one transaction."""

LOCK = 7_104
"""The space of advisory locks in which parts are held."""


@dataclass(frozen=True)
class Place:
    """Where a loan's nights are booked, and to which day all is booked."""

    part: BookPart
    booked_until: dt.date | None  # of the loan: its own, or its part's where that is later


def part_hold(found: Agreement, *, today: dt.date) -> int:
    """Hold the part of a loan, shared, until the transaction ends: its own, or one it may join."""
    row = LoanOutlook.objects.filter(agreement=found).only("part_id").first()
    part = row.part_id if row else None
    if part is None:
        part = _open_part(found.institution_id, today)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK, part])
    return part  # type: ignore[no-any-return]


def place_of(found: Agreement, held: int) -> Place:
    """Say where a loan stands, once its part and its own row are held."""
    row = LoanOutlook.objects.filter(agreement=found).only("part_id").first()
    part = BookPart.objects.get(id=row.part_id if row and row.part_id else held)
    own = found.booked_until
    if row is not None and row.part_id is not None and own is not None:
        own = max(own, part.booked_until)
    return Place(part, own)


def _open_part(institution: UUID, today: dt.date) -> int:
    parts = BookPart.objects.filter(institution_id=institution).order_by("-n")
    last = parts.first()
    if last is None or not last.is_open:
        fresh = BookPart(
            institution_id=institution, n=last.n + 1 if last else 1, booked_until=today
        )
        BookPart.objects.bulk_create([fresh], ignore_conflicts=True)  # another may open it too
        last = parts.first()
    assert last is not None, "it was made, or was there"
    return int(last.id)


def outlook_keep(
    loan: Loan, walk: Walk, state: LoanState, place: Place, pack: Pack
) -> Change | None:
    """Write down what lies before a loan, where its walk stands; null: nothing does."""
    change = reclassing_of(pack).change(state)
    found = outlook(walk, wakes_by=wakes_by(loan, walk.day, change))
    if found is None:
        LoanOutlook.objects.filter(agreement=loan.agreement).delete()
        return None
    LoanOutlook.objects.update_or_create(
        agreement=loan.agreement,
        defaults={
            "institution_id": loan.agreement.institution_id,
            "ref": loan.agreement.ref,
            "part": place.part,
            "held": None,
            "class_name": change.name,
            **kept(found),
        },
    )
    return change


def wakes_by(loan: Loan, day: dt.date, change: Change) -> dt.date | None:
    """Give the day by which a loan is folded again, whatever its claims do."""
    ahead = [each.on for each in loan.after(day)][:1]
    return min([*ahead, *([change.asked_on] if change.asked_on else [])], default=None)


def class_note(
    actor: Actor, loan: Loan, *, at: dt.datetime, on: dt.date, name: str | None, n: int
) -> None:
    """Note a class that differs from the one noted last; the caller holds the agreement's row."""
    if name != loan.class_noted:
        event_add(
            actor, loan.agreement, n=n, kind=CLASSED, at=at, on=on,
            body=class_body(loan, name),
        )  # fmt: skip


def class_body(loan: Loan, name: str | None) -> dict[str, str | None]:
    """Say which class followed which; null is unknown."""
    return {"class": name, "was": loan.class_noted}
