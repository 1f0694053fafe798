"""What is observed from outside a contract: rates and indices by day, and what befell it."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from huoshui.cashflow.actus.terms import TermRefusal


@dataclass(frozen=True)
class ObservedEvent:
    """Something that no schedule foresees: a credit event, a prepayment, a call."""

    time: dt.datetime
    type: str
    contract_id: str
    value: float = 0.0
    states: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Observed:
    """Series of values by the code of what they measure, and events in order of time."""

    series: Mapping[str, Sequence[tuple[dt.datetime, float]]] = field(default_factory=dict)
    events: tuple[ObservedEvent, ...] = ()

    def value(self, code: str | None, time: dt.datetime) -> float:
        """Give the value in force at a time, the last one known by then, or refuse."""
        known = self.series.get(code or "", ())
        found = bisect.bisect_right(known, time, key=lambda entry: entry[0])
        if found == 0:
            raise TermRefusal.NOT_OBSERVED.refuse(code=code, on=time.isoformat())
        return known[found - 1][1]

    def of(self, contract_id: str) -> list[ObservedEvent]:
        """Give what befell a contract, in order of time."""
        mine = [event for event in self.events if event.contract_id == contract_id]
        return sorted(mine, key=lambda event: event.time)


NOTHING = Observed()
"""Nothing is observed."""
