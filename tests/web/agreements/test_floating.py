"""Loans that follow a published rate: what a reset took stays, whatever is published later."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.cashflow.rates import Floating, Rates, Reset
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.events import Event, standing
from huoshui.web.agreements.rules.loan.folding import fold, walked
from huoshui.web.agreements.rules.loan.postings import postings
from huoshui.web.agreements.rules.loan.resets import rates_known, resets_due, taken_of
from tests.web.agreements.lending import DRAWN, contract, stream
from tests.web.agreements.streams import happenings

MAY = dt.date(2026, 5, 1)
"""The reset of these loans, in the middle of a period."""

PUBLISHED = {dt.date(2025, 1, 1): Decimal("0.03"), dt.date(2026, 4, 20): Decimal("0.028")}


def knowing(agreed: Contract, rates: Rates) -> Contract:
    return replace(agreed, planner=replace(agreed.planner, rates=rates))


def floating(method: str = "level_payment", **said: object) -> Contract:
    rate = Floating("lpr", 60, first=Decimal("0.0372"))
    return contract(method, rate=rate, rate_from=dt.date(2025, 5, 1), **said)


def test_what_was_agreed_holds_until_the_first_reset_and_the_reference_from_then_on() -> None:
    agreed = contract(rate=Floating("lpr", 60, Reset.NEW_YEAR, first=Decimal("0.0372")))
    agreed = knowing(agreed, Rates({"lpr": PUBLISHED}))
    assert fold(agreed, stream(), asof=dt.date(2026, 12, 31)).annual_rate == Decimal("0.0372")
    assert fold(agreed, stream(), asof=dt.date(2027, 1, 1)).annual_rate == Decimal("0.034")


def test_a_reset_is_told_once_and_read_back() -> None:
    agreed = knowing(floating(), Rates({"lpr": PUBLISHED}))
    before = walked(agreed, standing(stream()), asof=MAY - dt.timedelta(1))
    assert resets_due(before, {}) == []
    (found,) = resets_due(walked(agreed, standing(stream()), asof=MAY), {})
    assert (found.on, found.reference_rate) == (MAY, Decimal("0.028"))
    assert found.annual_rate == Decimal("0.034")
    assert taken_of(found.on, found.body) == found
    assert resets_due(walked(agreed, standing(stream()), asof=MAY), {MAY: Decimal("0.028")}) == []


rates = st.integers(100, 600).map(lambda bp: Decimal(bp) / 10_000)


@settings(max_examples=40)
@given(
    happenings,
    st.sampled_from(["level_payment", "level_principal", "interest_first"]),
    st.dictionaries(st.dates(MAY, dt.date(2026, 12, 1)), rates, max_size=3),
    st.integers(0, 250),
)
def test_what_is_published_later_changes_nothing_before_the_reset_that_takes_it(
    happened: list[tuple[dt.date, ev.Act]],
    method: str,
    later: dict[dt.date, Decimal],
    after: int,
) -> None:
    agreed, events = floating(method), stream(*happened)
    taken = {MAY: Decimal("0.028")}
    corrected = Rates({"lpr": {**PUBLISHED, MAY - dt.timedelta(5): Decimal("0.05"), **later}})
    once = knowing(agreed, rates_known("lpr", {}, Rates({"lpr": PUBLISHED})))
    again = knowing(agreed, rates_known("lpr", taken, corrected))
    day = DRAWN + dt.timedelta(after)
    assert _booked(once, events, day) == _booked(again, events, day)
    # A reset that took nothing down follows what is published, from its own day on and no earlier.
    open_ = knowing(agreed, rates_known("lpr", {}, corrected))
    early = min(day, MAY - dt.timedelta(1))
    assert _booked(once, events, early) == _booked(open_, events, early)


def _booked(agreed: Contract, events: list[Event], day: dt.date) -> Counter[object]:
    state = fold(agreed, events, asof=day)
    return Counter(postings(None, state, planner=agreed.planner))
