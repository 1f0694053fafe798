"""What is known, and of whom: reads for pages and for the apps above."""

from huoshui.web.insights.queries.consented import items_asked
from huoshui.web.insights.queries.policy import Policy, pack_of, plan_of, policy_at, policy_of
from huoshui.web.insights.queries.profile import (
    FeedEvidence,
    Known,
    entity_of,
    evidence,
    known_of,
    row_of,
)
from huoshui.web.insights.queries.prospects import Prospect, Reach, prospects, reach
from huoshui.web.insights.queries.snapshots import (
    Compared,
    counts_compared,
    snapshot_in_use,
    snapshot_latest,
    snapshots,
)

__all__ = [
    "Compared",
    "FeedEvidence",
    "Known",
    "Policy",
    "Prospect",
    "Reach",
    "counts_compared",
    "entity_of",
    "evidence",
    "items_asked",
    "known_of",
    "pack_of",
    "plan_of",
    "policy_at",
    "policy_of",
    "prospects",
    "reach",
    "row_of",
    "snapshot_in_use",
    "snapshot_latest",
    "snapshots",
]
