"""From events to entries by the posting rules of the packs."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from huoshui.web.ledger.rules.entries import AccountName, Entry
from huoshui.web.ledger.rules.posting import entries_of
from tests.given import ROOT

PACK = load([ROOT / "packs/common"], asof=dt.date(2026, 11, 20))
LOAN, CHART = PACK.postings["loan"], PACK.charts["lender"]


def entries(event: str, fen: int) -> list[Entry]:
    """Give the entries of an event of one amount."""
    return entries_of(LOAN, CHART, event, {"amount_fen": fen}, agreement="L-1")


def test_a_draw_is_posted_in_cash_from_the_banks_own_account_to_the_loans() -> None:
    wanted = Entry(AccountName("loan_principal", "L-1"), AccountName("bank_settlement"), 7, "cash")
    assert entries("draw", 7) == [wanted]


@given(st.sampled_from(sorted(LOAN.events)), st.integers(1, 10**12))
def test_what_is_posted_and_taken_back_leaves_nothing(event: str, fen: int) -> None:
    moved: dict[AccountName, int] = {}
    for each in [*entries(event, fen), *entries(event, -fen)]:
        assert each.amount_fen > 0
        moved[each.debit] = moved.get(each.debit, 0) + each.amount_fen
        moved[each.credit] = moved.get(each.credit, 0) - each.amount_fen
    assert moved
    assert not any(moved.values())


def test_nothing_is_not_posted() -> None:
    assert entries("draw", 0) == []


def test_an_unknown_event_and_a_missing_amount_are_refused() -> None:
    with pytest.raises(Refused, match=r"ledger\.no_rule"):
        entries("dance", 1)
    with pytest.raises(Refused, match=r"ledger\.amounts_differ"):
        entries_of(LOAN, CHART, "draw", {}, agreement="L-1")


def test_parts_that_do_not_make_the_whole_are_refused() -> None:
    draw = LOAN.events["draw"]
    label = draw.amounts["amount_fen"]
    event = draw.model_copy(
        update={
            "amounts": {"amount_fen": label, "a_fen": label, "b_fen": label},
            "sums": {"amount_fen": ("a_fen", "b_fen")},
        }
    )
    rules = LOAN.model_copy(update={"events": {"draw": event}})
    amounts = {"amount_fen": 10, "a_fen": 4, "b_fen": 5}
    with pytest.raises(Refused, match="is 10 fen, and its parts make 9"):
        entries_of(rules, CHART, "draw", amounts, agreement="L-1")
    amounts["b_fen"] = 6
    assert len(entries_of(rules, CHART, "draw", amounts, agreement="L-1")) == 1
