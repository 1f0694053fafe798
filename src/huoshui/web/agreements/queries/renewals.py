"""Renewals without repayment: what the packs ask, what is known, which agreements may settle."""

from __future__ import annotations

import datetime as dt
from typing import Any

from huoshui.policy.deciding import prepare
from huoshui.policy.pack import Pack
from huoshui.web.agreements.models import Agreement, AgreementEvent
from huoshui.web.agreements.queries.loans import Loan
from huoshui.web.agreements.rules.states import MADE, READY
from huoshui.web.audit.rules.actor import Actor

RENEWALS = "renewal_without_repayment"
"""The table that says whether a loan may be renewed, and whether its class is kept."""

KNOWN = ("matures_on", "signed_on", "has_interest_arrears")
"""What the platform knows of a renewal, so that nobody is asked."""


def renewal_asks(pack: Pack) -> list[str]:
    """Name what the table reads and the platform does not know."""
    prepared = prepare(pack, RENEWALS)
    read = {name for when in prepared.whens if when is not None for name in when.columns}
    inputs = list(prepared.table.inputs)
    columns = sorted(read - set(inputs))
    return [name for name in [*columns, *inputs] if name in read and name not in KNOWN]


def renewal_known(loan: Loan, new: Agreement, *, on: dt.date) -> dict[str, Any]:
    """Give what the platform knows of a renewal on a day."""
    state = loan.state(on)
    made = AgreementEvent.objects.filter(agreement=new, kind=MADE).values_list("on", flat=True)
    return {
        "matures_on": state.matures_on,
        "signed_on": made.first(),
        "has_interest_arrears": any(each.interest_left_fen for each in state.overdue),
    }


def renewals_open(viewer: Actor, old: Agreement) -> list[Agreement]:
    """Give the agreements that may settle a loan: the same two sides, and nothing drawn yet."""
    rows = Agreement.objects.filter(
        institution_id=old.institution_id, subject_id=old.subject_id, kind=old.kind, state=READY
    )
    return list(rows.exclude(id=old.id).order_by("-made_at", "id"))
