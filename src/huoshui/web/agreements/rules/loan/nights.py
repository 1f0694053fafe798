"""One night of a loan that is folded: what is booked on the day, and where it stands then.

The walk stops at the end of the day before and goes on from there, so that a fold is made once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.events import Event
from huoshui.web.agreements.rules.loan.folding import gone_on, walked
from huoshui.web.agreements.rules.loan.postings import Posting, booked
from huoshui.web.agreements.rules.loan.state import LoanState
from huoshui.web.agreements.rules.loan.walk import Walk


@dataclass(frozen=True)
class Night:
    """What is booked for a night, all of it on its day, and the loan at the end of that day."""

    postings: tuple[Posting, ...]
    walk: Walk
    state: LoanState


def night_of(contract: Contract, standing: Sequence[Event], *, day: dt.date) -> Night:
    """Fold the night before a day, of events that stand, in their order."""
    before = day - dt.timedelta(1)
    walk = walked(contract, [each for each in standing if each.on <= before], asof=before)
    moves, stretches = len(walk.moves), len(walk.stretches)
    gone_on(walk, [each for each in standing if each.on == day], asof=day)
    found = booked(walk.moves[moves:], walk.stretches[stretches:], planner=walk.planner)
    assert all(each.on == day for each in found), "a night is booked on its day"
    return Night(found, walk, walk.state())
