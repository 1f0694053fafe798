"""Holds count against floors until they are posted or let go, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.ledger.actions.holding import hold_post, hold_void, transfers_hold
from huoshui.web.ledger.actions.posting import Posted, voucher_reverse
from huoshui.web.ledger.rules.entries import Entry
from huoshui.web.parties.models import Institution
from tests.web.given import AT, DAY
from tests.web.ledger.given import drawn, fen, lender, lender_actor, paid, post, principal, stands

pytestmark = pytest.mark.usefixtures("database")


def held(bank: Institution, key: str, *entries: Entry) -> Posted:
    """Hold entries."""
    return done(transfers_hold, bank, key=key, entries=entries)


def done(deed: Callable[..., Posted], bank: Institution, **more: Any) -> Posted:
    """Do something in a transaction of its own."""
    with acting(lender_actor(bank)) as who:
        return deed(
            who, at=AT, institution=bank.id, effective_on=DAY, why="a test", **more
        )  # fmt: skip


def free(bank: Institution) -> int:
    """Give what of the principal is not spoken for."""
    found = stands(bank, principal())
    assert found is not None
    return found.available_fen


def test_what_is_held_has_not_moved_and_is_not_free() -> None:
    bank = lender()
    post(bank, "draw", drawn(100))
    held(bank, "hold", paid(70))
    assert (fen(bank, principal()), free(bank)) == (100, 30)
    with pytest.raises(Refused, match=r"ledger\.overdrawn"):
        post(bank, "pay", paid(31))
    with pytest.raises(Refused, match=r"ledger\.overdrawn"):
        held(bank, "hold-2", paid(31))
    post(bank, "pay", paid(30))
    assert (fen(bank, principal()), free(bank)) == (70, 0)


def test_a_hold_is_posted_whole() -> None:
    bank = lender()
    post(bank, "draw", drawn(100))
    hold = held(bank, "hold", paid(70))
    first = done(hold_post, bank, key="post", hold=hold.voucher)
    again = done(hold_post, bank, key="post", hold=hold.voucher)
    assert (again.voucher, again.was_there) == (first.voucher, True)
    assert (fen(bank, principal()), free(bank)) == (30, 30)


def test_of_a_hold_posted_in_part_the_rest_is_let_go() -> None:
    bank = lender()
    post(bank, "draw", drawn(100))
    hold = held(bank, "hold", paid(70), paid(5))
    done(hold_post, bank, key="post", hold=hold.voucher, amounts_fen={1: 20, 2: 0})
    assert (fen(bank, principal()), free(bank)) == (80, 80)


def test_a_hold_that_is_let_go_frees_what_it_held() -> None:
    bank = lender()
    post(bank, "draw", drawn(100))
    hold = held(bank, "hold", paid(70))
    done(hold_void, bank, key="void", hold=hold.voucher)
    assert (fen(bank, principal()), free(bank)) == (100, 100)


def test_a_hold_ends_once() -> None:
    bank = lender()
    post(bank, "draw", drawn(100))
    hold = held(bank, "hold", paid(70))
    done(hold_void, bank, key="void", hold=hold.voucher)
    for deed in (hold_post, hold_void):
        with pytest.raises(Refused, match=r"ledger\.hold_ended"):
            done(deed, bank, key="again", hold=hold.voucher)
    assert (fen(bank, principal()), free(bank)) == (100, 100)


def test_more_than_is_held_is_not_posted_and_what_holds_nothing_is_refused() -> None:
    bank = lender()
    draw = post(bank, "draw", drawn(100))
    hold = held(bank, "hold", paid(70))
    with pytest.raises(Refused, match=r"ledger\.above_hold"):
        done(hold_post, bank, key="post", hold=hold.voucher, amounts_fen={1: 71})
    with pytest.raises(Refused, match=r"ledger\.no_hold"):
        done(hold_post, bank, key="post", hold=draw.voucher)
    with pytest.raises(Refused, match=r"ledger\.no_voucher"):
        done(hold_void, bank, key="post", hold=hold.voucher + 99)
    with pytest.raises(Refused, match=r"ledger\.not_reversible"):
        done(voucher_reverse, bank, key="back", voucher=hold.voucher)


def test_a_voucher_is_reversed_once_by_one_that_names_it() -> None:
    bank = lender()
    draw = post(bank, "draw", drawn(100), drawn(3, "L-2"))
    done(voucher_reverse, bank, key="back", voucher=draw.voucher)
    assert (fen(bank, principal()), fen(bank, principal("L-2"))) == (0, 0)
    assert done(voucher_reverse, bank, key="back", voucher=draw.voucher).was_there
    with pytest.raises(Refused, match=f"Voucher {draw.voucher} was reversed already"):
        done(voucher_reverse, bank, key="back-2", voucher=draw.voucher)


def test_what_was_spent_meanwhile_is_not_reversed() -> None:
    bank = lender()
    draw = post(bank, "draw", drawn(100))
    post(bank, "pay", paid(40))
    with pytest.raises(Refused, match="would stand at -40 fen"):
        done(voucher_reverse, bank, key="back", voucher=draw.voucher)
