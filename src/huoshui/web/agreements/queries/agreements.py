"""Agreements as their two sides see them; the database chooses which those are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from huoshui.web.agreements.models import Agreement, AgreementEvent, Condition
from huoshui.web.agreements.rules.refusals import AgreementRefusal
from huoshui.web.agreements.rules.states import EVENTS, STATES
from huoshui.web.audit.rules.actor import Actor


def agreements(viewer: Actor) -> QuerySet[Agreement]:
    """Give the viewer's agreements, the newest first, each with how many conditions are met."""
    return (
        Agreement.objects.select_related("institution")
        .annotate(
            conditions_count=Count("conditions"),
            met_count=Count("conditions", filter=Q(conditions__met_at__isnull=False)),
        )
        .order_by("-made_at", "id")
    )


def agreement(viewer: Actor, wanted: UUID) -> Agreement:
    """Give one agreement, or refuse if there is none that the viewer may see."""
    found = agreements(viewer).filter(id=wanted).first()
    if found is None:
        raise AgreementRefusal.UNKNOWN.refuse()
    return found


def agreement_of(viewer: Actor, case: UUID) -> Agreement | None:
    """Give the agreement that came of a case, if one did."""
    return Agreement.objects.filter(case_id=case).first()


def conditions(viewer: Actor, agreement: Agreement) -> list[Condition]:
    """Give an agreement's conditions, the open ones first."""
    found = Condition.objects.filter(agreement=agreement)
    return sorted(found, key=lambda each: (each.met_at is not None, each.id))


def events(viewer: Actor, agreement: Agreement) -> list[dict[str, Any]]:
    """Give what happened to an agreement, in order, each with its name in both languages."""
    return [
        {"event": event, "label": EVENTS.get(event.kind, {"zh": event.kind, "en": event.kind})}
        for event in AgreementEvent.objects.filter(agreement=agreement).order_by("n")
    ]


def state_label(agreement: Agreement) -> dict[str, str]:
    """Give what a state is called."""
    return STATES.get(agreement.state, {"zh": agreement.state, "en": agreement.state})


def agreed_fen(viewer: Actor, subject: UUID) -> int:
    """Sum what the viewer's institution has agreed with a subject and has not ended."""
    # What is drawn under a facility is part of its limit.
    agreed = Agreement.objects.filter(subject_id=subject, facility=None)
    found = agreed.aggregate(all=Sum("amount_fen"))
    return int(found["all"] or 0)
