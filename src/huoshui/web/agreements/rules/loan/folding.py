"""The fold: a contract and what happened to it, as known at an event, as of a day.

The same events give the same state in whatever order they came in, and a reversed event leaves no
trace in it: a correction entered late is a replay, not a repair.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable

from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.deeds import happen
from huoshui.web.agreements.rules.loan.events import Event, standing
from huoshui.web.agreements.rules.loan.state import LoanState
from huoshui.web.agreements.rules.loan.walk import Walk


def fold(
    contract: Contract, events: Iterable[Event], *, asof: dt.date, known: int | None = None
) -> LoanState:
    """Give a loan's state at the end of a day, as known at an event; unknown events are not there.

    Interest of the night after the day is the next day's: a loan drawn and repaid on one day bears
    none.
    """
    return folded(contract, (e for e in standing(events, known=known) if e.on <= asof), asof=asof)


def folded(contract: Contract, ordered: Iterable[Event], *, asof: dt.date) -> LoanState:
    """Fold events that stand, in their order, none after the day."""
    return walked(contract, ordered, asof=asof).state()


def walked(contract: Contract, ordered: Iterable[Event], *, asof: dt.date) -> Walk:
    """Walk through events that stand, in their order, none after the day; it may be gone on."""
    events = list(ordered)
    first = events[0].on if events else asof
    return gone_on(Walk(contract, first, contract.matures_on, contract.planner), events, asof=asof)


def gone_on(walk: Walk, ordered: Iterable[Event], *, asof: dt.date) -> Walk:
    """Go on from where a walk stands through events that it has not met, none after the day."""
    left = deque(ordered)
    while True:
        while left and left[0].on == walk.day:
            happen(left.popleft().act, walk)
        walk.turn()
        if walk.day == asof:
            return walk
        stops = [asof, walk.next_day() or asof, left[0].on if left else asof]
        walk.pass_to(min(stops))
        walk.turn()
