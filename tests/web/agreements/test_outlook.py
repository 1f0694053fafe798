"""What is foreseen of a loan is what its fold books, night by night, until it wakes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.cashflow.rates import NO_RATES, Floating
from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.classing import Classing, classed
from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.events import Event, standing
from huoshui.web.agreements.rules.loan.folding import fold, walked
from huoshui.web.agreements.rules.loan.keeping import kept, outlook_of
from huoshui.web.agreements.rules.loan.nights import night_of
from huoshui.web.agreements.rules.loan.outlook import Line, Outlook, outlook
from huoshui.web.agreements.rules.loan.planning import Planner
from huoshui.web.agreements.rules.loan.postings import postings
from huoshui.web.agreements.rules.loan.reclassing import Reclassing
from tests.web.agreements.lending import DRAWN, contract, stream
from tests.web.agreements.streams import HORIZON, LAST, lives

NIGHT = dt.timedelta(1)
starts = st.integers(0, LAST - 20).map(lambda days: DRAWN + dt.timedelta(days))


def seen(agreed: Contract, events: list[Event], day: dt.date) -> Outlook | None:
    """Look ahead from the end of a day, as the actions do."""
    counted = standing(events)
    walk = walked(agreed, [each for each in counted if each.on <= day], asof=day)
    ahead = min((each.on for each in counted if each.on > day), default=None)
    return outlook(walk, wakes_by=ahead)


def fold_books(agreed: Contract, events: list[Event], day: dt.date) -> dict[str, int]:
    """Say what the difference of two folds books for the night before a day."""
    before, after = (fold(agreed, events, asof=each) for each in (day - NIGHT, day))
    found = postings(before, after, planner=agreed.planner)
    assert all(each.on == day for each in found)
    return {each.kind: each.amount_fen for each in found}


@given(lives(), starts)
@settings(max_examples=80)
def test_until_it_wakes_each_night_is_what_the_folds_book(
    life: tuple[Contract, list[Event]], start: dt.date
) -> None:
    agreed, events = life
    found = seen(agreed, events, start)
    wakes = HORIZON if found is None else min(found.wakes_on or HORIZON, HORIZON)
    told = {start + NIGHT, start + 2 * NIGHT, wakes - NIGHT}
    if found is not None and found.turn is not None:
        told |= {found.turn.on + n * NIGHT for n in (-1, 0, 1)}
    for day in sorted(each for each in told if start < each < wakes):
        foreseen = {} if found is None else found.turned(day - NIGHT).night(day)
        assert foreseen == fold_books(agreed, events, day), day


@given(lives(), starts)
@settings(max_examples=25)
def test_a_night_that_is_folded_once_is_the_difference_of_two_folds(
    life: tuple[Contract, list[Event]], day: dt.date
) -> None:
    agreed, events = life
    night = night_of(agreed, standing(events), day=day)
    booked = {each.kind: each.amount_fen for each in night.postings}
    assert booked == fold_books(agreed, events, day)
    assert night.state.standing == fold(agreed, events, asof=day).standing
    assert night.walk.standing == night.state.standing


@given(lives(), starts)
@settings(max_examples=25)
def test_an_outlook_is_kept_whole(life: tuple[Contract, list[Event]], day: dt.date) -> None:
    found = seen(*life, day)
    if found is not None:
        again = outlook_of(kept(found))
        assert again == found


def test_nothing_is_foreseen_of_a_loan_that_is_not_drawn_or_is_over() -> None:
    agreed = contract()
    assert seen(agreed, stream()[:1], DRAWN) is None
    paid = stream((DRAWN, ev.Prepay(120_000_00, "lower")))
    assert seen(agreed, paid, DRAWN) is None
    assert seen(agreed, stream((DRAWN, ev.WriteOff())), DRAWN) is None


def test_an_instalment_that_falls_due_is_foreseen_and_one_that_becomes_late_wakes() -> None:
    found = seen(contract(), stream(), DRAWN)
    assert found is not None
    assert found.turn is not None
    due = dt.date(2026, 2, 10)
    assert (found.turn.on, found.wakes_on) == (due, due + NIGHT)
    late = seen(contract(), stream(), due + NIGHT)
    assert late is not None
    assert set(late.lines) == {"interest", "penalty", "compound"}


def test_a_rate_that_is_not_published_yet_is_asked_for_on_its_day() -> None:
    agreed = contract(rate=Floating("lpr", 60), rate_from=dt.date(2025, 1, 20))
    known = {"lpr": {dt.date(2025, 1, 1): Decimal("0.03")}}
    planner = Planner(agreed.planner.terms, rates=type(NO_RATES)(known))
    found = seen(contract(rate=Floating("none", 0), planner=planner), stream(), DRAWN)
    assert found is not None
    with pytest.raises(Refused, match="not known"):
        seen(contract(rate=Floating("none", 0)), stream(), DRAWN)


def test_a_claim_does_not_grow_before_it_counts() -> None:
    line = Line(DRAWN, Fraction(1, 2), Fraction(360), "A360")
    assert [line.night(DRAWN + dt.timedelta(n)) for n in (-1, 0, 1, 2)] == [0, 0, 1, 1]


@pytest.fixture(scope="module")
def classing(request: pytest.FixtureRequest) -> Classing:
    packs: list[Path] = request.getfixturevalue("demo_packs")
    return Classing.of(load(packs, asof=request.getfixturevalue("asof")))


def sound(classing: Classing) -> dict[str, bool | str | None]:
    """Judge that nothing speaks against a loan but its days."""
    return {
        name: False if said.type == "flag" else "0"
        for name, said in classing.classes.table.inputs.items()
        if name != "overdue_days"
    }


def test_the_day_of_the_next_class_is_the_first_on_which_it_differs(classing: Classing) -> None:
    agreed, late = contract(), Reclassing(classing)
    events = stream((DRAWN, ev.Judge(sound(classing))))
    day, seen_on = DRAWN, []
    while day < DRAWN + dt.timedelta(430):
        state = fold(agreed, events, asof=day)
        change = late.change(state)
        assert change.name == classed(state, classing).name
        if change.asked_on is None:
            day += dt.timedelta(7)
            continue
        last = fold(agreed, events, asof=change.asked_on - NIGHT)
        first = fold(agreed, events, asof=change.asked_on)
        assert classed(last, classing).name == change.name != classed(first, classing).name
        seen_on.append(first.overdue_days)
        day = change.asked_on
    assert seen_on == [91, 271, 361]


def test_a_class_kept_by_history_is_asked_for_after_whole_months(classing: Classing) -> None:
    agreed = contract("interest_first")
    paid_on = DRAWN + dt.timedelta(150)
    due = fold(agreed, stream(), asof=paid_on).due_fen
    events = stream((DRAWN, ev.Judge(sound(classing))), (paid_on, ev.Pay(due)))
    found = Reclassing(classing).change(fold(agreed, events, asof=paid_on))
    assert (found.name, found.asked_on) == ("substandard", dt.date(2026, 7, 9))
