"""Applications for financing, from the draft to the agreement: each step by its name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from huoshui.web.agreements.models import Agreement
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.actions.moving import case_move, case_open
from huoshui.web.cases.models import Case
from huoshui.web.cases.queries.cases import APPLICATION, case_of_kind
from huoshui.web.cases.queries.offers import institution_of
from huoshui.web.cases.queries.reading import items_missing
from huoshui.web.parties.actions.consents import consent_give

PURPOSE = "financing_application"
"""The word of consent_purpose that an application's consent is for."""


def application_open(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    key: str,
    offering: str,
    amount_fen: int,
    months: int,
    purpose: str,
    security: Sequence[str] = (),
    note: str = "",
) -> Case:
    """Draft an application for an offering; posted twice with one key it is one application."""
    fields = {
        "asked_fen": amount_fen,
        "asked_months": months,
        "purpose": purpose,
        "security": list(security),
        "note": note,
    }
    return application_draft(actor, at=at, today=today, key=key, offering=offering, fields=fields)


@transaction.atomic
def application_draft(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    key: str,
    offering: str,
    fields: dict[str, Any],
) -> Case:
    """Draft an application from what a form says."""
    actor.need("case.open")
    opened, _ = case_open(
        actor,
        at=at,
        today=today,
        kind=APPLICATION,
        key=key,
        fields=fields,
        offering=offering,
        institution=institution_of(actor, offering, today).id,
    )
    return opened


@transaction.atomic
def application_submit(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    case: UUID,
    consent_until: dt.datetime | None = None,
) -> Case:
    """Submit a draft; with `consent_until` the subject also consents to the reading it lacks.

    The offering's own rule is asked as soon as this is committed.
    """
    found = case_of_kind(actor, case, APPLICATION)
    if consent_until is not None and found.offering in pack_on(today).offerings:
        assert found.institution_id is not None
        assert found.offering is not None
        missing = items_missing(
            actor,
            subject=found.subject_id,
            institution=found.institution_id,
            offering=found.offering,
            at=at,
            today=today,
            case_id=found.id,
        )
        if missing.own:
            consent_give(
                actor,
                at=at,
                today=today,
                subject=found.subject_id,
                reader=found.institution_id,
                purpose=PURPOSE,
                items=missing.own,
                valid_until=consent_until,
                case_id=found.id,
            )
    return case_move(actor, at=at, today=today, case=case, move="submit").case


def application_withdraw(
    actor: Actor, *, at: dt.datetime, today: dt.date, case: UUID, reasons: Sequence[str]
) -> Case:
    """Take an application back before it is decided."""
    return _moved(actor, at, today, case, "withdraw", reasons=reasons)


def application_take(actor: Actor, *, at: dt.datetime, today: dt.date, case: UUID) -> Case:
    """Take an application from the queue."""
    return _moved(actor, at, today, case, "take")


def case_ask_more(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    case: UUID,
    question: str,
    reasons: Sequence[str],
) -> Case:
    """Ask the applicant for papers or an explanation."""
    fields = {"question": question}
    return _moved(actor, at, today, case, "ask", fields=fields, reasons=reasons)


def case_reply(actor: Actor, *, at: dt.datetime, today: dt.date, case: UUID, answer: str) -> Case:
    """Supply what was asked for."""
    return _moved(actor, at, today, case, "supply", fields={"answer": answer})


def application_propose(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    case: UUID,
    amount_fen: int,
    rate_bp: int,
    months: int,
    opinion: str,
) -> Case:
    """Propose an approval for another person to agree to."""
    fields = {
        "granted_fen": amount_fen,
        "granted_bp": rate_bp,
        "granted_months": months,
        "opinion": opinion,
    }
    return _moved(actor, at, today, case, "propose", fields=fields)


def application_approve(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    case: UUID,
    amount_fen: int | None = None,
    rate_bp: int | None = None,
    months: int | None = None,
    explanation: str = "",
) -> Case:
    """Approve: agree to what another proposed, or up to the workflow's limit decide alone."""
    if amount_fen is None:
        fields: dict[str, Any] = {"explanation": explanation}
        return _moved(actor, at, today, case, "approve", fields=fields)
    fields = {
        "granted_fen": amount_fen,
        "granted_bp": rate_bp,
        "granted_months": months,
        "explanation": explanation,
    }
    return _moved(actor, at, today, case, "approve_alone", fields=fields)


def application_decline(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    case: UUID,
    reasons: Sequence[str],
    explanation: str = "",
) -> Case:
    """Decline with at least one reason of the vocabulary, on the first look or the second."""
    found = case_of_kind(actor, case, APPLICATION)
    move = "decline_proposal" if found.state == "proposed" else "decline"
    fields = {"explanation": explanation}
    return _moved(actor, at, today, case, move, fields=fields, reasons=reasons)


def offer_accept(actor: Actor, *, at: dt.datetime, today: dt.date, case: UUID) -> Agreement:
    """Accept what was approved, which makes the agreement."""
    step = case_move(actor, at=at, today=today, case=case, move="accept")
    made: Agreement = step.made["open_agreement"]
    return made


def offer_decline(
    actor: Actor, *, at: dt.datetime, today: dt.date, case: UUID, reasons: Sequence[str]
) -> Case:
    """Turn down what was approved; the quota it took is given back."""
    return _moved(actor, at, today, case, "turn_down", reasons=reasons)


def _moved(
    actor: Actor,
    at: dt.datetime,
    today: dt.date,
    case: UUID,
    move: str,
    *,
    fields: dict[str, Any] | None = None,
    reasons: Sequence[str] = (),
) -> Case:
    return case_move(
        actor, at=at, today=today, case=case, move=move, fields=fields, reasons=reasons
    ).case
