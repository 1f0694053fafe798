"""What happens to a limit, by the actions that pages call, and how it stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from huoshui.simulation.deeds.orders import actor_of, day_of, sent_of
from huoshui.web.agreements.actions.facilities import facility_change, facility_draw
from huoshui.web.agreements.models import Agreement, AgreementEvent
from huoshui.web.agreements.queries.facilities import facility_of
from huoshui.web.agreements.rules.facility import read
from huoshui.web.audit.actions.acting import acting


def draw_under(order: dict[str, Any]) -> dict[str, Any]:
    """Draw under a limit, and tell of the loan that this makes."""
    sent = sent_of(order)
    with acting(sent.actor):
        made = facility_draw(
            sent, agreement=UUID(order["agreement"]), on=day_of(order["on"]), **order["body"]
        )
        row = AgreementEvent.objects.get(agreement=made, key=sent.key)
        told = {"agreement": str(made.id), "ref": made.ref, "months": made.months}
        return {**told, "n": row.n}


def change_limit(order: dict[str, Any]) -> dict[str, Any]:
    """Set a limit, freeze, release or cancel it."""
    sent, act = sent_of(order), read(order["kind"], order["body"])
    with acting(sent.actor):
        about = UUID(order["agreement"])
        held = facility_change(sent, agreement=about, act=act, on=day_of(order["on"]))
        return {"state": held.state}


def look_at_limits(order: dict[str, Any]) -> dict[str, Any]:
    """Tell how each limit stands today."""
    today, viewer = day_of(order["today"]), actor_of(order["officer"])
    with acting(viewer):
        found = {}
        for name, about in order["limits"].items():
            kept = facility_of(viewer, Agreement.objects.get(id=UUID(about)), today=today)
            assert kept is not None, "it was granted as a limit"
            state = kept.state(today)
            found[name] = {
                "undrawn_fen": state.undrawn_fen, "lost_fen": state.lost_fen,
                "overdue_days": state.overdue_days,
            }  # fmt: skip
        return found


DEEDS = {
    "draw under": draw_under, "change limit": change_limit, "look at limits": look_at_limits,
}  # fmt: skip
