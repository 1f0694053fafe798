"""Which consents an offering needs before its institution may decide."""

from __future__ import annotations

from huoshui.policy.pack import Pack
from huoshui.web.insights.models import Snapshot
from huoshui.web.insights.queries.policy import policy_of
from huoshui.web.insights.rules.behind import consent_asked, items_of_offering
from huoshui.web.insights.rules.refusals import InsightRefusal


def items_asked(snapshot: Snapshot, offering: str) -> tuple[list[str], list[str]]:
    """Give the items that must be consented to for an offering: the subject's own, and personal."""
    policy = policy_of(snapshot)
    pack: Pack = policy.pack
    if offering not in policy.plan.clauses:
        raise InsightRefusal.NO_OFFERING.refuse(offering=offering)
    return consent_asked(pack, items_of_offering(pack, policy.plan, offering))
