"""Say what the bank will know a loan's movements by: the deed that made them, and its receipt.

A deed that is taken back moves the same money the other way and is known by the same names; so what
never reached the bank answers itself, and what did is found in the statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from huoshui.web.agreements.rules.loan.events import Event, Reverse
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.matching import cash_name
from huoshui.web.ledger.actions.posting import Posted, Wanted


def deed_name(ref: str, event: int) -> str:
    """Name what a loan's event moved at the bank."""
    return f"{ref} {event}"


def cash_note(
    actor: Actor,
    *,
    institution: UUID,
    ref: str,
    event: Event,
    events: Iterable[Event],
    wanted: Sequence[Wanted],
    posted: Sequence[Posted],
) -> None:
    """Name the transfers at the bank among what an event booked."""
    meant = event
    if isinstance(event.act, Reverse):
        meant = next(each for each in events if each.n == event.act.event)
    receipt = getattr(meant.act, "receipt", "")
    places = [
        (made.voucher, n)
        for each, made in zip(wanted, posted, strict=True)
        for n, entry in enumerate(each.entries, start=1)
        if entry.book == "cash"
    ]
    names = [(place, receipt, False) for place in places if receipt]
    names += [(place, deed_name(ref, meant.n), True) for place in places]
    cash_name(actor, institution=institution, names=names)
