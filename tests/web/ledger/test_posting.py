"""Transfers are posted together or not at all, once for a key, and never changed."""

from __future__ import annotations

import pytest

from huoshui.kernel.errors import Refused
from huoshui.web.ledger.rules.entries import AccountName, Entry
from tests.web.ledger.given import BANK, drawn, fen, lender, paid, post, principal

pytestmark = pytest.mark.usefixtures("database")


def test_a_draw_moves_money_from_the_bank_to_the_loan() -> None:
    bank = lender()
    posted = post(bank, "draw-1", drawn(100_00))
    assert not posted.was_there
    assert fen(bank, principal()) == 100_00
    assert fen(bank, BANK) == -100_00
    assert fen(bank, principal("L-2")) is None, "nothing was ever posted there: not zero"


def test_the_same_key_and_body_give_the_same_answer_and_post_once() -> None:
    bank = lender()
    first = post(bank, "draw-1", drawn(100_00))
    again = post(bank, "draw-1", drawn(100_00))
    assert (again.voucher, again.batch, again.was_there) == (first.voucher, first.batch, True)
    assert fen(bank, principal()) == 100_00


def test_the_same_key_with_another_body_is_refused() -> None:
    bank = lender()
    post(bank, "draw-1", drawn(100_00))
    with pytest.raises(Refused, match=r"ledger\.key_of_other"):
        post(bank, "draw-1", drawn(100_01))
    assert fen(bank, principal()) == 100_00


def test_more_than_there_is_is_refused_and_nothing_of_it_stays() -> None:
    bank = lender()
    post(bank, "draw-1", drawn(100_00))
    with pytest.raises(Refused, match=r"ledger\.overdrawn") as refused:
        post(bank, "pay-1", drawn(5_00), paid(105_01))
    assert "loan_principal L-1 would stand at -1 fen" in str(refused.value)
    assert fen(bank, principal()) == 100_00
    post(bank, "pay-1", drawn(5_00), paid(105_00))
    assert fen(bank, principal()) == 0


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "nothing"),
        ([drawn(0)], "not_above_nothing"),
        ([drawn(-1)], "not_above_nothing"),
        ([drawn(2**53 + 1)], "not_above_nothing"),
        ([Entry(BANK, BANK, 1)], "same_account"),
        ([Entry(BANK, AccountName("interest_income", None, "USD"), 1)], "currencies_differ"),
        ([Entry(BANK, AccountName("pocket_money"), 1)], "not_in_chart"),
        ([Entry(BANK, AccountName("loan_principal"), 1)], "agreement_needed"),
        ([Entry(BANK, AccountName("interest_income", "L-1"), 1)], "no_agreement_wanted"),
    ],
)
def test_what_cannot_be_posted_is_refused_with_its_reason(entries: list[Entry], code: str) -> None:
    with pytest.raises(Refused, match=f"ledger.{code}"):
        post(lender(), "k", *entries)
