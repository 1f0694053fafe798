"""Loans that are compared with a bank's core, and those that a receipt may be for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from huoshui.web.agreements.models import Agreement
from huoshui.web.agreements.queries.loans import Loan, loan_of
from huoshui.web.agreements.rules.states import STANDING
from huoshui.web.audit.rules.actor import Actor

SHOWN_MOST = 20


@dataclass(frozen=True)
class Likely:
    """A loan that a receipt may be for, and why it is shown."""

    agreement: Agreement
    is_named: bool  # its reference stands in the receipt


def likely_loans(viewer: Actor, line: Any) -> list[Likely]:
    """Give the standing loans that a receipt names or whose borrower paid it, the named first."""
    said = " ".join((line.end_to_end, line.reference, line.text))
    words = {word.strip("，,。;；:：()（）") for word in said.split()}
    held = Agreement.objects.filter(state__in=STANDING).exclude(state="closed")
    by_name = Q(subject_name=line.party_name) if line.party_name else Q(pk=None)
    rows = list(held.filter(Q(ref__in=words) | by_name).order_by("ref")[:SHOWN_MOST])
    found = [Likely(each, each.ref in said) for each in rows]
    return sorted(found, key=lambda each: not each.is_named)


def standing_loans(viewer: Actor, *, institution: UUID, today: dt.date) -> Iterator[Loan]:
    """Yield an institution's loans that are drawn; each is folded by itself, one in memory."""
    held = Agreement.objects.filter(institution_id=institution, state__in=STANDING)
    for agreement in held.order_by("ref").iterator():
        loan = loan_of(viewer, agreement, today=today)
        if loan is not None:
            yield loan
