"""Deciding: by an offering's own rule at once, and what is kept of every decision.

The rule acts for the institution, in a transaction of its own after the applicant's is committed;
a job does the same once more in case that was lost, and finds nothing left to do.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import DatabaseError

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.actions.evidence import Evidence, evidence_read
from huoshui.web.cases.actions.moving import case_move
from huoshui.web.cases.actions.quotas import quota_hold, rule_actor
from huoshui.web.cases.models import Case, Decision, Move
from huoshui.web.cases.queries.cases import machine_on

log = logging.getLogger(__name__)

DECIDE = "cases.decide"
"""The job that asks the rule."""

APPROVE, REFER = "approve_by_rule", "refer"
"""The system's moves in a workflow whose applications a rule may decide."""

NO_RULE, NOTHING_READ = "no_rule", "open_unknown"
"""Words of referral_reason where no rule could be asked."""


def decide_soon(case: Case, *, at: dt.datetime, today: dt.date) -> None:
    """Ask the rule now; what goes wrong here is left to the job."""
    try:
        decide_automatically(case, at=at, today=today)
    except (Refused, DatabaseError) as error:
        log.warning("case %s is left to its job: %s", case.id, error)


def decide_automatically(case: Case, *, at: dt.datetime, today: dt.date) -> Decision | None:
    """Let an offering's rule approve an application or refer it to an officer, once.

    Gives the decision, or None where there is nothing to decide any more, or nothing to read.
    The case and the quota are held throughout, so that nobody takes the last of it in between.
    """
    actor = rule_actor(case)
    with acting(actor):
        return _decided(actor, case, at=at, today=today)


def _decided(actor: Actor, case: Case, *, at: dt.datetime, today: dt.date) -> Decision | None:
    held = Case.objects.select_for_update().filter(id=case.id).first()
    if held is None or not _is_waiting(held, today):
        return None
    pack = pack_on(today)
    offering = pack.offerings.get(held.offering or "")
    if offering is None or offering.automatic is None:
        _refer(actor, held, [NO_RULE], at=at, today=today)
        return None
    quota = quota_hold(actor, at=at, today=today, case=held)
    found = evidence_read(actor, at=at, today=today, case=held, quota=quota)
    if found is None:
        _refer(actor, held, [NOTHING_READ], at=at, today=today)
        return None
    trace = found.trace
    if trace.outcome == "approve":
        step = case_move(
            actor,
            at=at,
            today=today,
            case=held.id,
            move=APPROVE,
            fields={
                "granted_fen": trace.amount_fen,
                "granted_bp": trace.rate_bp,
                "granted_months": trace.months,
            },
            by_rule=True,
            facts={"offering_open": trace.verdict.verdict == "yes"},
            evidence=found,
        )
        return Decision.objects.get(case=held, n=step.n)
    n = _refer(actor, held, trace.codes, at=at, today=today)
    return decision_write(
        actor,
        at=at,
        today=today,
        case=held,
        n=n,
        outcome="referred",
        is_automatic=True,
        amount_fen=None,
        rate_bp=None,
        months=None,
        reasons=found.reasons,
        evidence=found,
        pack_digest=pack.digest,
    )


def _is_waiting(case: Case, today: dt.date) -> bool:
    """Say whether the rule has still to be asked: nobody, the rule included, has moved it since."""
    last = Move.objects.filter(case=case).order_by("-n").values_list("move", flat=True).first()
    move = machine_on(case.kind, today).moves.get(last or "")
    return move is not None and "ask_rule" in move.effects


def _refer(
    actor: Actor, case: Case, reasons: Sequence[str], *, at: dt.datetime, today: dt.date
) -> int:
    step = case_move(
        actor,
        at=at,
        today=today,
        case=case.id,
        move=REFER,
        reasons=tuple(reasons),
        by_rule=True,
    )
    return step.n


def decision_write(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    case: Case,
    n: int,
    outcome: str,
    is_automatic: bool,
    amount_fen: int | None,
    rate_bp: int | None,
    months: int | None,
    reasons: Sequence[Mapping[str, Any]],
    evidence: Evidence | None,
    pack_digest: str,
) -> Decision:
    """Keep a decision with the evidence it rests on; without consent there was none to read."""
    return Decision.objects.create(
        case=case,
        subject_id=case.subject_id,
        institution_id=case.institution_id,
        n=n,
        offering=case.offering,
        outcome=outcome,
        automatic=is_automatic,
        amount_fen=amount_fen,
        rate_bp=None if rate_bp is None else Decimal(rate_bp),
        months=months,
        reasons=list(reasons),
        by=actor.person,
        by_name=actor.label,
        at=at,
        on=today,
        entity=evidence.entity if evidence else "",
        known=evidence.known if evidence else 0,
        asof=evidence.asof if evidence else today,
        pack_digest=evidence.pack_digest if evidence else pack_digest,
        inputs=dict(evidence.inputs) if evidence else {},
        evidence=evidence.text if evidence else None,
        evidence_sha256=evidence.sha256 if evidence else "",
    )
