"""What a relief changes for each side, before it is agreed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.folding import fold
from huoshui.web.agreements.rules.relief import effect
from tests.web.agreements.lending import DRAWN, MATURES, contract, stream
from tests.web.agreements.streams import nightly

FEB = dt.date(2026, 2, 10)
PAID = stream((FEB, ev.Pay(10_372_00)))


def test_a_lower_rate_is_what_the_borrower_saves_and_the_bank_forgoes() -> None:
    found = effect(contract(), PAID, ev.CutRate(Decimal("0.018")), on=FEB)
    assert found.paid_more_fen == found.earned_more_fen < 0
    assert found.value_more_fen < 0
    assert found.longer_days == 0
    assert found.exposed_more_fen_days == 0


def test_an_extension_eases_this_year_costs_interest_and_keeps_the_claims_worth() -> None:
    later = dt.date(2028, 1, 10)
    found = effect(contract(), PAID, ev.Extend(later), on=FEB)
    assert found.eased_fen > 0
    assert found.earned_more_fen > 0
    assert found.longer_days == (later - MATURES).days
    assert found.exposed_more_fen_days > 0
    # At the contract rate a claim that bears it is worth the same however long it runs, but for
    # days counted over 360 here and 365 there.
    assert abs(found.value_more_fen) < found.without.value_fen // 200


def test_a_holiday_moves_payments_and_loses_no_principal() -> None:
    found = effect(contract(), PAID, ev.Holiday(dt.date(2026, 8, 10)), on=FEB)
    assert found.relieved.flows[0].on == dt.date(2026, 9, 10)
    assert sum(each.principal_fen for each in found.relieved.flows) == 110_000_00
    assert found.longer_days == 0
    assert found.exposed_more_fen_days > 0


def test_a_renewal_is_compared_with_the_loan_that_takes_its_place() -> None:
    until, day = dt.date(2028, 1, 9), dt.date(2027, 1, 8)
    agreed = contract("interest_first")
    owed = fold(agreed, stream(), asof=day).due_fen
    events = stream((day, ev.Pay(owed)))
    act = ev.Renew(120_000_00, "L-2", keeps_class=True)
    found = effect(agreed, events, act, on=day, renewed_until=until)
    assert found.eased_fen > 110_000_00  # the principal is due a day after the year
    assert found.longer_days == (until - MATURES).days
    assert sum(each.principal_fen for each in found.relieved.flows) == 120_000_00
    assert sum(each.principal_fen for each in found.without.flows) == 120_000_00


@given(nightly, st.integers(0, 150))
@settings(max_examples=25)
def test_no_relief_creates_or_loses_principal(agreed: Contract, after: int) -> None:
    on = DRAWN + dt.timedelta(after)
    for act in (
        ev.CutRate(Decimal("0.01")),
        ev.Extend(dt.date(2027, 3, 1)),
        ev.Holiday(on + dt.timedelta(40), matures_on=dt.date(2027, 3, 1)),
    ):
        found = effect(agreed, stream(), act, on=on)
        undue = fold(agreed, stream(), asof=on).undue_fen
        for future in (found.without, found.relieved):
            assert sum(each.principal_fen for each in future.flows) == undue
