"""The state a contract begins in: what is owed on its status date, and a level payment's size."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from itertools import pairwise

from huoshui.cashflow.actus.schedules import fee_dates, interest_dates, redemptions
from huoshui.cashflow.actus.steps import Opening
from huoshui.cashflow.actus.terms import Terms, day_of
from huoshui.cashflow.daycount import year_fraction


def opening(terms: Terms, end: dt.datetime) -> Opening:
    """Give the state on the status date; nothing is owed before the initial exchange."""
    notional = terms.sign * (terms.notional or 0.0)
    has_begun = terms.exchange_on is not None and terms.exchange_on <= terms.status_on
    owed, rate = (notional, terms.rate or 0.0) if has_begun else (0.0, 0.0)
    base = owed if terms.base == "NT" or not has_begun else fixed_base(terms)
    accrued = _accrued(terms, end, base, rate)
    return Opening(
        notional=owed,
        rate=rate,
        accrued=accrued,
        fee_accrued=_fee_accrued(terms, end, owed),
        notional_scaling=terms.notional_scaling,
        interest_scaling=terms.interest_scaling,
        payment=_payment(terms, end, owed, accrued, rate),
        base=base,
        performs=float(terms.performance not in ("DF", "D")),
    )


def fixed_base(terms: Terms) -> float:
    """Give the sum that interest is counted on where it does not follow the principal."""
    amount = terms.base_amount if terms.base_amount is not None else terms.notional
    return terms.sign * (amount or 0.0)


def first_payment(
    terms: Terms, end: dt.datetime, time: dt.datetime, day: dt.date
) -> tuple[float, ...]:
    """Give the lengths of the periods of a level payment still to come, the first from `day`."""
    until = terms.amortized_on or end
    return _ladder(terms, until, time, day)


def annuity(owed: float, accrued: float, rate: float, ladder: tuple[float, ...]) -> float:
    """Give the level payment that repays what is owed over the periods of a ladder."""
    if not ladder:
        return owed + accrued
    scale = owed + accrued + ladder[0] * rate * owed
    grown, paid = 1.0, 1.0
    for length in ladder[1:]:
        factor = 1.0 + rate * length
        grown *= factor
        paid = paid * factor + 1.0
    return scale * grown / paid


def accrued_since(
    terms: Terms, start: dt.date, day: dt.date, opened: dt.date, closes: dt.date
) -> float:
    """Give the part of a fee period that lies between two days."""
    whole = year_fraction(opened, closes, terms.day_count) if closes > opened else 0
    return float(year_fraction(start, day, terms.day_count) / whole) if whole else 0.0


@lru_cache(maxsize=4096)
def _ladder(terms: Terms, until: dt.datetime, time: dt.datetime, day: dt.date) -> tuple[float, ...]:
    times = [each for each in redemptions(terms, until, with_end=True) if each > time]
    days = [day, *(day_of(each) for each in times)]
    return tuple(
        float(year_fraction(first, last, terms.day_count, maturity=day_of(until)))
        for first, last in pairwise(days)
    )


def _accrued(terms: Terms, end: dt.datetime, base: float, rate: float) -> float:
    if terms.rate is None:
        return 0.0
    if terms.accrued is not None:
        return terms.sign * terms.accrued
    passed = [time for time in interest_dates(terms, end) if time < terms.status_on]
    if not base or not passed:  # before the first interest date the official cases begin with none
        return 0.0
    start, day = day_of(max(passed)), day_of(terms.status_on)
    return float(year_fraction(start, day, terms.day_count, maturity=day_of(end))) * base * rate


def _fee_accrued(terms: Terms, end: dt.datetime, owed: float) -> float:
    if terms.fee_rate is None:
        return 0.0
    if terms.fee_accrued is not None:
        return terms.fee_accrued
    if not owed:
        return 0.0
    times = fee_dates(terms, end)
    before = [time for time in times if time < terms.status_on]
    began = terms.exchange_on or terms.status_on
    start, day = day_of(max(before, default=began)), day_of(terms.status_on)
    if terms.fee_basis == "N":
        return float(year_fraction(start, day, terms.day_count)) * owed * terms.fee_rate
    closes = day_of(min((time for time in times if time >= terms.status_on), default=end))
    return terms.sign * terms.fee_rate * accrued_since(terms, start, day, start, closes)


def _payment(terms: Terms, end: dt.datetime, owed: float, accrued: float, rate: float) -> float:
    """Give the payment next due, signed: as agreed, in equal parts, or level."""
    if terms.payment is not None:
        return terms.sign * terms.payment
    if terms.type == "LAM":
        times = [t for t in redemptions(terms, end, with_end=True) if t > terms.status_on]
        return terms.sign * (terms.notional or 0.0) / max(len(times), 1)
    if terms.type not in ("ANN", "NAM"):
        return 0.0
    if owed:
        ladder = first_payment(terms, end, terms.status_on, day_of(terms.status_on))
        return annuity(owed, accrued, rate, ladder)
    # The first payment falls on the day of the exchange, or the day after it: fixed with it.
    exchange: dt.datetime = terms.need("initialExchangeDate", terms.exchange_on)
    ladder = first_payment(terms, end, exchange - dt.timedelta(days=1), day_of(exchange))
    return annuity(terms.sign * (terms.notional or 0.0), 0.0, terms.rate or 0.0, ladder)
