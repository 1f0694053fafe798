"""Contracts beyond the official cases at hand, each by figures that a person can check."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.cashflow.actus import Observed, ObservedEvent, evaluate
from huoshui.kernel.errors import Refused
from tests.cashflow.actus.given import BASIC, FLOATING, REPAYING, at, brief, events, seen, terms

LPR = seen("LPR", ("2026-04-01", 0.03), ("2026-07-01", 0.20), ("2026-10-01", 0.0))
ARRAY = {
    **BASIC,
    "contractType": "LAX",
    "cycleAnchorDateOfInterestPayment": None,
    "cycleOfInterestPayment": None,
    "arrayCycleAnchorDateOfPrincipalRedemption": ["2026-02-01T00:00:00", "2026-07-01T00:00:00"],
    "arrayCycleOfPrincipalRedemption": ["P1ML1", "P2ML1"],
    "arrayNextPrincipalRedemptionPayment": ["100", "50"],
    "arrayIncreaseDecrease": ["DEC", "INC"],
    "arrayCycleAnchorDateOfInterestPayment": "[2026-02-01T00:00:00]",
    "arrayCycleOfInterestPayment": "P1ML0",
}


def test_an_exotic_amortizer_goes_down_and_up_by_its_arrays():
    found = events(ARRAY)
    assert brief(found, "PR", "PI", "MD") == [
        *[(f"2026-0{month}-01", "PR", 100.0) for month in range(2, 7)],
        ("2026-07-01", "PI", -50.0),
        ("2026-09-01", "PI", -50.0),
        ("2026-11-01", "PI", -50.0),
        ("2027-01-01", "MD", 850.0),
    ]
    assert brief(found, "IP")[0] == ("2026-02-01", "IP", 12.0)
    assert brief(found, "IP")[-1] == ("2027-01-01", "IP", 8.5)


def test_an_exotic_amortizer_with_one_way_down_is_a_linear_one():
    alike = {
        "arrayCycleAnchorDateOfPrincipalRedemption": ["2026-02-01T00:00:00"],
        "arrayCycleOfPrincipalRedemption": ["P1ML0"],
        "arrayNextPrincipalRedemptionPayment": ["100"],
        "arrayIncreaseDecrease": ["DEC"],
    }
    exotic, linear = events(ARRAY, **alike), events(REPAYING)
    assert brief(exotic) == brief(linear)
    assert [each.states["notional"] for each in exotic] == [e.states["notional"] for e in linear]


def test_an_exotic_amortizer_without_a_maturity_ends_when_nothing_is_left():
    found = events(
        ARRAY,
        maturityDate=None,
        arrayNextPrincipalRedemptionPayment=["100", "350"],
        arrayIncreaseDecrease=["DEC", "DEC"],
    )
    assert brief(found, "MD") == [("2026-09-01", "MD", 350.0)]
    with pytest.raises(Refused, match="never_repaid"):
        events(ARRAY, maturityDate=None)


def test_an_exotic_amortizer_takes_fixed_and_observed_rates_by_its_arrays():
    found = events(
        ARRAY,
        LPR,
        arrayCycleAnchorDateOfRateReset=["2026-04-01T00:00:00", "2026-07-01T00:00:00"],
        arrayCycleOfRateReset=["P3ML0", "P3ML0"],
        arrayRate=["0.05", "0.01"],
        arrayFixedVariable=["F", "V"],
        marketObjectCodeOfRateReset="LPR",
    )
    rates = [(e.type, round(e.states["rate"], 6)) for e in found if e.type in ("RR", "RRF")]
    assert rates == [("RRF", 0.05), ("RR", 0.21), ("RR", 0.01)]


@pytest.mark.parametrize("name", ["arrayNextPrincipalRedemptionPayment", "arrayIncreaseDecrease"])
def test_uneven_arrays_are_refused(name):
    with pytest.raises(Refused, match="uneven"):
        events(ARRAY, **{name: ARRAY[name][:1]})


CALLED = {
    **BASIC,
    "contractType": "CLM",
    "maturityDate": None,
    "cycleAnchorDateOfInterestPayment": "2026-04-01T00:00:00",
    "cycleOfInterestPayment": "P3ML0",
}


def test_call_money_adds_its_interest_until_it_is_called():
    found = events(CALLED, until="2026-08-01T00:00:00")
    assert brief(found) == [
        ("2026-01-01", "IED", -1200.0),
        ("2026-04-01", "IPCI", 0.0),
        ("2026-07-01", "IPCI", 0.0),
        ("2026-08-01", "IP", 12.7308),
        ("2026-08-01", "MD", 1273.08),
    ]
    assert found[1].states["notional"] == pytest.approx(1236.0)


def test_call_money_falls_due_after_the_notice_of_its_call():
    call = Observed(events=(ObservedEvent(at("2026-05-20"), "CALL", "c1"),))
    found = events(CALLED, call, xDayNotice="P10D")
    assert brief(found, "MD")[0][0] == "2026-05-30"
    with pytest.raises(Refused, match="maturityDate"):
        events(CALLED)


def test_caps_and_floors_bind_a_reset_over_a_period_and_over_life():
    rates = [
        [round(each.states["rate"], 4) for each in events(observed=LPR, **FLOATING, **bounds)
         if each.type == "RR"]
        for bounds in (
            {},
            {"rateSpread": "0.01", "rateMultiplier": "2"},
            {"lifeCap": "0.15", "lifeFloor": "0.02"},
            {"periodCap": "0.03", "periodFloor": "0.04"},
        )
    ]  # fmt: skip
    assert rates == [
        [0.03, 0.2, 0.0],
        [0.07, 0.41, 0.01],
        [0.03, 0.15, 0.02],
        [0.08, 0.11, 0.07],
    ]


def test_the_next_rate_is_taken_where_it_is_already_fixed():
    found = events(observed=LPR, **FLOATING, nextResetRate="0.09")
    first = next(each for each in found if each.type in ("RR", "RRF"))
    assert (first.type, first.states["rate"]) == ("RRF", 0.09)


@pytest.mark.parametrize(
    ("basis", "fees"), [("A", [60.0, 60.0]), ("N", [36.0, 36.0])], ids=["a sum", "a rate"]
)
def test_a_fee_is_a_sum_or_a_rate_on_what_is_owed(basis, fees):
    rate = "60" if basis == "A" else "0.06"
    fee = {"feeRate": rate, "feeBasis": basis, "cycleOfFee": "P6ML0"}
    found = events(**fee, cycleAnchorDateOfFee="2026-07-01T00:00:00")
    assert [each.payoff for each in found if each.type == "FP"] == pytest.approx(fees)
    owing = events(contractRole="RPL", **fee)
    assert [each.payoff for each in owing if each.type == "FP"] == pytest.approx(
        [-fee for fee in fees]
    )


def test_a_fee_in_one_sum_accrues_evenly_over_its_period():
    found = events(feeRate="60", feeBasis="A", cycleOfFee="P6ML0")
    after = {str(each.time.date()): each.states["fee_accrued"] for each in found}
    assert after["2026-04-01"] == pytest.approx(30, abs=0.5)
    assert after["2026-07-01"] in (0, pytest.approx(60, abs=1e-9))


def test_an_index_scales_interest_or_principal_as_it_is_said_to():
    index = seen("CPI", ("2026-01-01", 100.0), ("2026-07-01", 150.0))
    said = {
        "marketObjectCodeOfScalingIndex": "CPI",
        "scalingIndexAtContractDealDate": "100",
        "cycleAnchorDateOfScalingIndex": "2026-07-01T00:00:00",
        "cycleOfScalingIndex": "P6ML1",
    }
    interest = events(observed=index, **said, scalingEffect="IOO")
    principal = events(observed=index, **said, scalingEffect="ONO")
    assert [each.payoff for each in interest][-2:] == pytest.approx([18.0, 1200.0])
    assert [each.payoff for each in principal][-2:] == pytest.approx([12.0, 1800.0])


def test_a_bought_contract_shows_what_comes_after_the_purchase():
    found = events(purchaseDate="2026-03-16T00:00:00", priceAtPurchaseDate="1100")
    assert brief(found)[:2] == [("2026-03-16", "PRD", -1106.0), ("2026-04-01", "IP", 12.0)]


def test_a_terminated_contract_pays_its_price_and_ends():
    found = events(terminationDate="2026-03-16T00:00:00", priceAtTerminationDate="1100")
    assert brief(found)[-1] == ("2026-03-16", "TD", 1106.0)
    assert found[-1].states["notional"] == 0


def test_prepayments_come_by_a_model_or_by_an_event_with_their_penalty():
    model = seen("PREPAID", ("2026-07-01", 300.0))
    foreseen = events(
        observed=model,
        prepaymentEffect="A",
        objectCodeOfPrepaymentModel="PREPAID",
        cycleAnchorDateOfOptionality="2026-07-01T00:00:00",
        cycleOfOptionality="P1YL1",
        penaltyType="A",
        penaltyRate="5",
    )
    assert brief(foreseen, "PP", "PY") == [("2026-07-01", "PY", 5.0), ("2026-07-01", "PP", 300.0)]
    assert brief(foreseen, "MD") == [("2027-01-01", "MD", 900.0)]
    event = Observed(events=(ObservedEvent(at("2026-07-01"), "PP", "c1", 300.0),))
    assert brief(events(observed=event), "PP", "MD") == brief(foreseen, "PP", "MD")
    owing = events(observed=event, contractRole="RPL")
    assert brief(owing, "PP") == [("2026-07-01", "PP", -300.0)]


@pytest.mark.parametrize(("kind", "paid"), [("N", 1200 * 0.02 * 15 / 360), ("I", 1200 * 0.09 / 24)])
def test_a_penalty_may_be_a_rate_or_the_interest_lost(kind, paid):
    event = ObservedEvent(at("2026-07-16"), "PP", "c1", 300.0)
    observed = Observed({"LPR": [(at("2026-04-01"), 0.03)]}, (event,))
    said = {"marketObjectCodeOfRateReset": "LPR", "penaltyRate": "0.02"}
    found = events(observed=observed, penaltyType=kind, **said)
    assert [each.payoff for each in found if each.type == "PY"] == pytest.approx([paid])


def test_after_a_default_nothing_more_is_paid():
    default = ObservedEvent(at("2026-03-10"), "CE", "c1", states={"contractPerformance": "DF"})
    found = events(observed=Observed(events=(default,)))
    after = [each.payoff for each in found if each.time > at("2026-03-10")]
    assert len(after) == 11
    assert not any(after)
    late = ObservedEvent(at("2026-03-10"), "CE", "c1", states={"contractPerformance": "DQ"})
    assert brief(events(observed=Observed(events=(late,))), "MD") == [("2027-01-01", "MD", 1200.0)]
    assert not any(each.payoff for each in events(contractPerformance="DF"))


@pytest.mark.parametrize(("pair", "rate"), [("CNY/USD", 0.125), ("USD/CNY", 8.0)])
def test_payoffs_are_exchanged_into_the_currency_of_settlement(pair, rate):
    found = events(observed=seen(pair, ("2026-01-01", rate)), settlementCurrency="USD")
    assert brief(found, "IED", "MD") == [("2026-01-01", "IED", -150.0), ("2027-01-01", "MD", 150.0)]
    with pytest.raises(Refused, match="not_observed"):
        events(settlementCurrency="USD")


def test_from_a_later_status_date_a_contract_goes_on_as_it_would_have():
    whole = events()
    status = at("2026-05-17")
    rest = events(statusDate=status.isoformat())
    assert brief(rest) == [each for each in brief(whole) if each[0] > "2026-05-17"]
    annuity = {**REPAYING, "contractType": "ANN", "nextPrincipalRedemptionPayment": None}
    owed = next(e for e in reversed(events(annuity)) if e.time < status).states["notional"]
    later = events(annuity, statusDate=status.isoformat(), notionalPrincipal=str(owed))
    assert brief(later, "PR") == brief(events(annuity), "PR")[4:]


def test_a_level_payment_is_repaid_to_nothing_at_maturity():
    annuity = {**REPAYING, "contractType": "ANN", "nextPrincipalRedemptionPayment": None}
    found = events(annuity)
    sums: dict[dt.datetime, float] = {}
    for each in found:
        if each.type in ("PR", "IP", "MD"):
            sums[each.time] = sums.get(each.time, 0.0) + each.payoff
    assert list(sums.values()) == pytest.approx([106.6185464] * 12)
    assert found[-1].states["notional"] == 0


def test_a_negative_amortizer_owes_more_where_the_payment_is_less_than_the_interest():
    negative = {**REPAYING, "contractType": "NAM", "nextPrincipalRedemptionPayment": "10"}
    found = [each for each in events(negative) if each.type == "PR"]
    assert found[0].payoff == pytest.approx(-2.0)
    assert found[0].states["notional"] == pytest.approx(1202.0)
    with pytest.raises(Refused, match="never_repaid"):
        events(negative, maturityDate=None)


def test_interest_may_be_counted_on_another_base_that_lags():
    lagging = {
        "interestCalculationBase": "NTL",
        "interestCalculationBaseAmount": "1200",
        "cycleAnchorDateOfInterestCalculationBase": "2026-07-01T00:00:00",
        "cycleOfInterestCalculationBase": "P6ML1",
    }
    paid = [each.payoff for each in events(REPAYING, **lagging) if each.type == "IP"]
    assert paid[:6] == pytest.approx([12.0] * 6)
    assert paid[6] == pytest.approx(6.0)
    fixed = events(REPAYING, interestCalculationBase="NTIED")
    assert [each.payoff for each in fixed if each.type == "IP"] == pytest.approx([12.0] * 12)


def test_many_contracts_are_computed_as_each_by_itself():
    annuity = {**REPAYING, "contractType": "ANN", "nextPrincipalRedemptionPayment": None}
    bases = [BASIC, REPAYING, ARRAY, annuity, {**annuity, **FLOATING}, {**BASIC, **FLOATING}]
    changes = [
        {},
        {"contractRole": "RPL"},
        {"notionalPrincipal": "77777.77", "dayCountConvention": "AA"},
        {"businessDayConvention": "SCMF", "calendar": "MF"},
        {"statusDate": "2026-05-17T00:00:00"},
        {"terminationDate": "2026-08-08T00:00:00", "priceAtTerminationDate": "3"},
        {"feeRate": "0.01", "feeBasis": "N", "cycleOfFee": "P2ML0"},
        {"capitalizationEndDate": "2026-04-15T00:00:00"},
    ]
    contracts = [terms(base, **change) for base in bases for change in changes]
    together = evaluate(contracts, LPR)
    for number, contract in enumerate(contracts):
        assert together.of(number) == evaluate([contract], LPR).of(0)
    assert len(together.contract) == len(together.time) > 1000


def test_no_contracts_have_no_events():
    assert evaluate([]).time == []


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["PAM", "LAM", "NAM", "ANN"]),
    role=st.sampled_from(["RPA", "RPL"]),
    count=st.sampled_from(["AA", "A360", "A365", "30E360ISDA", "30E360", "28E336"]),
    moves=st.sampled_from(["NULL", "SCF", "SCMF", "CSF", "CSMF", "SCP", "SCMP", "CSP", "CSMP"]),
    stub=st.sampled_from(["L0", "L1"]),
    months=st.sampled_from([1, 2, 3, 6]),
    anchor=st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 30)),
    length=st.integers(200, 1500),
    cents=st.integers(0, 30),
)
def test_what_is_lent_comes_back_whatever_the_terms(
    kind, role, count, moves, stub, months, anchor, length, cents
):
    cycle, start = f"P{months}M{stub}", f"{anchor}T00:00:00"
    found = events(
        REPAYING,
        contractType=kind,
        contractRole=role,
        dayCountConvention=count,
        businessDayConvention=moves,
        calendar="MF",
        nominalInterestRate=str(cents / 100),
        maturityDate=f"{dt.date(2026, 1, 1) + dt.timedelta(days=length)}T00:00:00",
        cycleOfInterestPayment=cycle,
        cycleAnchorDateOfInterestPayment=start,
        cycleOfPrincipalRedemption=cycle,
        cycleAnchorDateOfPrincipalRedemption=start,
        nextPrincipalRedemptionPayment=None if kind == "ANN" else "70",
    )
    assert sum(each.payoff for each in found if each.type in ("IED", "PR", "MD")) == pytest.approx(
        0, abs=1e-6
    )
    assert [each.time for each in found] == sorted(each.time for each in found)
    interest = sum(each.payoff for each in found if each.type == "IP")
    assert interest * (1 if role == "RPA" else -1) >= 0
    assert found[-1].states["notional"] == 0
