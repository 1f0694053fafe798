"""Random lives of loans: what may happen, on any days, entered in any order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st

from huoshui.cashflow.rates import Fixed, Floating
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.events import Event
from tests.web.agreements.lending import DRAWN, LATE, LAW, OLDEST, contract, stream

MATURES = dt.date(2026, 7, 10)
LAST = 260  # days after the draw that are looked at
HORIZON = DRAWN + dt.timedelta(LAST)

days = st.integers(0, LAST - 10).map(lambda days: DRAWN + dt.timedelta(days))
amounts = st.integers(1, 150_000_00)
small = st.integers(1, 5_000_00)
rates = st.sampled_from([Decimal("0"), Decimal("0.018"), Decimal("0.0345")])
later = st.none() | st.integers(1, LAST).map(lambda days: DRAWN + dt.timedelta(days))

money: st.SearchStrategy[ev.Act] = st.one_of(
    st.builds(ev.Pay, small),
    st.builds(ev.Pay, amounts),
    st.builds(ev.Pay, small, is_advance=st.just(True)),
    st.builds(ev.Prepay, amounts, st.sampled_from(["shorten", "lower"])),
)
relief: st.SearchStrategy[ev.Act] = st.one_of(
    st.builds(ev.CutRate, rates, later),
    st.builds(ev.SetRate, rates, later),
    st.builds(ev.Extend, st.integers(1, 200).map(lambda d: MATURES + dt.timedelta(d))),
    st.builds(ev.Holiday, days),
    st.builds(ev.Waive, st.sampled_from(["cost", "penalty", "compound", "interest"]), small),
    st.builds(ev.Renew, amounts, st.just("L-2"), st.booleans()),
)
books: st.SearchStrategy[ev.Act] = st.one_of(
    st.builds(ev.Fee, small),
    st.builds(ev.StopAccrual),
    st.builds(ev.ResumeAccrual),
    st.builds(ev.WriteOff),
    st.builds(ev.Recover, small),
    st.builds(ev.Refund, small),
)
happenings = st.lists(st.tuples(days, st.one_of(money, money, relief, books)), max_size=9)


@st.composite
def lives(draw: st.DrawFn) -> tuple[Contract, list[Event]]:
    """A contract and what happens to its loan, sound or not, some of it reversed."""
    agreed = draw(contracts)
    events = stream(*draw(happenings))
    for nth in draw(st.sets(st.integers(3, 3 + len(events)), max_size=2)):
        if nth <= len(events):
            events.append(Event(len(events) + 1, HORIZON, ev.Reverse(nth)))
    return agreed, events


def _contracts(day_counts: list[str], free_days: list[int]) -> st.SearchStrategy[Contract]:
    return st.builds(
        contract,
        st.sampled_from(
            ["level_payment", "level_principal", "interest_first", "quarterly_interest"]
        ),
        matures_on=st.just(MATURES),
        rate=st.sampled_from([Fixed(Decimal("0.036")), Floating("lpr", 60)]),
        rate_from=st.just(dt.date(2025, 5, 1)),  # so that the yearly reset is on 1 May
        day_count=st.sampled_from(day_counts),
        interest_free_days=st.sampled_from(free_days),
        grace_days=st.sampled_from([0, 3]),
        compounds=st.booleans(),
        orders=st.sampled_from([(LAW,), (LATE, LAW), (OLDEST,)]),
        stops_above_days=st.sampled_from([None, 20]),
    )


contracts = _contracts(["A360", "months_and_days"], [0, 45])
nightly = _contracts(["A360"], [0])
"""Contracts whose interest is that of their nights, each by itself."""
