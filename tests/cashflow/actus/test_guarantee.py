"""Guarantees: what they stand for, when they are called, and what is then paid."""

from __future__ import annotations

from typing import Any

import pytest

from huoshui.cashflow.actus import Observed, ObservedEvent, guarantee, read_terms
from huoshui.kernel.errors import Refused
from tests.cashflow.actus.given import REPAYING, at

LOAN = {**REPAYING, "contractID": "loan", "marketObjectCode": "LOAN_VALUE"}
GUARANTEE: dict[str, Any] = {
    "contractType": "CEG",
    "contractID": "g1",
    "contractRole": "BUY",
    "contractStructure": [{"object": LOAN, "referenceType": "CNT", "referenceRole": "COVE"}],
    "currency": "CNY",
    "statusDate": "2025-12-31T00:00:00",
    "purchaseDate": "2026-01-02T00:00:00",
    "priceAtPurchaseDate": "10",
    "coverageOfCreditEnhancement": "0.8",
    "creditEventTypeCovered": "DF",
    "settlementPeriod": "P10D",
    "dayCountConvention": "30E360",
}


def befallen(day: str, state: str = "DF", contract: str = "loan") -> ObservedEvent:
    return ObservedEvent(at(day), "CE", contract, states={"contractPerformance": state})


def happened(*seen: ObservedEvent, **said: Any) -> list[tuple[str, str, float, float]]:
    series = {"LOAN_VALUE": [(at("2026-01-01"), 990.0)]}
    terms = read_terms({**GUARANTEE, **said})
    return [
        (str(e.time.date()), e.type, round(e.payoff, 6), round(e.states["notional"], 6))
        for e in guarantee(terms, Observed(series, seen))
    ]


def test_a_guarantee_that_is_not_called_ends_with_the_last_contract_it_covers():
    assert happened() == [("2026-01-02", "PRD", -10.0, 960.0), ("2027-01-01", "MD", 0.0, 0.0)]


def test_a_call_pays_the_share_of_what_is_owed_then_after_the_settlement_period():
    assert happened(befallen("2026-04-16"))[1:] == [
        ("2026-04-16", "XD", 0.0, 720.0),
        ("2026-04-26", "STD", 720.0, 0.0),
    ]


@pytest.mark.parametrize(("exposure", "paid"), [("NI", 0.8 * 904.5), ("MV", 0.8 * 990)])
def test_a_guarantee_may_stand_for_interest_or_for_the_market_value_too(exposure, paid):
    found = happened(befallen("2026-04-16"), guaranteedExposure=exposure)
    assert found[-1][2] == pytest.approx(paid)


def test_only_a_covered_event_of_a_covered_contract_before_the_end_calls_it():
    seen = (befallen("2026-03-01", "DQ"), befallen("2026-03-01", contract="other"))
    assert [each[1] for each in happened(*seen)] == ["PRD", "MD"]
    assert [each[1] for each in happened(befallen("2027-02-01"))] == ["PRD", "MD"]
    later = happened(*seen, befallen("2026-05-01"), creditEventTypeCovered=["DL", "DF"])
    assert [each[:2] for each in later][1] == ("2026-05-01", "XD")


def test_a_seller_pays_where_a_buyer_receives():
    found = happened(befallen("2026-04-16"), contractRole="SEL")
    assert [each[2] for each in found] == [10.0, 0.0, -720.0]


def test_a_fee_on_what_is_guaranteed_is_paid_by_its_cycle_and_ends_with_a_call():
    fee = {"feeRate": "0.02", "feeBasis": "N", "cycleOfFee": "P6ML1"}
    fee["cycleAnchorDateOfFee"] = "2026-07-02T00:00:00"
    quiet = [each for each in happened(**fee, notionalPrincipal="1000") if each[1] == "FP"]
    assert (quiet[0][0], quiet[0][2]) == ("2026-07-02", 8.0)
    called = happened(befallen("2026-08-02"), **fee, notionalPrincipal="1000")
    assert [each[1] for each in called] == ["PRD", "FP", "XD", "STD"]
    assert called[-1][2] == pytest.approx(800 + 800 * 0.02 * (30 + 10) / 360)


def test_a_guarantee_of_a_contract_known_by_its_id_alone_needs_a_sum():
    named = [{"object": {"contractIdentifier": "loan"}, "referenceType": "CID"}]
    with pytest.raises(Refused, match="notionalPrincipal"):
        happened(contractStructure=named, maturityDate="2026-12-31T00:00:00")
    with pytest.raises(Refused, match="maturityDate"):
        happened(contractStructure=named, notionalPrincipal="5")
