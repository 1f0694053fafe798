"""When a loan's class changes by time alone, so that nobody asks a million loans every night.

Days of lateness only ever make a class worse, so the next change is found by halving; what keeps
a loan bad is let go after whole months, so those are asked on their days.  Answers are remembered,
since most loans that are late are judged alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from huoshui.kernel.period import add_months, months_between
from huoshui.web.agreements.rules.loan.classing import Classed, Classing, classed
from huoshui.web.agreements.rules.loan.state import LoanState

LATEST_DAYS = 3_660
"""No table of classes counts more days of lateness."""


@dataclass(frozen=True)
class Change:
    """A loan's class on a day, and when it has to be asked for again."""

    name: str | None
    asked_on: dt.date | None


@dataclass
class Reclassing:
    """Classes of many loans by one pack's tables."""

    classing: Classing
    _known: dict[Hashable, Classed] = field(default_factory=dict)
    _steps: dict[Hashable, int | None] = field(default_factory=dict)

    def change(self, state: LoanState) -> Change:
        """Give a loan's class, and the next day on which time alone may change it."""
        found = self.classed(state)
        if state.overdue_days:
            days = self._days_to_change(state, found.name)
            return Change(found.name, days and state.asof + dt.timedelta(days))
        cleared = [each.cleared_on for each in state.spells if each.cleared_on]
        if found.upgrade is not None and cleared:
            months = months_between(state.asof, max(cleared)) + 1
            return Change(found.name, add_months(max(cleared), months))
        return Change(found.name, None)

    def classed(self, state: LoanState) -> Classed:
        """Give a loan's class, and why."""
        key = _key(state)
        if key is None:
            return classed(state, self.classing)
        if key not in self._known:
            self._known[key] = classed(state, self.classing)
        return self._known[key]

    def _days_to_change(self, state: LoanState, name: str | None) -> int | None:
        key = _key(state)
        if key is None or key not in self._steps:
            steps = self._searched(state, name)
            if key is None:
                return steps
            self._steps[key] = steps
        return self._steps[key]

    def _searched(self, state: LoanState, name: str | None) -> int | None:
        low, high = 1, max(1, LATEST_DAYS - state.overdue_days)
        if self.classed(_later(state, high)).name == name:
            return None
        while low < high:
            middle = (low + high) // 2
            if self.classed(_later(state, middle)).name == name:
                low = middle + 1
            else:
                high = middle
        return low


def _later(state: LoanState, days: int) -> LoanState:
    """Give the state some days on, if nothing is paid."""
    spells = state.spells
    if spells and spells[-1].cleared_on is None:
        most = max(spells[-1].days_most, state.overdue_days + days)
        spells = (*spells[:-1], replace(spells[-1], days_most=most))
    return replace(state, asof=state.asof + dt.timedelta(days), spells=spells)


def _key(state: LoanState) -> Hashable | None:
    """Give all that a class follows from; null where the history of paid lateness counts."""
    if any(each.cleared_on is not None for each in state.spells):
        return None
    judged = tuple(sorted(state.judged.items(), key=str))
    most = tuple(each.days_most for each in state.spells)
    return judged, state.class_set, state.renewals, state.overdue_days, most
