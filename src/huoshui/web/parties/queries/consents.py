"""Consents as their giver and their reader see them, and the reads made under each."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import Q, QuerySet

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.parties.models import Consent, ConsentRead, ConsentRequest, Membership


def consents(viewer: Actor) -> QuerySet[Consent]:
    """Give the consents that somebody gave or may read under; the database chooses them."""
    return Consent.objects.select_related("subject", "reader", "given_by").order_by("-given_at")


def consents_for(
    viewer: Actor,
    *,
    subject: UUID,
    reader: UUID,
    at: dt.datetime,
    case_id: UUID | None = None,
) -> list[Consent]:
    """Give the consents in force that let one institution read of one subject."""
    wanted = Consent.objects.filter(
        subject_id=subject,
        reader_id=reader,
        withdrawn_at=None,
        given_at__lte=at,
        valid_until__gt=at,
    )
    if case_id is not None:
        wanted = wanted.filter(Q(case_id=case_id) | Q(case_id=None))
    return list(wanted.order_by("given_at"))


def reads(viewer: Actor, consent: UUID) -> QuerySet[ConsentRead]:
    """Give every read made under a consent, the latest first."""
    return (
        ConsentRead.objects.filter(consent_id=consent)
        .select_related("institution")
        .order_by("-read_at", "-id")
    )


def requests_open(viewer: Actor) -> QuerySet[ConsentRequest]:
    """Give the requests that wait for the viewer's own answer."""
    return (
        ConsentRequest.objects.filter(person_id=viewer.person, consent=None, refused_at=None)
        .select_related("subject", "reader")
        .order_by("asked_at")
    )


def members(viewer: Actor, subject: UUID, day: dt.date) -> QuerySet[Membership]:
    """Give the people who act for a subject on a day."""
    return (
        Membership.objects.filter(
            Q(valid_until=None) | Q(valid_until__gt=day), subject_id=subject, valid_from__lte=day
        )
        .select_related("person")
        .order_by("valid_from", "id")
    )
