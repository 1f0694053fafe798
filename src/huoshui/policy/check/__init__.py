"""What must hold across the files of a pack: names exist, citations lead somewhere, types agree.

`check(pack)` gives every fault at once, in the order of the files.
"""

from __future__ import annotations

from huoshui.kernel.errors import Problem
from huoshui.policy.check import (
    citations,
    definitions,
    expressions,
    lending,
    linkages,
    listings,
    postings,
    roles,
    schemes,
    seats,
    sharing,
    subsidies,
    tables,
    timelines,
    workflows,
)
from huoshui.policy.pack import Pack

CHECKS = (
    citations.check,
    definitions.check,
    expressions.check,
    tables.check,
    sharing.check,
    subsidies.check,
    lending.check,
    linkages.check,
    listings.check,
    postings.check,
    roles.check,
    schemes.check,
    seats.check,
    timelines.check,
    workflows.check,
)
"""Each takes a pack and yields problems; they run in this order."""


def check(pack: Pack) -> list[Problem]:
    """Give everything that does not fit together, sorted by file and line."""
    found = [problem for part in CHECKS for problem in part(pack)]
    return sorted(
        found, key=lambda p: (p.where.file or "", p.where.line or 0) if p.where else ("", 0)
    )


__all__ = ["CHECKS", "check"]
