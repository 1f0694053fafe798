"""A facility counts its loans: what is drawn, what is back, what may still be drawn."""

from __future__ import annotations

import datetime as dt

import pytest

from huoshui.web.agreements.rules.facility import (
    Cancelled,
    ConditionMet,
    FacilityAct,
    FacilityEvent,
    FacilityRefusal,
    Frozen,
    Granted,
    LimitSet,
    Released,
    fold_facility,
    ground_of,
    may_change,
    may_draw,
    read,
    told,
)
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.folding import fold
from tests.web.agreements.lending import DRAWN, SIGNED, contract, stream

FEB = dt.date(2026, 2, 10)
UNTIL = dt.date(2026, 12, 31)


def granted(*acts: tuple[dt.date, FacilityAct], is_revolving: bool = True) -> list[FacilityEvent]:
    first = [
        FacilityEvent(1, SIGNED, Granted(300_000_00, UNTIL, is_revolving)),
        FacilityEvent(2, SIGNED, ConditionMet("papers")),
    ]
    return first + [FacilityEvent(nth, on, act) for nth, (on, act) in enumerate(acts, start=3)]


@pytest.mark.parametrize(("is_revolving", "left_fen"), [(True, 230_000_00), (False, 180_000_00)])
def test_what_is_repaid_may_be_drawn_again_where_it_revolves(
    is_revolving: bool, left_fen: int
) -> None:
    loan = fold(contract(), stream((DRAWN, ev.Prepay(50_000_00, "lower"))), asof=DRAWN)
    state = fold_facility(granted(is_revolving=is_revolving), [loan], asof=DRAWN)
    assert (state.drawn_fen, state.owed_fen) == (120_000_00, 70_000_00)
    assert state.undrawn_fen == left_fen


@pytest.mark.parametrize(
    ("events", "on", "amount_fen", "expected"),
    [
        ([], FEB, 0, FacilityRefusal.NOT_GRANTED),
        (granted(), UNTIL + dt.timedelta(1), 1, FacilityRefusal.NOT_GRANTED),
        (granted((FEB, Frozen("a lawsuit"))), FEB, 1, FacilityRefusal.FROZEN),
        (granted()[:1], FEB, 1, FacilityRefusal.CONDITIONS_OPEN),
        (granted(), FEB, 300_000_01, FacilityRefusal.ABOVE_AVAILABLE),
        (granted((FEB, LimitSet(9))), FEB, 10, FacilityRefusal.ABOVE_AVAILABLE),
        (granted((FEB, Cancelled("sold"))), FEB, 1, FacilityRefusal.NOT_GRANTED),
    ],
)
def test_a_draw_is_refused(
    events: list[FacilityEvent], on: dt.date, amount_fen: int, expected: FacilityRefusal
) -> None:
    state = fold_facility(events, [], asof=on)
    conditions = ["papers"] if events else []
    found = may_draw(state, amount_fen, conditions=conditions)
    assert [each.code for each in found] == [expected.code]


def test_a_late_loan_stops_further_draws_and_a_release_opens_them() -> None:
    late = fold(contract(), stream(), asof=FEB + dt.timedelta(9))
    state = fold_facility(granted(), [late], asof=late.asof)
    found = may_draw(state, 1, conditions=["papers"])
    assert [each.code for each in found] == [FacilityRefusal.SOMETHING_LATE.code]
    free = granted((FEB, Frozen("x")), (FEB, Released()))
    assert not may_draw(fold_facility(free, [], asof=FEB), 300_000_00, conditions=["papers"])


def test_a_loan_that_was_written_off_ends_drawing_and_gives_nothing_back() -> None:
    lost = fold(contract(), stream((FEB, ev.WriteOff())), asof=FEB)
    state = fold_facility(granted(), [lost], asof=FEB)
    assert (state.owed_fen, state.lost_fen, state.undrawn_fen) == (0, 120_000_00, 180_000_00)
    found = may_draw(state, 1, conditions=["papers"])
    assert [each.code for each in found] == [FacilityRefusal.SOMETHING_LOST.code]


def test_what_was_drawn_since_is_not_drawn_once_more_by_an_entry_that_comes_late() -> None:
    state = fold_facility(granted(), [], asof=FEB)
    found = may_draw(state, 200_000_00, conditions=["papers"], least_fen=180_000_00)
    assert [each.code for each in found] == [FacilityRefusal.ABOVE_AVAILABLE.code]
    assert not may_draw(state, 180_000_00, conditions=["papers"], least_fen=180_000_00)


@pytest.mark.parametrize(
    ("acts", "act", "on", "expected"),
    [
        ([], LimitSet(300_000_01), FEB, FacilityRefusal.ABOVE_AGREED),
        ([], LimitSet(-1), FEB, FacilityRefusal.ABOVE_AGREED),
        ([], LimitSet(300_000_00), FEB, FacilityRefusal.NO_CHANGE),
        ([], Released(), FEB, FacilityRefusal.NO_CHANGE),
        ([Frozen("x")], Frozen("y"), FEB, FacilityRefusal.NO_CHANGE),
        ([], Frozen(" "), FEB, FacilityRefusal.NO_REASON),
        ([], Cancelled(""), FEB, FacilityRefusal.NO_REASON),
        ([Cancelled("x")], Cancelled("y"), FEB, FacilityRefusal.NOT_GRANTED),
        ([], LimitSet(1), UNTIL + dt.timedelta(1), FacilityRefusal.NOT_GRANTED),
        ([], LimitSet(1), UNTIL + dt.timedelta(3), FacilityRefusal.IN_THE_FUTURE),
    ],
)
def test_a_change_is_refused(
    acts: list[FacilityAct], act: FacilityAct, on: dt.date, expected: FacilityRefusal
) -> None:
    ground = ground_of(granted(*((FEB, each) for each in acts)), asof=on)
    today = UNTIL + dt.timedelta(2)
    found = may_change(ground, act, on=on, today=today, agreed_fen=300_000_00)
    assert [each.code for each in found] == [expected.code]


@pytest.mark.parametrize(
    "act",
    [Granted(1, UNTIL, True), LimitSet(2), Frozen("x"), Released(), Cancelled("y"),
     ConditionMet("papers")],
)  # fmt: skip
def test_an_act_is_read_as_it_was_told(act: FacilityAct) -> None:
    kind, body = told(act)
    assert read(kind, {**body, "label": "more"}) == act
