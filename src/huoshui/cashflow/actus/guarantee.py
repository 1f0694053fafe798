"""A guarantee (CEG): what it covers, when it is called, and what is then paid.

It stands for a share of what the covered contracts owe: the principal (NO), principal and interest
(NI) or their market value (MV).  The first covered credit event before its end calls it; otherwise
it ends with nothing paid.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from huoshui.cashflow.actus.engine import Happening, state_on
from huoshui.cashflow.actus.observed import NOTHING, Observed
from huoshui.cashflow.actus.opening import accrued_since
from huoshui.cashflow.actus.plans import exchange_rate
from huoshui.cashflow.actus.schedules import fee_dates, maturity
from huoshui.cashflow.actus.steps import Kind
from huoshui.cashflow.actus.terms import Reference, TermRefusal, Terms, day_of
from huoshui.cashflow.businessday import moved
from huoshui.cashflow.cycles import on_day
from huoshui.cashflow.daycount import year_fraction

_COVERED = "COVE"


def guarantee(
    terms: Terms, observed: Observed = NOTHING, until: dt.datetime | None = None
) -> list[Happening]:
    """Compute the events of a guarantee in order of time."""
    covered = [each for each in terms.references if each.role == _COVERED]
    end = _end(terms, covered, observed)
    called = _called(terms, covered, observed, end)
    events = sorted(_events(terms, end, called), key=lambda event: (event[0], event[1]))
    book = _Book(terms, covered, observed, end)
    return [book.happen(time, kind) for time, kind in events if until is None or time <= until]


def _end(terms: Terms, covered: list[Reference], observed: Observed) -> dt.datetime:
    """Give when the guarantee ends: as agreed, or with the last of the contracts it covers."""
    if terms.matures_on is not None:
        return terms.matures_on
    ends = [maturity(each.terms, observed, None) for each in covered if each.terms is not None]
    found: dt.datetime = terms.need("maturityDate", max(ends, default=None))
    return found


def _called(
    terms: Terms, covered: list[Reference], observed: Observed, end: dt.datetime
) -> dt.datetime | None:
    """Give when a credit event of the kind that is covered befell a covered contract."""
    if terms.exercised_on is not None:
        return terms.exercised_on
    names = {each.contract_id for each in covered}
    times = [
        event.time
        for event in observed.events
        if event.contract_id in names
        and event.time <= end
        and event.states.get("contractPerformance") in terms.covered_events
    ]
    return min(times, default=None)


def _events(
    terms: Terms, end: dt.datetime, called: dt.datetime | None
) -> Iterator[tuple[dt.datetime, Kind]]:
    """Yield what happens to a guarantee; once it is called nothing but its settlement is left."""
    if terms.purchase_on is not None:
        yield terms.purchase_on, Kind.PRD
    for time in fee_dates(terms, end):
        if called is None or time <= called:
            yield _moved(terms, time), Kind.FP
    if called is None:
        yield end, Kind.MD
        return
    yield called, Kind.XD
    due = terms.settlement.after(called, 1) if terms.settlement is not None else called
    yield _moved(terms, due), Kind.STD


def _moved(terms: Terms, time: dt.datetime) -> dt.datetime:
    day = moved(time.date(), terms.business_days, terms.calendar)
    return on_day(day, time)


class _Book:
    """What a guarantee stands for, and the fee that has accrued on it, event after event."""

    def __init__(
        self, terms: Terms, covered: list[Reference], observed: Observed, end: dt.datetime
    ) -> None:
        self.terms, self.covered, self.observed, self.end = terms, covered, observed, end
        is_held = terms.purchase_on is None or terms.purchase_on <= terms.status_on
        self.amount = self._exposure(terms.status_on) if is_held and terms.status_on < end else 0.0
        self.fee_accrued = terms.fee_accrued or 0.0
        self.last = terms.status_on
        self.exercise: tuple[dt.datetime, float] | None = None

    def happen(self, time: dt.datetime, kind: Kind) -> Happening:
        """Let an event happen: what it pays, and what the guarantee stands for after it."""
        self._accrue(time)
        paid = self._paid(kind)
        if kind in (Kind.PRD, Kind.FP, Kind.XD):
            self.amount = self._exposure(time)
        if kind == Kind.XD:
            self.exercise = time, self.terms.exercise_amount or self.amount
        if kind in (Kind.MD, Kind.STD):
            self.amount = self.fee_accrued = 0.0
        if kind == Kind.FP:
            self.fee_accrued = 0.0
        return Happening(
            time,
            kind.name,
            paid * exchange_rate(self.terms, self.observed, time),
            self.terms.currency,
            {
                "notional": self.amount,
                "fee_accrued": self.fee_accrued,
                "exercise_amount": self.exercise[1] if self.exercise else 0.0,
                **({"exercised_on": self.exercise[0].timestamp()} if self.exercise else {}),
            },
        )

    def _paid(self, kind: Kind) -> float:
        terms = self.terms
        if kind == Kind.PRD:
            return -terms.sign * terms.purchase_price
        if kind == Kind.FP:
            by_sum = terms.sign * (terms.fee_rate or 0.0)
            return by_sum if terms.fee_basis == "A" else self.fee_accrued
        if kind == Kind.STD:
            assert self.exercise is not None, "a settlement follows an exercise"
            return self.exercise[1] + self.fee_accrued
        return 0.0

    def _accrue(self, time: dt.datetime) -> None:
        rate = self.terms.fee_rate or 0.0
        start, day = day_of(self.last), day_of(time)
        self.last = time
        if not rate or day <= start:
            return
        if self.terms.fee_basis == "N":
            year = year_fraction(start, day, self.terms.day_count)
            self.fee_accrued += float(year) * rate * self.amount
            return
        ends = [day_of(each) for each in fee_dates(self.terms, self.end)]
        opened = max((each for each in ends if each <= start), default=start)
        closes = min((each for each in ends if each >= day), default=day)
        share = accrued_since(self.terms, start, day, opened, closes)
        self.fee_accrued += self.terms.sign * rate * share

    def _exposure(self, time: dt.datetime) -> float:
        """Give the share of what is owed that the guarantee stands for."""
        terms = self.terms
        owed = terms.notional
        if owed is None:
            owed = sum(self._owed(each, time) for each in self.covered)
        return terms.coverage * terms.sign * owed

    def _owed(self, each: Reference, time: dt.datetime) -> float:
        if self.terms.exposure == "MV":
            return self.observed.value(each.market_object, time)
        if each.terms is None:
            raise TermRefusal.MISSING.refuse(type="CEG", attribute="notionalPrincipal")
        state = state_on(each.terms, time, self.observed)
        interest = state["accrued"] if self.terms.exposure == "NI" else 0.0
        return state["notional"] + interest
