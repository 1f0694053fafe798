"""Quotas are set by the institution, taken by approvals and given back when those come to nothing.

Who takes or gives back holds the quota's row, so that two at once are one after the other; the
table's own constraint refuses what the program would miss.
"""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager, nullcontext
from uuid import UUID

from django.db import transaction

from huoshui.kernel.money import written
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import BY_RULE, Actor
from huoshui.web.cases.models import Case, Quota, QuotaUse
from huoshui.web.cases.queries.quotas import offerings_of, stated_quota
from huoshui.web.cases.rules.refusals import QuotaRefusal

TAKEN, GIVEN_BACK = "taken", "given_back"
RULE = BY_RULE
"""By whom a quota was set that nobody set: the offering's file states it."""


def rule_actor(case: Case) -> Actor:
    """Give who acts where an offering's rule does: the institution, without a person."""
    return Actor(
        "institution", f"{RULE}: {case.offering}", institution=case.institution_id, role=None
    )


def in_the_institutions_name(actor: Actor, case: Case) -> AbstractContextManager[Actor]:
    """Act for the institution where somebody else's move touches what is the institution's."""
    if actor.kind == "system" or actor.institution == case.institution_id:
        return nullcontext(actor)
    return acting(rule_actor(case))


@transaction.atomic
def quota_set(
    actor: Actor, *, at: dt.datetime, today: dt.date, offering: str, total_fen: int
) -> Quota:
    """Set how much the institution lends by an offering of its own this year."""
    actor.need("quota.set")
    assert actor.institution is not None, "only institutions set quotas"
    if offering not in {each.id for each in offerings_of(actor, pack_on(today))}:
        raise QuotaRefusal.NOT_OWN.refuse(offering=offering)
    if total_fen < 0:
        raise QuotaRefusal.NEGATIVE.refuse(total=written(total_fen))
    quota = _held(
        institution=actor.institution,
        offering=offering,
        today=today,
        at=at,
        total_fen=total_fen,
        by=actor.label,
    )
    if total_fen < quota.taken_fen:
        raise QuotaRefusal.BELOW_TAKEN.refuse(
            total=written(total_fen), taken=written(quota.taken_fen)
        )
    before = quota.total_fen
    quota.total_fen, quota.set_at, quota.set_by_name = total_fen, at, actor.label
    quota.save(update_fields=["total_fen", "set_at", "set_by_name"])
    entry_add(
        actor,
        at=at,
        action="quota.set",
        object_kind="quota",
        object_id=f"{offering} {today.year}",
        institution=actor.institution,
        payload={"total_fen": total_fen, "before_fen": before, "taken_fen": quota.taken_fen},
    )
    return quota


def quota_hold(actor: Actor, *, at: dt.datetime, today: dt.date, case: Case) -> Quota | None:
    """Hold the quota that an application draws on; None where the offering has none.

    One that the offering's file states is written down when it is first drawn on.
    """
    assert case.offering is not None
    assert case.institution_id is not None
    pack = pack_on(today)
    stated = stated_quota(pack, case.offering) if case.offering in pack.offerings else None
    if stated is None:
        return (
            Quota.objects.select_for_update()
            .filter(institution_id=case.institution_id, offering=case.offering, year=today.year)
            .first()
        )
    return _held(
        institution=case.institution_id,
        offering=case.offering,
        today=today,
        at=at,
        total_fen=stated,
        by=RULE,
    )


def quota_take(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    case: Case,
    amount_fen: int,
    is_automatic: bool,
) -> None:
    """Take an approved amount from the quota, if the offering has one, or refuse."""
    quota = quota_hold(actor, at=at, today=today, case=case)
    if quota is None:
        return
    left = quota.total_fen - quota.taken_fen
    if amount_fen > left:
        raise QuotaRefusal.USED_UP.refuse(
            offering=quota.offering,
            year=quota.year,
            left=written(left),
            wanted=written(amount_fen),
        )
    _use(quota, case, TAKEN, amount_fen, at=at, today=today, is_automatic=is_automatic)


def quota_give_back(actor: Actor, *, at: dt.datetime, today: dt.date, case: Case) -> None:
    """Give back what a case took; nothing where it took nothing."""
    with in_the_institutions_name(actor, case):
        taken = QuotaUse.objects.filter(case=case, kind=TAKEN).first()
        if taken is None:
            return
        quota = Quota.objects.select_for_update().get(id=taken.quota_id)
        _use(
            quota,
            case,
            GIVEN_BACK,
            taken.amount_fen,
            at=at,
            today=today,
            is_automatic=taken.automatic,
        )


def _held(
    *, institution: UUID, offering: str, today: dt.date, at: dt.datetime, total_fen: int, by: str
) -> Quota:
    row = Quota(
        institution_id=institution,
        offering=offering,
        year=today.year,
        total_fen=total_fen,
        set_at=at,
        set_by_name=by,
    )
    Quota.objects.bulk_create([row], ignore_conflicts=True)
    return Quota.objects.select_for_update().get(
        institution_id=institution, offering=offering, year=today.year
    )


def _use(
    quota: Quota,
    case: Case,
    kind: str,
    amount_fen: int,
    *,
    at: dt.datetime,
    today: dt.date,
    is_automatic: bool,
) -> None:
    quota.taken_fen += amount_fen if kind == TAKEN else -amount_fen
    quota.save(update_fields=["taken_fen"])
    QuotaUse.objects.create(
        quota=quota,
        institution_id=quota.institution_id,
        subject_id=case.subject_id,
        case=case,
        kind=kind,
        automatic=is_automatic,
        amount_fen=amount_fen,
        on=today,
        at=at,
    )
