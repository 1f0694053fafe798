"""How one loan's instalments are laid and its interest counted, by the schedules of `cashflow`.

A schedule laid anew keeps the days of the first one: its periods are those of the loan's whole
life, from the running one on.  Interest is a function of where a balance began to count, never of
the days on which somebody looked.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from huoshui.cashflow.calendar import Calendar
from huoshui.cashflow.loans import LoanTerms, Method, growth, interest, periods, walk
from huoshui.cashflow.loans import Period as Span
from huoshui.cashflow.rates import NO_RATES, Fixed, Rates, resets_between

DAILY = "A360"
"""Penalty interest is counted by days: the rate a day is the rate a year over 360."""


@dataclass(frozen=True)
class Period:
    """A period of the schedule in force; one that rests lets nothing fall due."""

    period_from: dt.date
    period_until: dt.date
    due_on: dt.date
    principal_fen: int
    interest_fen: int
    opening_fen: int
    is_provisional: bool = False
    rests: bool = False


@dataclass(frozen=True)
class Planner:
    """The terms of one loan, with what the world says of rates and business days."""

    terms: LoanTerms  # before the draw, with the day of signing and all that may be drawn
    rates: Rates = NO_RATES
    calendar: Calendar | None = None

    def drawn(
        self, on: dt.date, amount_fen: int, plan: tuple[tuple[dt.date, int], ...] = ()
    ) -> Planner:
        """Take up what was drawn, when, and by which plan it is repaid, where there is one."""
        terms = replace(self.terms, drawn_on=on, principal_fen=amount_fen, plan=plan)
        return replace(self, terms=terms)

    def agreed(self, annual_rate: Decimal | None, matures_on: dt.date) -> LoanTerms:
        """Give the terms as they were changed since; no rate: the contract's."""
        rate = self.terms.rate if annual_rate is None else Fixed(annual_rate)
        return replace(self.terms, rate=rate, matures_on=matures_on)

    def plan(
        self,
        *,
        principal_fen: int,
        start: dt.date,
        matures_on: dt.date,
        annual_rate: Decimal | None,
        kept_fen: int | None = None,
    ) -> list[Period]:
        """Lay the instalments of a principal from a day on.

        `kept_fen` keeps what an instalment was (`kept`), so that a smaller principal ends sooner.
        """
        terms = self.agreed(annual_rate, matures_on)
        spans = [each for each in periods(terms, self.calendar) if each.end > start]
        spans[0] = Span(start, spans[0].end, spans[0].due_on, spans[0].is_provisional)
        if terms.method == Method.STEPPED:
            terms = _shortened_plan(terms, start, principal_fen)
        return [
            Period(
                each.period_from,
                each.period_until,
                each.due_on,
                each.principal_fen,
                each.interest_fen,
                each.opening_fen,
                each.is_provisional,
            )
            for each in walk(terms, spans, principal_fen, self.rates, fixed_fen=kept_fen)
        ]

    def kept(self, period: Period) -> int | None:
        """Give what stays of an instalment when the loan is made shorter; null: nothing does."""
        if self.terms.method == Method.LEVEL_PAYMENT:
            return period.principal_fen + period.interest_fen
        return period.principal_fen if self.terms.method == Method.LEVEL_PRINCIPAL else None

    def rate_on(self, day: dt.date, annual_rate: Decimal | None) -> Decimal:
        """Give the rate of a day."""
        return self.terms.annual_rate(day, self.rates) if annual_rate is None else annual_rate

    def next_reset(self, day: dt.date) -> dt.date | None:
        """Give the next day after one on which the contract's rate is taken up anew."""
        year = dt.timedelta(367)
        start = self.terms.rate_from or self.terms.drawn_on
        return min(resets_between(self.terms.rate, start, day, day + year), default=None)

    def interest(
        self, balance_fen: int, annual_rate: Decimal | None, start: dt.date, end: dt.date
    ) -> Fraction:
        """Count interest exactly, by the contract's days, its resets and its free days."""
        terms = self.agreed(annual_rate, self.terms.matures_on)
        return balance_fen * growth(terms, start, end, self.rates)

    def daily_interest(
        self, balance_fen: int, annual_rate: Decimal, start: dt.date, end: dt.date
    ) -> Fraction:
        """Count interest exactly by days, as penalty interest is counted."""
        return interest(balance_fen, annual_rate, start, end, DAILY)


def _shortened_plan(terms: LoanTerms, start: dt.date, principal_fen: int) -> LoanTerms:
    """Take what was repaid early off the last steps of an agreed plan."""
    steps, room = [], principal_fen
    for day, fen in sorted(terms.plan):
        if day > start and room:
            steps.append((day, min(fen, room)))
            room -= min(fen, room)
    return replace(terms, plan=tuple(steps))
