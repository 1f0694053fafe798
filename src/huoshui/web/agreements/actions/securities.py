"""Give assets as security, note their registration by the office that enters them, end them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from huoshui.kernel.errors import Problem, Refused
from huoshui.web.agreements.actions.agreements import event_add, was_sent
from huoshui.web.agreements.actions.loans import Sent
from huoshui.web.agreements.models import Agreement, AgreementEvent
from huoshui.web.agreements.queries.securities import register_for, securities
from huoshui.web.agreements.rules.refusals import AgreementRefusal
from huoshui.web.agreements.rules.security import (
    Ended,
    Given,
    Registered,
    SecurityAct,
    SecurityRefusal,
    may_give,
    may_register,
    told,
)

PERMISSION = "agreement.confirm"


@transaction.atomic
def security_take(
    sent: Sent, *, agreement: UUID, ref: str, asset: str, act: SecurityAct, on: dt.date
) -> Agreement:
    """Write what happened to a security into its agreement's stream, or refuse it."""
    sent.actor.need(PERMISSION)
    found = Agreement.objects.select_for_update().filter(id=agreement).first()
    if found is None:
        raise AgreementRefusal.UNKNOWN.refuse()
    kind, body = told(ref, asset, act)
    if was_sent(found, key=sent.key, kind=kind, on=on, body=body):
        return found  # type: ignore[no-any-return]
    Refused.raise_any(_problems(sent, found, ref, asset, act))
    count = AgreementEvent.objects.filter(agreement=found).count()
    event_add(sent.actor, found, n=count + 1, kind=kind, at=sent.at, on=on, body=body, key=sent.key)
    return found  # type: ignore[no-any-return]


def _problems(
    sent: Sent, found: Agreement, ref: str, asset: str, act: SecurityAct
) -> list[Problem]:
    register = register_for(found, asset, sent.today)
    known = next(
        (
            each.state
            for each in securities(sent.actor, found, today=sent.today)
            if each.state.ref == ref
        ),
        None,
    )
    if isinstance(act, Given):
        return may_give(known, act, ref=ref)
    if known is None or known.asset != asset:
        return [SecurityRefusal.NOT_GIVEN.problem(ref=ref, on=sent.today)]
    if isinstance(act, Registered):
        return may_register(known, act, register=register)
    if known.ended_on is not None:
        return [SecurityRefusal.ENDED.problem(ref=ref, ended_on=known.ended_on)]
    if not isinstance(act, Ended) and act.value_fen <= 0:
        return [SecurityRefusal.WORTHLESS.problem(amount_fen=act.value_fen)]
    return []
