"""What a move brings about beside its state, by the word that workflows have for it."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from huoshui.policy.schema import EFFECTS as KNOWN
from huoshui.web.agreements.actions.agreements import Offer, agreement_make
from huoshui.web.agreements.models import Agreement
from huoshui.web.cases.actions.deciding import DECIDE, decide_soon, decision_write
from huoshui.web.cases.actions.evidence import evidence_read
from huoshui.web.cases.actions.moving import EFFECTS, Step, case_open
from huoshui.web.cases.actions.quotas import quota_give_back, quota_hold, quota_take
from huoshui.web.cases.models import Case
from huoshui.web.cases.queries.cases import APPLICATION, machine_on
from huoshui.web.cases.queries.offers import institution_of
from huoshui.web.delivery.actions.jobs import job_ask


def _ask_rule(step: Step) -> None:
    """Ask the rule as soon as this transaction is committed, and by a job in case that is lost."""
    case = step.case
    job_ask(
        step.actor,
        at=step.at,
        task=DECIDE,
        args={"case": str(case.id), "today": step.today.isoformat()},
        key=f"{case.id}:{step.n}",
        subject=case.subject_id,
    )
    transaction.on_commit(partial(decide_soon, case, at=step.at, today=step.today), robust=True)


def _approve(step: Step) -> None:
    fields = step.moved.case.fields
    _decide(step, "approved", fields)


def _decline(step: Step) -> None:
    _decide(step, "declined", {})


def _decide(step: Step, outcome: str, granted: object) -> None:
    assert isinstance(granted, dict)
    evidence = step.evidence
    if evidence is None:
        quota = quota_hold(step.actor, at=step.at, today=step.today, case=step.case)
        evidence = evidence_read(
            step.actor, at=step.at, today=step.today, case=step.case, quota=quota
        )
    decided = decision_write(
        step.actor,
        at=step.at,
        today=step.today,
        case=step.case,
        n=step.n,
        outcome=outcome,
        is_automatic=step.is_automatic,
        amount_fen=granted.get("granted_fen"),
        rate_bp=granted.get("granted_bp"),
        months=granted.get("granted_months"),
        reasons=[{"code": code} for code in step.reasons],
        evidence=evidence,
        pack_digest=step.pack.digest,
    )
    step.made["decision"] = {
        "id": str(decided.id),
        "outcome": outcome,
        "amount_fen": decided.amount_fen,
        "evidence_sha256": decided.evidence_sha256,
    }


def _take_quota(step: Step) -> None:
    quota_take(
        step.actor,
        at=step.at,
        today=step.today,
        case=step.case,
        amount_fen=step.moved.case.fields["granted_fen"],  # type: ignore[arg-type]
        is_automatic=step.is_automatic,
    )


def _give_back_quota(step: Step) -> None:
    quota_give_back(step.actor, at=step.at, today=step.today, case=step.case)


def _open_agreement(step: Step) -> Agreement:
    case, fields = step.case, step.case.fields
    assert case.offering is not None
    assert case.institution_id is not None
    # The offering may have ended since: what was approved stands, by the rules it was under.
    offering = step.pack.offerings.get(case.offering)
    conditions = offering.conditions if offering else ()
    return agreement_make(
        step.actor,
        at=step.at,
        on=step.today,
        offer=Offer(
            ref=f"L{case.ref}",
            kind=offering.kind if offering else "loan",
            offering=case.offering,
            institution=case.institution_id,
            subject=case.subject_id,
            subject_name=case.subject_name,
            case=case.id,
            amount_fen=fields["granted_fen"],
            rate_bp=fields.get("granted_bp"),
            fee_bp=None,
            months=fields.get("granted_months"),
            pack_digest=step.pack.digest,
            conditions=[(c.id, c.label.model_dump()) for c in conditions],
        ),
    )


def _open_application(step: Step) -> Case:
    """Draft an application from a need: what was needed is what is asked for."""
    offering = str(step.moved.said["offering"])
    machine = machine_on(APPLICATION, step.today)
    asked = machine.fields_of(machine.workflow.opening)
    fields = {name: value for name, value in step.case.fields.items() if name in asked}
    opened, _ = case_open(
        step.actor,
        at=step.at,
        today=step.today,
        kind=APPLICATION,
        key=f"need:{step.case.id}",
        fields=fields,
        offering=offering,
        institution=institution_of(step.actor, offering, step.today).id,
        parent=step.case,
    )
    return opened


def _answer(step: Step) -> None:
    """Keep nothing more: the answer is the move, which the subject and the institution see."""


EFFECTS |= {
    "ask_rule": _ask_rule,
    "approve": _approve,
    "decline": _decline,
    "take_quota": _take_quota,
    "give_back_quota": _give_back_quota,
    "open_agreement": _open_agreement,
    "open_application": _open_application,
    "answer": _answer,
}
assert set(EFFECTS) == set(KNOWN), "each effect that workflows may name is carried out"
