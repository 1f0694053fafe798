"""Which loans a receipt may be for: those that it names, and those of who paid; none is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from huoshui.web.agreements.models import Agreement
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
