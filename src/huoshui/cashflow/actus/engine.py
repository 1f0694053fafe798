"""Computes the events of many contracts at once, and of one as a portfolio of one.

The nth event of every contract is taken together; within it, contracts at the same kind of event go
through one function as columns.  There is no second implementation for a single contract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huoshui.cashflow.actus.columns import STATES, fixed, openings
from huoshui.cashflow.actus.functions import FUNCTIONS, Moment
from huoshui.cashflow.actus.observed import NOTHING, Observed
from huoshui.cashflow.actus.plans import Plan, analysed, plan
from huoshui.cashflow.actus.steps import Kind
from huoshui.cashflow.actus.terms import Terms, day_of
from huoshui.cashflow.daycount import Days, Floats, ordinal, year_fractions

_LEVEL = ("NAM", "ANN")


@dataclass(frozen=True)
class Happening:
    """An event of a contract: when, what, what it paid, and the state after it."""

    time: dt.datetime
    type: str
    payoff: float
    currency: str
    states: Mapping[str, float]


@dataclass(frozen=True)
class Evaluated:
    """The events of many contracts, contract after contract, each in order of time."""

    contract: NDArray[np.int64]  # which of the contracts given
    time: list[dt.datetime]
    kind: NDArray[np.int64]
    payoff: Floats
    states: Mapping[str, Floats]
    currencies: Sequence[str]

    def of(self, contract: int) -> list[Happening]:
        """Give the events of one contract."""
        first, last = np.searchsorted(self.contract, [contract, contract + 1])
        return [
            Happening(
                self.time[row],
                Kind(int(self.kind[row])).name,
                float(self.payoff[row]),
                self.currencies[contract],
                {name: float(column[row]) for name, column in self.states.items()},
            )
            for row in range(int(first), int(last))
        ]


def evaluate(
    contracts: Sequence[Terms],
    observed: Sequence[Observed] | Observed = NOTHING,
    until: Sequence[dt.datetime | None] | dt.datetime | None = None,
) -> Evaluated:
    """Compute the events of contracts from their status dates on.

    What is observed, and until when to compute, is said once for all or for each.
    """
    seen = [observed] * len(contracts) if isinstance(observed, Observed) else observed
    ends = until if isinstance(until, Sequence) else [until] * len(contracts)
    return _evaluated([plan(*each) for each in zip(contracts, seen, ends, strict=True)])


def state_on(terms: Terms, time: dt.datetime, observed: Observed = NOTHING) -> dict[str, float]:
    """Give the state of one contract at a time, after what happened at it."""
    found = _evaluated([analysed(plan(terms, observed), time)])
    return dict(found.of(0)[-1].states)


def _evaluated(plans: Sequence[Plan]) -> Evaluated:
    run = _Run(plans)
    longest = int(run.counts.max(initial=0))
    for n in range(longest):
        here = np.flatnonzero(run.counts > n)
        rows = run.first[here] + n
        kinds = run.kind[rows]
        for kind in np.unique(kinds):
            run.take(Kind(int(kind)), here[kinds == kind], rows[kinds == kind])
    return run.result()


class _Run:
    """The events of a portfolio laid out in columns, and the state they have reached."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self.plans = plans
        self.steps = [step for each in plans for step in each.steps]
        self.counts = np.array([len(each.steps) for each in plans], dtype=np.int64)
        self.first = np.cumsum(self.counts) - self.counts
        self.contract = np.repeat(np.arange(len(plans)), self.counts)
        self.kind = self._of_steps("kind", np.int64)
        self.value = self._of_steps("value", np.float64)
        self.fee_share = self._of_steps("fee_share", np.float64)
        self.year = self._years_before()
        self.is_level = np.array([each.terms.type in _LEVEL for each in plans], dtype=np.float64)
        self.state, self.terms = openings(plans), fixed(plans, _early(plans))
        self.payoff = np.zeros(len(self.steps))
        self.after = {name: np.zeros(len(self.steps)) for name in STATES}

    def take(self, kind: Kind, here: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        """Take one event of some contracts, all of one kind."""
        state, terms = self.state.at(here), self.terms.at(here)
        performs = state.performs
        moment = Moment(
            year=self.year[rows],
            value=self.value[rows],
            fee_share=self.fee_share[rows],
            is_level=self.is_level[here],
            ladder=self._ladders(rows) if kind == Kind.PRF else np.zeros((0, 0)),
        )
        self.payoff[rows] = FUNCTIONS[kind](state, terms, moment) * performs
        self.state.put(here, state)
        for name, column in self.after.items():
            column[rows] = getattr(state, name)

    def result(self) -> Evaluated:
        """Give the events that are shown."""
        shown = self._of_steps("is_shown", np.bool_)
        paid = self.payoff * self._of_steps("exchange", np.float64)
        return Evaluated(
            contract=self.contract[shown],
            time=[step.time for step in self.steps if step.is_shown],
            kind=self.kind[shown],
            payoff=paid[shown],
            states={name: column[shown] for name, column in self.after.items()},
            currencies=[each.terms.currency for each in self.plans],
        )

    def _of_steps(self, name: str, kind: type[np.generic]) -> NDArray[Any]:
        return np.array([getattr(step, name) for step in self.steps], dtype=kind)

    def _years_before(self) -> Floats:
        days = self._of_steps("day", np.int64)
        before = np.roll(days, 1)
        begun = self.counts > 0
        starts = np.array([each.status_day for each in self.plans], dtype=np.int64)
        before[self.first[begun]] = starts[begun]
        return _years(self.plans, self.contract, before, days)

    def _ladders(self, rows: NDArray[np.int64]) -> Floats:
        ladders = [self.steps[row].ladder or (0.0,) for row in rows]
        found = np.full((len(ladders), max(map(len, ladders))), np.nan)
        for n, ladder in enumerate(ladders):
            found[n, : len(ladder)] = ladder
        return found


def _years(plans: Sequence[Plan], contract: Days, start: Days, end: Days) -> Floats:
    """Give the part of a year before each event, by its contract's convention."""
    names = np.array([each.terms.day_count for each in plans], dtype=object)[contract]
    maturity = np.array([each.maturity_day for each in plans], dtype=np.int64)[contract]
    found = np.zeros(len(end))
    for name in set(names):
        rows = names == name
        found[rows] = year_fractions(start[rows], end[rows], name, maturity[rows])
    return found


def _early(plans: Sequence[Plan]) -> Floats:
    """Give by how much of a year interest begins before the exchange."""
    begins, ends = [], []
    for each in plans:
        exchange = each.terms.exchange_on or each.terms.status_on
        anchor = each.terms.interest_anchor
        early = anchor is not None and anchor < exchange and each.terms.accrued is None
        begins.append(ordinal(day_of(anchor if early and anchor else exchange)))
        ends.append(ordinal(day_of(exchange)))
    numbers = np.arange(len(plans))
    return _years(plans, numbers, np.array(begins, np.int64), np.array(ends, np.int64))
