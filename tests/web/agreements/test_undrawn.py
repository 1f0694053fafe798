"""What is undrawn, day by day: always what the fold says, and booked as the difference of views."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.web.agreements.rules.facility import (
    Cancelled,
    FacilityAct,
    FacilityEvent,
    Frozen,
    Granted,
    LimitSet,
    Released,
    fold_facility,
)
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.events import Event
from huoshui.web.agreements.rules.loan.folding import fold
from huoshui.web.agreements.rules.undrawn import (
    least_undrawn,
    undrawn_moves,
    undrawn_on,
    undrawn_postings,
)
from tests.web.agreements.lending import SIGNED, contract

FIRST = SIGNED
LIMIT = 300_000_00
CONTRACT = contract("on_demand")
DAYS = st.integers(0, 60).map(lambda n: FIRST + dt.timedelta(n))

_facility_acts: st.SearchStrategy[FacilityAct] = st.one_of(
    st.integers(0, LIMIT).map(LimitSet),
    st.just(Frozen("x")),
    st.just(Released()),
    st.just(Cancelled("y")),
    st.tuples(st.integers(1, LIMIT), st.integers(5, 70)).map(
        lambda pair: Granted(pair[0], FIRST + dt.timedelta(pair[1]), True)
    ),
)
_money = st.integers(1, 90_000_00)
_loan_acts: st.SearchStrategy[ev.Act] = st.one_of(
    _money.map(lambda fen: ev.Prepay(fen, "lower")),
    _money.map(lambda fen: ev.Pay(fen, is_advance=True)),
    _money.map(lambda fen: ev.Renew(fen, "L-9", None)),
    st.just(ev.WriteOff()),
    st.integers(1, 4).map(lambda n: ev.Reverse(n, "x")),
)


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[FacilityEvent], list[list[Event]]]:
    """A facility's stream and those of up to three loans under it, whatever may have happened."""
    until = FIRST + dt.timedelta(draw(st.integers(10, 60)))
    own = [FacilityEvent(1, FIRST, Granted(LIMIT, until, draw(st.booleans())))]
    for n, (on, act) in enumerate(draw(st.lists(st.tuples(DAYS, _facility_acts), max_size=4)), 2):
        own.append(FacilityEvent(n, on, act))
    loans = []
    for _ in range(draw(st.integers(0, 3))):
        events = [Event(1, draw(DAYS), ev.Draw(draw(_money)))]
        for n, (on, act) in enumerate(draw(st.lists(st.tuples(DAYS, _loan_acts), max_size=4)), 2):
            events.append(Event(n, on, act))
        loans.append(events)
    return own, loans


@settings(max_examples=40, deadline=None)
@given(streams())
def test_the_moves_sum_to_the_fold_on_every_day(
    made: tuple[list[FacilityEvent], list[list[Event]]],
) -> None:
    own, loans = made
    last = FIRST + dt.timedelta(75)
    moves = undrawn_moves(own, [fold(CONTRACT, each, asof=last) for each in loans], asof=last)
    assert all(each.amount_fen > 0 for each in moves)
    assert list(moves) == sorted(moves, key=lambda each: each.on)
    for n in range(0, 76, 3):
        day = FIRST + dt.timedelta(n)
        states = [fold(CONTRACT, each, asof=day) for each in loans]
        assert undrawn_on(moves, day) == fold_facility(own, states, asof=day).undrawn_fen, day
        assert undrawn_moves(own, states, asof=day) == tuple(m for m in moves if m.on <= day)


@settings(max_examples=40, deadline=None)
@given(streams(), streams(), DAYS)
def test_what_is_booked_brings_one_view_to_the_other_on_every_day(
    some: tuple[list[FacilityEvent], list[list[Event]]],
    other: tuple[list[FacilityEvent], list[list[Event]]],
    until: dt.date,
) -> None:
    last = FIRST + dt.timedelta(70)
    before = undrawn_moves(some[0], [fold(CONTRACT, e, asof=until) for e in some[1]], asof=until)
    after = undrawn_moves(other[0], [fold(CONTRACT, e, asof=last) for e in other[1]], asof=last)
    changes = undrawn_postings(before, after)
    for n in range(0, 71, 5):
        day = FIRST + dt.timedelta(n)
        assert undrawn_on(before, day) + undrawn_on(changes, day) == undrawn_on(after, day)
    assert undrawn_postings(after, after) == ()


def test_the_least_that_was_undrawn_is_sought_on_every_day_from_one_to_another() -> None:
    own = [FacilityEvent(1, FIRST, Granted(LIMIT, FIRST + dt.timedelta(300), True))]
    day = FIRST + dt.timedelta(10)
    events = [Event(1, day, ev.Draw(90_000_00))]
    events.append(Event(2, day + dt.timedelta(5), ev.Prepay(80_000_00, "lower")))
    last = FIRST + dt.timedelta(30)
    moves = undrawn_moves(own, [fold(CONTRACT, events, asof=last)], asof=last)
    assert least_undrawn(moves, start=FIRST, end=FIRST) == LIMIT
    assert least_undrawn(moves, start=FIRST, end=last) == LIMIT - 90_000_00
    assert least_undrawn(moves, start=last, end=last) > LIMIT - 90_000_00
