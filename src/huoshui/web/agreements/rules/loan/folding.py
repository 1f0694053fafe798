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
    left = deque(ordered)
    first = left[0].on if left else asof
    walk = Walk(contract, first, contract.matures_on, contract.planner)
    while True:
        while left and left[0].on == walk.day:
            happen(left.popleft().act, walk)
        walk.turn()
        if walk.day == asof:
            return walk.state()
        stops = [asof, walk.next_day() or asof, left[0].on if left else asof]
        walk.pass_to(min(stops))
        walk.turn()
