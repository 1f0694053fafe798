"""Paying principal back early: the interest that goes with it, and what is due after it."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.cashflow.loans import Method, rounded, schedule
from huoshui.cashflow.prepayment import Keep, PrepaymentRefusal, prepaid
from huoshui.kernel.errors import Refused
from tests.cashflow.given import DRAWN, YEAR, loan, loans

ON = dt.date(2026, 5, 3)


def test_a_kept_term_makes_instalments_smaller():
    found = prepaid(loan(), on=ON, principal_fen=3_000_000, keep=Keep.TERM)
    assert found.interest_fen == rounded(Fraction(3_000_000) * Fraction("0.06") * 13 / 360)
    assert len(found.remaining) == 9
    assert [each.payment_fen for each in found.remaining][:8] == [691_075] * 8
    assert found.remaining[-1].period_until == YEAR


def test_a_kept_payment_makes_the_term_shorter():
    found = prepaid(loan(), on=ON, principal_fen=3_000_000, keep=Keep.PAYMENT)
    assert [each.payment_fen for each in found.remaining] == [1_032_797] * 5 + [1_009_331]
    level = prepaid(
        loan(method=Method.LEVEL_PRINCIPAL), on=ON, principal_fen=3_000_000, keep=Keep.PAYMENT
    )
    assert [each.principal_fen for each in level.remaining] == [1_000_000] * 6


def test_paying_all_back_settles_the_loan():
    owed = schedule(loan())[3].opening_fen
    found = prepaid(loan(), on=ON, principal_fen=owed, keep=Keep.TERM)
    assert found.is_settled
    assert found.principal_fen == owed


def test_a_second_early_repayment_goes_on_from_the_first():
    first = prepaid(loan(), on=ON, principal_fen=3_000_000, keep=Keep.PAYMENT)
    second = prepaid(
        loan(), on=dt.date(2026, 7, 1), principal_fen=1_000_000, keep=Keep.TERM,
        laid=first.remaining,
    )  # fmt: skip
    assert sum(each.principal_fen for each in second.remaining) == (
        first.remaining[2].opening_fen - 1_000_000
    )
    assert second.remaining[-1].period_until == YEAR


def test_a_plan_loses_its_last_steps():
    plan = ((dt.date(2026, 6, 20), 3_000_000), (dt.date(2026, 9, 20), 4_000_000), (YEAR, 5_000_000))
    terms = loan(method=Method.STEPPED, plan=plan, cycle=0)
    found = prepaid(terms, on=ON, principal_fen=6_000_000, keep=Keep.TERM)
    assert [each.principal_fen for each in found.remaining] == [3_000_000, 3_000_000]


@pytest.mark.parametrize(
    ("on", "fen", "code"),
    [
        (DRAWN - dt.timedelta(days=1), 100, PrepaymentRefusal.OUTSIDE),
        (YEAR, 100, PrepaymentRefusal.OUTSIDE),
        (ON, 0, PrepaymentRefusal.NOTHING),
        (ON, 12_000_001, PrepaymentRefusal.TOO_MUCH),
    ],
)
def test_what_cannot_be_paid_early_is_refused(on, fen, code):
    with pytest.raises(Refused) as refused:
        prepaid(loan(), on=on, principal_fen=fen, keep=Keep.TERM)
    assert refused.value.problems[0].code == code.code
    assert refused.value.problems[0].zh


@settings(max_examples=80, deadline=None)
@given(terms=loans(), part=st.fractions(0, 1), day=st.integers(0, 1499), keep=st.sampled_from(Keep))
def test_what_is_left_is_repaid_by_the_maturity(terms, part, day, keep):
    life = (terms.matures_on - terms.drawn_on).days
    on = terms.drawn_on + dt.timedelta(days=day % life)
    laid = schedule(terms)
    running = next((each for each in laid if each.period_from <= on < each.period_until), None)
    if running is None or running.opening_fen == 0:
        return
    fen = max(1, int(running.opening_fen * part))
    found = prepaid(terms, on=on, principal_fen=fen, keep=keep)
    assert sum(each.principal_fen for each in found.remaining) == running.opening_fen - fen
    assert all(each.period_until <= terms.matures_on for each in found.remaining)
    assert found.interest_fen >= 0
