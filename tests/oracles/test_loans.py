"""The fold of a loan against a diary kept day by day: the same to the fen, whatever happens."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.folding import fold
from huoshui.web.agreements.rules.loan.state import LoanState
from tests.oracles.loans import Diary
from tests.web.agreements.lending import DRAWN, stream
from tests.web.agreements.streams import LAST, MATURES, days, nightly, rates

AMOUNTS = st.one_of(st.integers(1, 12_000_00), st.integers(1, 150_000_00))
ACTS: st.SearchStrategy[ev.Act] = st.one_of(
    st.builds(ev.Pay, AMOUNTS),
    st.builds(ev.Prepay, AMOUNTS, st.just("lower")),
    st.builds(ev.Fee, st.integers(1, 500_00)),
    st.builds(ev.CutRate, rates),
    st.builds(ev.Extend, st.integers(1, 300).map(lambda d: MATURES + dt.timedelta(d))),
)


def told(state: LoanState) -> dict[str, Any]:
    """The same things of a state as the diary tells."""
    return {
        "undue": state.undue_fen,
        "principal": state.principal_fen,
        "interest": state.interest_due_fen,
        "running": state.running_fen,
        "penalty": state.penalty_fen,
        "compound": state.compound_fen,
        "cost": state.cost_fen,
        "surplus": state.surplus_fen,
        "overdue_days": state.overdue_days,
        "paid": dict(state.repaid),
    }


@given(nightly, st.lists(st.tuples(days, ACTS), max_size=6), st.integers(0, LAST))
@settings(max_examples=50)
def test_the_fold_agrees_with_a_diary_kept_day_by_day(
    contract: Contract, happened: list[tuple[dt.date, ev.Act]], after: int
) -> None:
    events, asof = stream(*happened), DRAWN + dt.timedelta(after)
    assert told(fold(contract, events, asof=asof)) == Diary(contract, events, asof).summary()
