"""What holds of every loan, whatever happens to it: no fen is lost, order of arrival is none."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.kernel.errors import Problem
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.accepting import may_append
from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.events import Event, standing
from huoshui.web.agreements.rules.loan.folding import fold
from huoshui.web.agreements.rules.loan.postings import POSTING_KINDS, postings
from huoshui.web.agreements.rules.loan.state import LoanState
from tests.web.agreements.lending import DRAWN, contract, stream
from tests.web.agreements.streams import HORIZON, LAST, days, happenings, lives

CLAIMS = ("cost", "penalty", "compound", "interest", "principal")


def balances(agreed: Contract, state: LoanState) -> dict[str, int]:
    """What the books hold after everything was posted, account by account."""
    sums: Counter[str] = Counter()
    for each in postings(None, state, planner=agreed.planner):
        assert each.kind in POSTING_KINDS
        assert each.on <= state.asof
        sums[each.kind] += each.amount_fen
    return booked(sums)


def booked(sums: Counter[str]) -> dict[str, int]:
    """Add the kinds of posting up to accounts, as rules of posting do."""
    found = {
        "principal": sums["draw"] + sums["draw_renewal"] - sums["repay_principal"]
        - sums["renew_principal"] - sums["write_off_principal"],
        "overdue": sums["overdue"],
        "cost": sums["charge_cost"] + sums["charge_refund"] - sums["repay_cost"]
        - sums["waive_cost"] - sums["write_off_cost"],
        "clearing": sums["receive"] - sums["refund"] + sums["charge_refund"]
        - sum(sums[f"{verb}_{claim}{off}"] for verb in ("repay", "recover") for claim in CLAIMS
              for off in ("", "_off")),
    }  # fmt: skip
    for claim in ("interest", "penalty", "compound"):
        moved = sums[f"suspend_{claim}"] - sums[f"restore_{claim}"]
        less = ("repay", "waive", "write_off")
        found[claim] = sums[f"accrue_{claim}"] - moved
        found[claim] -= sum(sums[f"{verb}_{claim}"] for verb in less)
        found[f"{claim}_off"] = sums[f"accrue_{claim}_off"] + moved
        found[f"{claim}_off"] -= sum(sums[f"{verb}_{claim}_off"] for verb in less)
    return found


def held(state: LoanState) -> dict[str, int]:
    """What a state says the books must hold."""
    on, beside = ("", "_off") if state.is_accruing else ("_off", "")
    grown = {
        "interest": state.interest_due_fen + state.running_fen,
        "penalty": state.penalty_fen,
        "compound": state.compound_fen,
    }
    return {
        "principal": state.principal_fen,
        "overdue": state.overdue_principal_fen,
        "cost": state.cost_fen,
        "clearing": state.surplus_fen,
        **{f"{claim}{on}": amount for claim, amount in grown.items()},
        **{f"{claim}{beside}": 0 for claim in grown},
    }


@settings(max_examples=60)
@given(lives(), st.integers(0, LAST))
def test_every_fen_is_accounted_for(life: tuple[Contract, list[Event]], after: int) -> None:
    agreed, events = life
    state = fold(agreed, events, asof=DRAWN + dt.timedelta(after))
    gone = state.repaid["principal"] + state.renewed_fen + state.written_off["principal"]
    assert state.drawn_fen == gone + state.principal_fen
    used = sum(state.repaid.values()) + sum(state.recovered.values())
    back = state.refunded_fen - state.refunded_unduly_fen
    assert state.received_fen == used + state.surplus_fen + back
    assert all(state.recovered[claim] <= state.written_off[claim] for claim in CLAIMS)
    amounts = (state.undue_fen, state.running_fen, state.cost_fen, state.surplus_fen)
    assert min(*amounts, state.penalty_fen, state.compound_fen) >= 0
    assert all(e.principal_left_fen >= 0 and e.interest_left_fen >= 0 for e in state.fallen)
    assert sum(each.principal_fen for each in state.coming) == state.undue_fen
    assert not (state.surplus_fen and state.due_fen)


@settings(max_examples=60)
@given(lives(), st.integers(0, LAST))
def test_the_books_hold_what_the_state_says(life: tuple[Contract, list[Event]], after: int) -> None:
    agreed, events = life
    state = fold(agreed, events, asof=DRAWN + dt.timedelta(after))
    assert balances(agreed, state) == held(state)


@settings(max_examples=60)
@given(lives(), st.integers(0, LAST), st.integers(0, LAST))
def test_the_books_are_right_on_every_earlier_day_as_well(
    life: tuple[Contract, list[Event]], one: int, other: int
) -> None:
    agreed, events = life
    early, late = sorted((DRAWN + dt.timedelta(one), DRAWN + dt.timedelta(other)))
    sums: Counter[str] = Counter()
    for each in postings(None, fold(agreed, events, asof=late), planner=agreed.planner):
        if each.on <= early:
            sums[each.kind] += each.amount_fen
    assert booked(sums) == held(fold(agreed, events, asof=early))


@settings(max_examples=60)
@given(lives(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(
    life: tuple[Contract, list[Event]], random: object
) -> None:
    agreed, events = life
    seen: set[tuple[dt.date, str]] = set()
    apart = []  # one event of a kind a day: two of a kind on one day count as they came
    for each in standing(events):
        if (each.on, each.kind) not in seen:
            seen.add((each.on, each.kind))
            apart.append(each)
    shuffled = [replace(e, n=n) for n, e in enumerate(_shuffled(apart, random), start=1)]
    assert fold(agreed, shuffled, asof=HORIZON) == fold(agreed, apart, asof=HORIZON)


def _shuffled(events: list[Event], random: object) -> list[Event]:
    mixed = list(events)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    return mixed


@settings(max_examples=60)
@given(lives(), st.data())
def test_a_reversal_is_its_event_never_having_been_and_posts_the_difference(
    life: tuple[Contract, list[Event]], data: st.DataObject
) -> None:
    agreed, events = life
    standing_ones = [e for e in standing(events) if not isinstance(e.act, ev.Draw)]
    chosen = data.draw(st.sampled_from(standing_ones))
    reversal = Event(len(events) + 1, HORIZON, ev.Reverse(chosen.n))
    before = fold(agreed, events, asof=HORIZON)
    after = fold(agreed, [*events, reversal], asof=HORIZON)
    never = fold(agreed, [e for e in events if e.n != chosen.n], asof=HORIZON)
    assert after == never
    sums = Counter({each.kind: 0 for each in postings(None, before, planner=agreed.planner)})
    for each in postings(None, before, planner=agreed.planner):
        sums[each.kind] += each.amount_fen
    for each in postings(before, after, planner=agreed.planner):
        sums[each.kind] += each.amount_fen
        assert each.on >= chosen.on  # nothing before its day changes
    assert booked(sums) == held(never)


@settings(max_examples=60)
@given(lives(), st.integers(0, LAST - 1))
def test_posting_a_day_at_a_time_comes_to_the_same(
    life: tuple[Contract, list[Event]], after: int
) -> None:
    agreed, events = life
    day = DRAWN + dt.timedelta(after)
    whole = fold(agreed, events, asof=HORIZON)
    part = fold(agreed, events, asof=day)
    first = postings(None, part, planner=agreed.planner)
    rest = postings(part, whole, planner=agreed.planner)
    assert all(each.on > day for each in rest)
    assert sorted((*first, *rest)) == list(postings(None, whole, planner=agreed.planner))


@settings(max_examples=60)
@given(happenings, days)
def test_a_stream_whose_events_were_taken_never_has_more_than_was_owed(
    happened: list[tuple[dt.date, ev.Act]], today: dt.date
) -> None:
    agreed, events = contract(), stream()
    for on, act in happened:
        event = Event(len(events) + 1, on, act)
        found = may_append(agreed, events, event, today=HORIZON)
        assert all(isinstance(each, Problem) and each.zh for each in found)
        if not found:
            events.append(event)
    taken = [each.act for each in events]
    is_sure = not any(
        isinstance(act, ev.CutRate | ev.SetRate | ev.Waive | ev.Holiday | ev.Extend | ev.WriteOff)
        or (isinstance(act, ev.Pay) and act.is_advance)
        for act in taken
    )
    if is_sure:  # what is given up later may turn a payment into more than was owed
        assert fold(agreed, events, asof=HORIZON).surplus_fen == 0
