"""A tailored product is proposed for the region's list, to an office that keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.actions.moving import case_open
from huoshui.web.cases.models import Case
from huoshui.web.cases.queries.cases import LISTING
from huoshui.web.cases.queries.offices import offices
from huoshui.web.cases.rules.refusals import ProposalRefusal


@transaction.atomic
def listing_propose(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    key: str,
    office: str,
    fields: Mapping[str, Any],
) -> Case:
    """Propose a product to an office, by its code; posted twice with one key it is one proposal."""
    actor.need("listing.propose")
    found = {each.code: each for each in offices(actor, today)}
    if office not in found:
        raise ProposalRefusal.NO_OFFICE.refuse(office=office or "—")
    case, _ = case_open(
        actor,
        at=at,
        today=today,
        kind=LISTING,
        key=key,
        fields=fields,
        institution=found[office].id,
    )
    return case
