"""Needs: a subject says what it needs, those that it is shown to answer, and it picks an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Literal
from uuid import UUID

from django.db import transaction

from huoshui import matching
from huoshui.matching import Fit, Need
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.actions.moving import case_move, case_open
from huoshui.web.cases.models import Case, CaseParty, Move
from huoshui.web.cases.queries.cases import NEED, case_of_kind
from huoshui.web.cases.rules.refusals import CaseRefusal
from huoshui.web.delivery.actions.outbox import message_send
from huoshui.web.insights.queries.policy import policy_of
from huoshui.web.insights.queries.profile import known_of
from huoshui.web.insights.queries.snapshots import snapshot_in_use
from huoshui.web.parties.models import Institution, Subject

ALL_THAT_FIT: Literal["all that fit"] = "all that fit"
"""Show a need to every institution with an offering that fits it."""


def need_state(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    key: str,
    amount_fen: int,
    months: int,
    purpose: str,
    security: Sequence[str] = (),
    note: str = "",
    show_to: Collection[str] | Literal["all that fit"] = (),
) -> Case:
    """State a need and show it to the institutions chosen whose offerings fit; nobody by default.

    Posted twice with one key it is one need.
    """
    fields = {
        "asked_fen": amount_fen,
        "asked_months": months,
        "purpose": purpose,
        "security": list(security),
        "note": note,
    }
    return need_draft(actor, at=at, today=today, key=key, fields=fields, show_to=show_to)


@transaction.atomic
def need_draft(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    key: str,
    fields: dict[str, Any],
    show_to: Collection[str] | Literal["all that fit"] = (),
) -> Case:
    """State a need from what a form says; `show_to` names institutions by their codes."""
    need, is_new = case_open(actor, at=at, today=today, kind=NEED, key=key, fields=fields)
    if not is_new or not show_to:
        return need
    by_institution: dict[str, list[str]] = {}
    pack = pack_on(today)
    for fit in fits_of(actor, need):
        offering = pack.offerings.get(fit.offering)
        if offering is not None:
            by_institution.setdefault(offering.institution, []).append(fit.offering)
    wanted = [c for c in by_institution if show_to == ALL_THAT_FIT or c in show_to]
    found = Institution.objects.filter(code__in=wanted)
    label = need.subject_name
    for institution in found:
        CaseParty.objects.create(
            case=need,
            subject_id=need.subject_id,
            institution=institution,
            offerings=by_institution[institution.code],
            since=at,
        )
        message_send(
            actor,
            at=at,
            topic="need.shown",
            body={
                "zh": f"{label}发布了融资需求 {need.ref}，您的产品可能适合",
                "en": f"{label} stated the need {need.ref}; an offering of yours may fit",
                "link": f"/cases/{need.id}",
            },
            key=f"{need.id}:shown",
            institution=institution.id,
        )
    return need


def fits_of(viewer: Actor, need: Case) -> list[Fit]:
    """Give the offerings that fit a need of the viewer's own subject, the best first.

    Nothing where no profile is known of the subject yet.
    """
    fields, subject = need.fields, Subject.objects.get(id=need.subject_id)
    if snapshot_in_use() is None:
        return []
    known = known_of(viewer, subject=subject.id)
    if known is None:
        return []
    policy = policy_of(known.snapshot)
    return matching.answer(
        policy.pack,
        known.row,
        Need(
            fields["asked_fen"],
            fields["asked_months"],
            fields["purpose"],
            frozenset(fields.get("security", ())),
            subject.kind,
        ),
        asof=known.snapshot.asof,
        plan=policy.plan,
    )


def need_answer(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    case: UUID,
    offering: str,
    amount_fen: int | None = None,
    rate_bp: int | None = None,
    note: str = "",
) -> Case:
    """Answer a need with an offering of the institution's own."""
    fields = {
        "offering": offering,
        "answer_fen": amount_fen,
        "answer_bp": rate_bp,
        "answer_note": note,
    }
    return case_move(actor, at=at, today=today, case=case, move="answer", fields=fields).case


@transaction.atomic
def need_apply(actor: Actor, *, at: dt.datetime, today: dt.date, case: UUID, offering: str) -> Case:
    """Draft an application from an answer to a need, and give the application."""
    need = case_of_kind(actor, case, NEED)
    answers = Move.objects.filter(case=need, move="answer")
    if not any(each.fields.get("offering") == offering for each in answers):
        known = pack_on(today).offerings.get(offering)
        raise CaseRefusal.NO_ANSWER.refuse(
            institution=known.institution if known else "—", offering=offering
        )
    step = case_move(
        actor, at=at, today=today, case=case, move="apply", fields={"offering": offering}
    )
    opened: Case = step.made["open_application"]
    return opened


def need_withdraw(
    actor: Actor, *, at: dt.datetime, today: dt.date, case: UUID, reasons: Sequence[str]
) -> Case:
    """Take a need back."""
    return case_move(actor, at=at, today=today, case=case, move="withdraw", reasons=reasons).case
