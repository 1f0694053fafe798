"""Schedules of Chinese loans: what each way of repaying lays, and what always holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings

from huoshui.cashflow.calendar import Calendar, calendar_of
from huoshui.cashflow.loans import (
    Instalment,
    LoanRefusal,
    LoanTerms,
    Method,
    interest,
    rounded,
    schedule,
)
from huoshui.cashflow.rates import Fixed, Floating, Reset
from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from tests.cashflow.given import DRAWN, LPR, YEAR, loan, loans
from tests.given import ROOT


@pytest.fixture(scope="module")
def china() -> Calendar:
    return calendar_of(load([ROOT / "packs/common"], asof=dt.date(2026, 11, 20)), "china")


def test_every_way_of_repaying_of_the_packs_is_one_that_can_be_laid():
    pack = load([ROOT / "packs/common"], asof=dt.date(2026, 11, 20))
    named = {method for each in pack.lendings.values() for method in each.methods.values()}
    assert named
    assert named <= {each.value for each in Method}


def test_level_payments_are_equal_but_for_the_last_fen():
    laid = schedule(loan())
    assert [each.payment_fen for each in laid] == [1_032_797] * 11 + [1_032_799]
    assert laid[0].interest_fen == 60_000
    assert sum(each.interest_fen for each in laid) == 393_566


def test_level_principal_leaves_the_odd_fen_to_the_last():
    laid = schedule(loan(principal_fen=10_000_003, method=Method.LEVEL_PRINCIPAL))
    assert [each.principal_fen for each in laid] == [833_334] * 11 + [833_329]
    assert laid[1].interest_fen == rounded(Fraction(10_000_003 - 833_334) * Fraction("0.005"))


def test_a_principal_of_a_few_fen_is_never_overpaid():
    laid = schedule(loan(principal_fen=3, method=Method.LEVEL_PRINCIPAL))
    assert sum(each.principal_fen for each in laid) == 3
    assert all(each.closing_fen >= 0 for each in laid)


def test_interest_first_pays_by_actual_days_and_the_principal_at_the_end():
    laid = schedule(loan(method=Method.INTEREST_FIRST, day_count="A360", pay_day=20))
    assert [each.principal_fen for each in laid[:-1]] == [0] * 11
    assert laid[0].interest_fen == 12_000_000 * 6 * 31 // 36_000
    assert laid[-1].principal_fen == 12_000_000


def test_interest_by_quarters_falls_on_the_customary_days():
    terms = loan(method=Method.QUARTERLY_INTEREST, pay_day=20, drawn_on=dt.date(2026, 2, 3))
    assert [str(each.due_on) for each in schedule(terms)] == [
        *("2026-03-20", "2026-06-20", "2026-09-20", "2026-12-20", "2027-01-20"),
    ]


@pytest.mark.parametrize("method", [Method.AT_MATURITY, Method.ON_DEMAND])
def test_everything_falls_due_at_maturity(method):
    (only,) = schedule(loan(method=method, day_count="A360"))
    assert (only.due_on, only.principal_fen) == (YEAR, 12_000_000)
    assert only.interest_fen == 12_000_000 * 6 * 365 // 36_000


def test_a_loan_on_demand_may_settle_interest_by_the_month():
    laid = schedule(loan(method=Method.ON_DEMAND, cycle=1, pay_day=21))
    assert [(each.period_until - each.period_from).days for each in laid][:3] == [1, 31, 28]
    assert [each.principal_fen for each in laid[:-1]] == [0] * 12


def test_the_first_payment_may_be_put_off_and_its_period_is_longer():
    first = dt.date(2026, 3, 21)
    laid = schedule(loan(method=Method.INTEREST_FIRST, pay_day=21, first_due_on=first))
    assert (laid[0].due_on, laid[0].period_from) == (first, DRAWN)


def test_a_stepped_loan_repays_by_its_plan():
    plan = ((dt.date(2026, 6, 20), 3_000_000), (dt.date(2026, 9, 20), 4_000_000), (YEAR, 5_000_000))
    laid = schedule(loan(method=Method.STEPPED, plan=plan, cycle=3))
    assert [(str(each.due_on), each.principal_fen) for each in laid] == [
        *(("2026-04-20", 0), ("2026-06-20", 3_000_000), ("2026-07-20", 0)),
        *(("2026-09-20", 4_000_000), ("2026-10-20", 0), ("2027-01-20", 5_000_000)),
    ]


def test_a_month_end_draw_pays_on_last_days():
    laid = schedule(loan(drawn_on=dt.date(2025, 8, 31), matures_on=dt.date(2026, 2, 28)))
    assert [str(each.due_on) for each in laid][:3] == ["2025-09-30", "2025-10-31", "2025-11-30"]


def test_interest_free_days_bear_none():
    plain = schedule(loan(method=Method.AT_MATURITY, day_count="A360"))[0]
    free = schedule(loan(method=Method.AT_MATURITY, day_count="A360", interest_free_days=30))[0]
    assert plain.interest_fen - free.interest_fen == 12_000_000 * 6 * 30 // 36_000
    (short,) = schedule(loan(method=Method.AT_MATURITY, interest_free_days=400))
    assert short.interest_fen == 0


def test_a_yearly_reset_prices_the_rest_anew_and_fixes_the_payment_again():
    terms = loan(
        drawn_on=dt.date(2025, 3, 20),
        matures_on=dt.date(2027, 3, 20),
        rate=Floating("lpr_1y", 100),
    )
    laid = schedule(terms, rates=LPR)
    assert {each.annual_rate for each in laid[:12]} == {Decimal("0.04")}
    assert {each.annual_rate for each in laid[12:]} == {Decimal("0.039")}
    first, second = {each.payment_fen for each in laid[:12]}, {e.payment_fen for e in laid[12:23]}
    assert len(first) == len(second) == 1
    assert second.pop() < first.pop()


def test_a_reset_within_a_period_splits_its_interest():
    rate = Floating("lpr_1y", 0, Reset.NEW_YEAR)
    terms = loan(
        method=Method.QUARTERLY_INTEREST,
        day_count="A360",
        drawn_on=dt.date(2026, 12, 20),
        matures_on=dt.date(2028, 3, 20),
        rate=rate,
        pay_day=20,
    )
    laid = schedule(terms, rates=LPR)
    crossing = next(each for each in laid if each.period_from == dt.date(2027, 12, 20))
    expected = Fraction(12_000_000, 360) * (12 * Fraction("0.029") + 79 * Fraction("0.0325"))
    assert crossing.interest_fen == rounded(expected)


def test_a_due_day_moves_to_a_business_day_and_interest_with_it_where_that_is_agreed(china):
    said = {"method": Method.INTEREST_FIRST, "day_count": "A360", "matures_on": dt.date(2026, 4, 1)}
    moved = schedule(loan(**said, pay_day=15, business_days="SCF", calendar=china))
    kept = schedule(loan(**said, pay_day=15, business_days="CSF", calendar=china))
    assert str(moved[0].due_on) == str(kept[0].due_on) == "2026-02-24"  # behind the festival
    assert (str(moved[0].period_until), str(kept[0].period_until)) == ("2026-02-24", "2026-02-15")
    assert moved[0].interest_fen > kept[0].interest_fen
    assert not moved[0].is_provisional


def test_beyond_the_announced_years_a_schedule_is_refused_unless_it_may_be_provisional(china):
    terms = loan(business_days="SCF", calendar=china, pay_day=20)
    with pytest.raises(Refused, match="2027"):
        schedule(terms)
    laid = schedule(replace(terms, calendar=china.provisional()))
    assert [each.is_provisional for each in laid] == [False] * 11 + [True]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"principal_fen": 0}, LoanRefusal.NO_PRINCIPAL),
        ({"matures_on": DRAWN}, LoanRefusal.ENDS_FIRST),
        ({"day_count": "B252"}, LoanRefusal.NO_DAY_COUNT),
        ({"business_days": "SCF"}, LoanRefusal.NO_CALENDAR),
        ({"pay_day": 32}, LoanRefusal.BAD_PAY_DAY),
        ({"method": Method.STEPPED, "plan": ((YEAR, 5),)}, LoanRefusal.NO_PLAN),
        (
            {"method": Method.STEPPED, "plan": ((DRAWN, 12_000_000),)},
            LoanRefusal.PLAN_OUTSIDE,
        ),
    ],
)
def test_terms_that_cannot_be_are_refused_in_both_languages(said, code):
    with pytest.raises(Refused) as refused:
        schedule(loan(**said))
    assert code.code in [problem.code for problem in refused.value.problems]
    assert all(problem.zh for problem in refused.value.problems)


def test_interest_is_exact_and_rounds_half_up_only_when_it_is_asked_to():
    found = interest(1, Decimal("0.06"), DRAWN, DRAWN + dt.timedelta(days=3000), "A360")
    assert found == Fraction(1, 2)
    assert rounded(found) == 1
    assert (rounded(Fraction(-1, 2)), rounded(Fraction(149, 100))) == (-1, 1)


def holds(terms: LoanTerms, laid: tuple[Instalment, ...]) -> None:
    """Hold a schedule to what every schedule must be."""
    assert sum(each.principal_fen for each in laid) == terms.principal_fen
    assert laid[0].opening_fen == terms.principal_fen
    assert laid[-1].closing_fen == 0
    assert [each.n for each in laid] == list(range(1, len(laid) + 1))
    assert laid[0].period_from == terms.drawn_on
    for before, after in pairwise(laid):
        assert before.closing_fen == after.opening_fen
        assert before.period_until == after.period_from
        assert before.due_on < after.due_on
    for each in laid:
        assert each.principal_fen >= 0
        assert each.interest_fen >= 0
        assert each.closing_fen == each.opening_fen - each.principal_fen


@settings(max_examples=150, deadline=None)
@given(terms=loans())
def test_principals_sum_to_the_principal_and_periods_join(terms):
    laid = schedule(terms)
    holds(terms, laid)
    few_fen = terms.principal_fen < 10_000  # so few may be repaid before the term is over
    assert laid[-1].period_until == terms.matures_on or few_fen


@settings(max_examples=60, deadline=None)
@given(terms=loans())
def test_a_higher_rate_never_costs_less(terms):
    assert isinstance(terms.rate, Fixed)
    dearer = replace(terms, rate=Fixed(terms.rate.annual + Decimal("0.01")))
    cost, more = (sum(e.interest_fen for e in schedule(each)) for each in (terms, dearer))
    assert more >= cost
