"""Dates, day counts, holidays and annuities against libraries that others made and use.

QuantLib answers for day counts, rolled dates, business days and coupons; numpy-financial for level
payments; chinesecalendar for the holidays of the notices.
"""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import chinese_calendar
import numpy_financial
import pytest
import QuantLib

from huoshui.cashflow.businessday import moved, weekdays
from huoshui.cashflow.calendar import Calendar, calendar_of
from huoshui.cashflow.cycles import cycle, dates
from huoshui.cashflow.daycount import year_fraction
from huoshui.cashflow.loans import LoanTerms, Method, schedule
from huoshui.cashflow.prepayment import Keep, prepaid
from huoshui.cashflow.rates import Fixed
from huoshui.policy.loader import load
from tests.given import ROOT

COUNTERS = {
    "A360": QuantLib.Actual360(),
    "A365": QuantLib.Actual365Fixed(),
    "AA": QuantLib.ActualActual(QuantLib.ActualActual.ISDA),
    "30E360": QuantLib.Thirty360(QuantLib.Thirty360.European),
}
CONVENTIONS = {
    "SCF": QuantLib.Following,
    "SCMF": QuantLib.ModifiedFollowing,
    "SCP": QuantLib.Preceding,
    "SCMP": QuantLib.ModifiedPreceding,
}


@pytest.fixture(scope="module")
def china() -> Calendar:
    return calendar_of(load([ROOT / "packs/common"], asof=dt.date(2026, 11, 20)), "china")


def theirs(day: dt.date) -> QuantLib.Date:
    return QuantLib.Date(day.day, day.month, day.year)


def ours(day: QuantLib.Date) -> dt.date:
    return dt.date(day.year(), day.month(), day.dayOfMonth())


def spans(count: int, seed: int) -> list[tuple[dt.date, dt.date]]:
    chance = random.Random(seed)
    first = dt.date(2000, 1, 1)
    starts = [first + dt.timedelta(days=chance.randrange(15_000)) for _ in range(count)]
    return [(start, start + dt.timedelta(days=chance.randrange(1, 4_000))) for start in starts]


@pytest.mark.parametrize("convention", COUNTERS)
def test_day_counts_are_those_of_quantlib(convention, random_seed):
    for start, end in spans(400, random_seed):
        expected = COUNTERS[convention].yearFraction(theirs(start), theirs(end))
        assert float(year_fraction(start, end, convention)) == pytest.approx(expected, abs=1e-12)


def test_the_isda_day_count_knows_a_contract_s_last_day(random_seed):
    for start, end in [*spans(300, random_seed), (dt.date(2025, 8, 31), dt.date(2026, 2, 28))]:
        for last in (end, dt.date(2099, 12, 31)):
            counter = QuantLib.Thirty360(QuantLib.Thirty360.ISDA, theirs(last))
            expected = counter.yearFraction(theirs(start), theirs(end))
            found = float(year_fraction(start, end, "30E360ISDA", maturity=last))
            assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("is_month_end", [False, True])
def test_dates_come_round_as_those_of_quantlib(is_month_end, random_seed):
    none = QuantLib.NullCalendar()
    for start, end in spans(150, random_seed):
        for text, period in (("P1ML1", "1M"), ("P3ML1", "3M"), ("P1YL1", "1Y"), ("P2WL1", "2W")):
            made = QuantLib.Schedule(
                *(theirs(start), theirs(end), QuantLib.Period(period), none),
                *(QuantLib.Unadjusted, QuantLib.Unadjusted),
                *(QuantLib.DateGeneration.Forward, is_month_end and "W" not in text),
            )
            found = dates(
                dt.datetime.combine(start, dt.time()),
                cycle(text),
                dt.datetime.combine(end, dt.time()),
                month_end=is_month_end,
                with_end=True,
            )
            assert [time.date() for time in found] == [ours(day) for day in made]


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_days_move_as_those_of_quantlib(convention, random_seed):
    calendar = QuantLib.WeekendsOnly()
    for day, _ in spans(300, random_seed):
        expected = ours(calendar.adjust(theirs(day), CONVENTIONS[convention]))
        assert moved(day, convention, weekdays) == expected


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_calendar_is_that_of_chinesecalendar_and_of_the_interbank_market(china, year):
    interbank = QuantLib.China(QuantLib.China.IB)
    day = dt.date(year, 1, 1)
    while day.year == year:
        assert china.is_business_day(day) == chinese_calendar.is_workday(day), day
        assert china.is_business_day(day) == interbank.isBusinessDay(theirs(day)), day
        day += dt.timedelta(days=1)


def loan(months: int, fen: int, rate: Decimal, **said: object) -> LoanTerms:
    drawn = dt.date(2026, 1, 15)
    years, month = divmod(months, 12)
    terms = {"method": Method.LEVEL_PAYMENT, "day_count": "months_and_days", **said}
    return LoanTerms(
        principal_fen=fen,
        drawn_on=drawn,
        matures_on=dt.date(2026 + years, 1 + month, 15),
        rate=Fixed(rate),
        **terms,
    )


@pytest.mark.parametrize("months", [6, 12, 35, 120, 360])
@pytest.mark.parametrize("rate", ["0.0001", "0.0435", "0.24"])
def test_level_payments_are_those_of_numpy_financial(months, rate):
    fen, monthly = 123_456_789, float(rate) / 12
    laid = schedule(loan(months, fen, Decimal(rate)))
    payment = -numpy_financial.pmt(monthly, months, fen)
    assert len(laid) == months
    assert laid[0].payment_fen == round(payment)
    for n in (1, months // 2, months - 1):
        due = -numpy_financial.ipmt(monthly, n, months, fen)
        drift = (1 + monthly) ** n  # half a fen of payment and of interest, and their interest
        assert laid[n - 1].interest_fen == pytest.approx(float(due), abs=drift)
    assert laid[-1].payment_fen == pytest.approx(float(payment), abs=drift / monthly)


def test_a_shortened_term_is_that_of_numpy_financial():
    terms = loan(60, 50_000_000, Decimal("0.048"))
    laid = schedule(terms)
    found = prepaid(
        terms, on=laid[24].period_from, principal_fen=10_000_000, keep=Keep.PAYMENT, laid=laid
    )
    left = laid[24].opening_fen - 10_000_000
    periods = numpy_financial.nper(0.004, -laid[0].payment_fen, left)
    assert len(found.remaining) == -(-float(periods) // 1)


def test_interest_first_pays_the_coupons_of_a_bond_of_quantlib():
    terms = loan(24, 100_000_000, Decimal("0.0385"), method=Method.INTEREST_FIRST, day_count="A360")
    laid = schedule(terms)
    days = [terms.drawn_on, *(each.period_until for each in laid)]
    QuantLib.Settings.instance().evaluationDate = theirs(terms.drawn_on)
    bond = QuantLib.FixedRateBond(
        0, terms.principal_fen, QuantLib.Schedule([theirs(day) for day in days]),
        [0.0385], QuantLib.Actual360(),
    )  # fmt: skip
    expected = [flow.amount() for flow in bond.cashflows()][:-1]
    assert [each.interest_fen for each in laid] == [pytest.approx(e, abs=0.51) for e in expected]
