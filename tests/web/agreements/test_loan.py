"""A loan's life, followed with pencil and paper: due, paid, late, relieved, written off."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from huoshui.cashflow.loans import schedule
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.events import Event, act_of, body_of
from huoshui.web.agreements.rules.loan.folding import fold
from tests.web.agreements.lending import DRAWN, MATURES, OLDEST, contract, stream

FEB, MAR, APR = (dt.date(2026, month, 10) for month in (2, 3, 4))
FIRST = 10_000_00 + 372_00  # 120,000 yuan at 3.60 % for 31 of 360 days is 372 yuan


def test_before_the_draw_nothing_is_owed() -> None:
    state = fold(contract(), stream(), asof=DRAWN - dt.timedelta(1))
    assert state.standing == "waiting"
    assert (state.principal_fen, state.payoff_fen, state.annual_rate) == (0, 0, None)


def test_a_loan_drawn_and_repaid_on_one_day_bears_no_interest() -> None:
    events = stream((DRAWN, ev.Prepay(120_000_00, "shorten")))
    state = fold(contract(), events, asof=dt.date(2027, 6, 1))
    assert state.standing == "closed"
    assert state.repaid["interest"] == 0


def test_an_untouched_loan_falls_due_as_its_schedule_lays_it() -> None:
    for method in ("level_payment", "level_principal", "interest_first"):
        agreed = contract(method, grace_days=10_000)  # so late that nothing is late
        state = fold(agreed, stream(), asof=MATURES)
        plan = schedule(agreed.planner.drawn(DRAWN, 120_000_00).terms)
        assert [(each.due_on, each.principal_fen, each.interest_fen) for each in plan] == [
            (each.due_on, each.principal_fen, each.interest_fen) for each in state.fallen
        ]
        assert state.undue_fen == 0


def test_interest_grows_day_by_day_and_is_due_on_its_day() -> None:
    day_before = fold(contract(), stream(), asof=FEB - dt.timedelta(1))
    assert (day_before.running_fen, day_before.due_fen) == (360_00, 0)
    on_it = fold(contract(), stream(), asof=FEB)
    assert (on_it.running_fen, on_it.due_fen) == (0, FIRST)
    assert on_it.standing == "open"  # to the end of the day


def test_what_is_paid_on_its_day_is_never_late() -> None:
    state = fold(contract(), stream((FEB, ev.Pay(FIRST))), asof=MAR - dt.timedelta(1))
    assert state.overdue_days == 0
    assert state.spells == ()
    assert state.fallen[0].settled_on == FEB


def test_a_late_instalment_bears_penalty_on_principal_and_on_interest_from_its_day() -> None:
    state = fold(contract(), stream(), asof=FEB + dt.timedelta(20))
    assert state.overdue_days == 20
    assert state.penalty_fen == 30_00  # 10,000 yuan at 5.40 % for 20 days
    assert state.compound_fen == 1_12  # 372 yuan at 5.40 % for 20 days: 1.116


def test_within_its_days_of_grace_nothing_is_late_and_after_them_all_of_them_count() -> None:
    agreed = contract(grace_days=3)
    within = fold(agreed, stream((FEB + dt.timedelta(3), ev.Pay(FIRST))), asof=MAR)
    assert (within.penalty_fen, within.repaid["penalty"], within.spells) == (0, 0, ())
    after = fold(agreed, stream(), asof=FEB + dt.timedelta(4))
    assert after.penalty_fen == 6_00  # four days, not one
    assert after.overdue_days == 4


def test_a_payment_too_small_goes_to_costs_interest_and_principal_in_the_laws_order() -> None:
    day = FEB + dt.timedelta(20)
    events = stream((day, ev.Fee(50_00, "notary")), (day, ev.Pay(1_000_00)))
    state = fold(contract(), events, asof=day)
    assert state.repaid == {
        "cost": 50_00,
        "penalty": 30_00,
        "compound": 1_12,
        "interest": 372_00,
        "principal": 1_000_00 - 50_00 - 30_00 - 1_12 - 372_00,
    }


def test_a_contract_by_instalments_pays_the_oldest_whole_first() -> None:
    events = stream((MAR, ev.Pay(11_000_00)))
    by_claim = fold(contract(), events, asof=MAR)
    by_instalment = fold(contract(orders=(OLDEST,)), events, asof=MAR)
    assert by_claim.fallen[1].interest_left_fen == 0
    assert not by_instalment.fallen[0].is_open
    assert by_claim.principal_fen + by_claim.interest_due_fen == (
        by_instalment.principal_fen + by_instalment.interest_due_fen
    )


def test_long_overdue_principal_goes_before_interest() -> None:
    day = FEB + dt.timedelta(91)
    state = fold(contract(), stream((day, ev.Pay(5_000_00))), asof=day)
    assert state.repaid["principal"] == 5_000_00


def test_a_prepayment_settles_what_is_due_then_interest_to_the_day_then_principal() -> None:
    day = FEB + dt.timedelta(10)
    events = stream((FEB, ev.Pay(FIRST)), (day, ev.Prepay(30_000_00, "lower")))
    state = fold(contract(), events, asof=day)
    grown = 110_00  # 110,000 yuan at 3.60 % for ten days
    assert state.repaid["interest"] == 372_00 + grown
    assert state.undue_fen == 110_000_00 - (30_000_00 - grown)
    assert len(state.coming) == 11
    assert sum(each.principal_fen for each in state.coming) == state.undue_fen


def test_a_prepayment_that_shortens_keeps_the_size_of_instalments() -> None:
    for method in ("level_payment", "level_principal"):
        agreed = contract(method)
        before = fold(agreed, stream(), asof=DRAWN)
        after = fold(agreed, stream((DRAWN, ev.Prepay(60_000_00, "shorten"))), asof=DRAWN)
        assert after.undue_fen == 60_000_00
        assert len(after.coming) < len(before.coming)
        assert after.matures_on == after.coming[-1].due_on
        size = [each.principal_fen + each.interest_fen for each in after.coming[:-1]]
        principal = [each.principal_fen for each in after.coming[:-1]]
        if method == "level_payment":
            assert set(size) == {before.coming[0].principal_fen + before.coming[0].interest_fen}
        else:
            assert set(principal) == {10_000_00}


def test_paying_off_the_whole_closes_the_loan_to_the_fen() -> None:
    day = FEB + dt.timedelta(25)
    owed = fold(contract(), stream(), asof=day).payoff_fen
    state = fold(contract(), stream((day, ev.Prepay(owed, "shorten"))), asof=MATURES)
    assert state.standing == "closed"
    assert (state.surplus_fen, state.coming) == (0, ())


def test_money_in_advance_waits_for_its_instalment() -> None:
    events = stream((FEB - dt.timedelta(5), ev.Pay(FIRST, is_advance=True)))
    before = fold(contract(), events, asof=FEB - dt.timedelta(1))
    assert before.surplus_fen == FIRST
    after = fold(contract(), events, asof=FEB)
    assert (after.surplus_fen, after.due_fen) == (0, 0)
    assert after.fallen[0].settled_on == FEB


def test_an_extension_moves_what_is_left_to_the_later_day() -> None:
    later = dt.date(2027, 7, 10)
    agreed = contract("interest_first")
    state = fold(agreed, stream((FEB, ev.Extend(later))), asof=FEB)
    assert state.matures_on == later
    assert state.coming[-1].due_on == later
    assert state.coming[-1].principal_fen == 120_000_00


def test_a_holiday_lets_nothing_fall_due_and_its_interest_comes_with_the_next() -> None:
    june = dt.date(2026, 6, 10)
    events = stream((DRAWN + dt.timedelta(1), ev.Holiday(until=dt.date(2026, 5, 20))))
    resting = fold(contract(), events, asof=june - dt.timedelta(1))
    assert resting.fallen == ()
    state = fold(contract(), events, asof=june)
    (first,) = state.fallen
    days = (june - DRAWN).days
    assert abs(first.interest_fen - 120_000_00 * 36 * days / 360_000) <= 5
    assert first.principal_fen == pytest.approx(120_000_00 / 8)
    assert state.matures_on == MATURES


def test_a_cut_counts_from_its_day_to_its_end() -> None:
    events = stream((FEB, ev.CutRate(Decimal("0.018"), until=MAR)))
    agreed = contract("interest_first")
    assert fold(agreed, events, asof=FEB).annual_rate == Decimal("0.018")
    state = fold(agreed, events, asof=APR)
    march, april = state.fallen[1:]
    assert march.interest_fen == 120_000_00 * 18 * 28 // 360_000
    assert april.interest_fen == 120_000_00 * 36 * 31 // 360_000


def test_a_renewal_settles_principal_without_money() -> None:
    matured = contract("interest_first")
    events = stream((dt.date(2027, 1, 5), ev.Renew(120_000_00, "L-2", keeps_class=True)))
    state = fold(matured, events, asof=dt.date(2027, 1, 5))
    assert (state.renewed_fen, state.principal_fen, state.received_fen) == (120_000_00, 0, 0)
    assert state.running_fen > 0  # its interest is still to be paid


def test_what_is_written_off_is_recovered_up_to_what_it_was() -> None:
    day = FEB + dt.timedelta(400)
    gone = fold(contract(), stream((day, ev.WriteOff())), asof=day)
    whole = sum(gone.written_off.values())
    assert gone.standing == "written_off"
    assert gone.payoff_fen == 0
    events = stream((day, ev.WriteOff()), (day + dt.timedelta(9), ev.Recover(5_000_00)))
    state = fold(contract(), events, asof=day + dt.timedelta(10))
    assert sum(state.recovered.values()) == 5_000_00
    assert sum(state.written_off.values()) == whole
    assert state.recovered["principal"] == 5_000_00  # by the order of what is long overdue


def test_what_was_known_is_folded_from_what_had_come_in() -> None:
    late = FEB + dt.timedelta(20)
    events = stream((late, ev.Fee(1_00)), (FEB, ev.Pay(FIRST)))  # the payment came in last
    assert fold(contract(), events, asof=late, known=3).overdue_days == 20
    assert fold(contract(), events, asof=late, known=4).overdue_days == 0


def test_a_reversed_payment_never_was() -> None:
    events = stream((FEB, ev.Pay(FIRST)), (FEB, ev.Reverse(3)))
    assert fold(contract(), events, asof=MAR) == fold(contract(), stream(), asof=MAR)


@pytest.mark.parametrize(
    "act",
    [
        ev.Pay(1, receipt="R1", is_advance=True),
        ev.Prepay(5, "lower"),
        ev.SetRate(Decimal("0.031"), until=MAR),
        ev.Extend(MATURES, None),
        ev.Holiday(MAR),
        ev.Judge({"is_misused": False, "expected_loss_share": "0.01", "is_retail": None}),
        ev.Waive("penalty", 12),
        ev.Renew(3, "L-9", keeps_class=None),
        ev.WriteOff(),
        ev.Reverse(4, "bounced"),
    ],
)
def test_an_event_told_to_json_reads_back_the_same(act: ev.Act) -> None:
    event = Event(3, MAR, act)
    assert act_of(event.kind, body_of(act)) == act


def test_the_place_of_a_day_is_by_kind_whatever_came_in_first() -> None:
    one = stream((FEB, ev.Pay(50_00)), (FEB, ev.Fee(50_00)))
    other = stream((FEB, ev.Fee(50_00)), (FEB, ev.Pay(50_00)))
    assert replace(fold(contract(), one, asof=MAR)) == fold(contract(), other, asof=MAR)


def test_interest_leaves_the_books_above_so_many_days_and_comes_back_when_all_is_paid() -> None:
    agreed = contract(stops_above_days=20)
    on_it = fold(agreed, stream(), asof=FEB + dt.timedelta(20))
    assert on_it.is_accruing
    after = FEB + dt.timedelta(21)
    late = fold(agreed, stream(), asof=after)
    assert (late.is_accruing, late.is_stopped_by_days) == (False, True)
    moved = {each.kind: each.amount_fen for each in late.moves if "suspend" in each.kind}
    assert moved["suspend_interest"] == late.interest_due_fen + late.running_fen
    assert moved["suspend_penalty"] == late.penalty_fen
    paid = [*stream(), Event(9, after, ev.Pay(late.due_fen))]
    assert fold(agreed, paid, asof=after).is_accruing
    earlier = [*stream(), Event(9, FEB, ev.Pay(FIRST))]  # found out later: it was never late
    assert not [each for each in fold(agreed, earlier, asof=after).moves if "susp" in each.kind]


def test_a_reason_by_hand_outlasts_the_days() -> None:
    agreed, day = contract(stops_above_days=20), FEB + dt.timedelta(21)
    owed = fold(agreed, stream(), asof=day).due_fen
    events = stream((FEB, ev.StopAccrual()), (day, ev.Pay(owed)))
    state = fold(agreed, events, asof=day)
    assert (state.is_accruing, state.is_stopped_by_days) == (False, False)


def test_principal_is_repaid_by_the_plan_and_interest_by_the_month() -> None:
    plan = ((dt.date(2026, 4, 1), 30_000_00), (dt.date(2026, 10, 10), 50_000_00),
            (MATURES, 40_000_00))  # fmt: skip
    agreed = contract("stepped", grace_days=10_000)
    events = [stream()[0], Event(2, DRAWN, ev.Draw(120_000_00, plan=plan))]
    paid = {each.due_on: each.principal_fen for each in fold(agreed, events, asof=MATURES).fallen}
    assert {day: fen for day, fen in paid.items() if fen} == dict(plan)
    assert paid[FEB] == 0
    early = [*events, Event(3, DRAWN, ev.Prepay(60_000_00, "lower"))]
    left = [each.principal_fen for each in fold(agreed, early, asof=DRAWN).coming]
    assert [fen for fen in left if fen] == [30_000_00, 30_000_00]
    assert act_of("draw", body_of(events[1].act)) == events[1].act
