"""An application on its way to an agreement: by the offering's rule, or by one officer or two."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from huoshui.kernel.errors import Refused
from huoshui.simulation.deeds.orders import actor_of, at_of, day_of
from huoshui.web.agreements.actions.agreements import condition_meet
from huoshui.web.agreements.queries.agreements import agreement_of, conditions
from huoshui.web.agreements.rules.refusals import AgreementRefusal
from huoshui.web.audit.actions.acting import acting
from huoshui.web.cases.actions import applications
from huoshui.web.cases.actions.deciding import APPROVE, decide_soon
from huoshui.web.cases.models import Case, Move

CONSENT = dt.timedelta(days=180)
RATE_BP = 430
"""What officers grant where no rule says it."""


def apply(order: dict[str, Any]) -> dict[str, Any]:
    """Take an application to its agreement, from wherever it stands."""
    owner = actor_of(order["owner"])
    said: dict[str, Any] = {"at": at_of(order), "today": day_of(order["today"])}
    with acting(owner):
        case = applications.application_open(
            owner, key=order["key"], offering=order["offering"], amount_fen=order["amount_fen"],
            months=order["months"], purpose=order["purpose"], **said,
        )  # fmt: skip
    if case.state == "draft":
        with acting(owner):
            applications.application_submit(
                owner, case=case.id, consent_until=said["at"] + CONSENT, **said
            )
    elif order.get("again") and _seen(owner, case).state == "submitted":
        decide_soon(case, **said)  # the rule was not asked before it ended: its job does it
    while (found := _seen(owner, case)).state != "accepted":
        _forward(order, found, said)
    with acting(owner):
        made = agreement_of(owner, case.id)
        assert made is not None, "what was accepted has an agreement"
        is_ruled = Move.objects.filter(case=case, move=APPROVE).exists()
        return {
            "agreement": str(made.id), "ref": made.ref, "amount_fen": made.amount_fen,
            "rate_bp": str(made.rate_bp), "months": made.months,
            "by": "rule" if is_ruled else "officers",
            "conditions": [each.code for each in conditions(owner, made)],
        }  # fmt: skip


def _seen(viewer: Any, case: Case) -> Case:
    with acting(viewer):
        found: Case = Case.objects.get(id=case.id)
    return found


def _forward(order: dict[str, Any], case: Case, said: dict[str, Any]) -> None:
    """Make the one move that brings it nearer to an agreement."""
    owner, officer = actor_of(order["owner"]), actor_of(order["officer"])
    approver = actor_of(order["approver"])
    granted = {"amount_fen": order["amount_fen"], "rate_bp": RATE_BP, "months": order["months"]}
    if case.state == "approved":
        with acting(owner):
            applications.offer_accept(owner, case=case.id, **said)
    elif case.state == "submitted":
        with acting(officer):
            applications.application_take(officer, case=case.id, **said)
    elif case.state == "proposed":
        with acting(approver):
            applications.application_approve(approver, case=case.id, **said)
    elif order["eyes"] == 1:
        with acting(officer):
            applications.application_approve(officer, case=case.id, **granted, **said)
    else:
        with acting(officer):
            applications.application_propose(
                officer, case=case.id, opinion="sound", **granted, **said
            )


def conditions_meet(order: dict[str, Any]) -> list[str]:
    """Confirm conditions before a draw; what was confirmed stays so."""
    officer = actor_of(order["officer"])
    for code in order["codes"]:
        try:
            with acting(officer):
                condition_meet(
                    officer, at=at_of(order), on=day_of(order["today"]),
                    agreement=UUID(order["agreement"]), code=code,
                )  # fmt: skip
        except Refused as refused:
            if not order.get("again") or refused.problems[0].code != _MET:
                raise
    return list(order["codes"])


_MET = AgreementRefusal.ALREADY_MET.code

DEEDS = {"apply": apply, "conditions": conditions_meet}
