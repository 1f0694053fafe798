"""Balances of any value day, known at any batch; checkpoints never change an answer."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.ledger.actions.checkpoints import checkpoints_make
from huoshui.web.ledger.queries.balances import known_now
from huoshui.web.ledger.queries.verification import ledger_findings
from tests.web.databases import AsRole
from tests.web.given import DAY
from tests.web.ledger.given import BANK, days, drawn, fen, lender, paid, post, principal, settle

pytestmark = pytest.mark.usefixtures("jobs_database")


def test_a_back_dated_draw_changes_the_day_and_not_what_was_known_before() -> None:
    bank, (first, second, third) = lender(), days(3)
    a = post(bank, "a", drawn(100), on=first, actor=SYSTEM)
    b = post(bank, "b", drawn(10), on=third, actor=SYSTEM)
    c = post(bank, "c", drawn(5), on=second, actor=SYSTEM)
    settle()
    assert fen(bank, principal(), on=second) == 105
    assert fen(bank, principal(), on=second, known=b.batch) == 100
    assert fen(bank, principal(), known=b.batch) == 110
    assert fen(bank, principal(), on=first - dt.timedelta(1)) == 0
    assert fen(bank, principal(), known=a.batch - 1) == 0
    assert fen(bank, principal(), known=c.batch) == fen(bank, principal()) == 115


def test_a_batch_that_may_still_grow_is_not_asked_about(as_role: AsRole) -> None:
    bank = lender()
    post(bank, "a", drawn(100), actor=SYSTEM)
    other = as_role("jobs")
    other.execute("SELECT pg_current_xact_id()")  # somebody is still at it
    posted = post(bank, "b", drawn(1), actor=SYSTEM)
    with pytest.raises(Refused, match=r"ledger\.not_settled"):
        fen(bank, principal(), known=posted.batch)
    assert fen(bank, principal()) == 101, "what is there now may be asked without a batch"
    other.rollback()
    settle()
    assert fen(bank, principal(), known=posted.batch) == 101


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_checkpoints_change_no_answer(seed: int) -> None:
    chance, bank = random.Random(seed), lender()
    said: list[tuple[int, dt.date, int]] = []  # batch, day, what the principal gained
    for nth in range(60):
        day, total = chance.choice(days(9)), sum(gain for *_, gain in said)
        count = chance.choice([1, 1, 2, 5])
        if total > 50 and chance.random() < 0.4:
            entry, gain = paid(chance.randint(1, 10)), -1
        else:
            entry, gain = drawn(chance.randint(1, 99)), 1
        posted = post(bank, f"k-{nth}", *[entry] * count, on=day, actor=SYSTEM)
        said.append((posted.batch, day, gain * entry.amount_fen * count))
        if nth % 17 == 0:
            settle()
            checkpoints_make(every=True, legs=chance.choice([1, 3, 8]))
    settle()
    checkpoints_make(every=True, legs=4)
    for known in chance.sample([batch for batch, *_ in said], 12):
        for on in [None, *chance.sample(days(9), 3)]:
            wanted = sum(g for b, d, g in said if b <= known and (on is None or d <= on))
            assert fen(bank, principal(), on=on, known=known) == wanted
            assert fen(bank, BANK, on=on, known=known) == -wanted
    with acting(SYSTEM):
        made = ledger_findings()
    assert made.findings == []
    assert made.checkpoints > 10


def test_a_checkpoint_waits_for_transactions_that_still_run(as_role: AsRole) -> None:
    bank = lender()
    post(bank, "a", drawn(100), actor=SYSTEM)
    settle()
    other = as_role("jobs")
    other.execute("SELECT pg_current_xact_id()")
    post(bank, "b", drawn(1), actor=SYSTEM)
    with acting(SYSTEM):
        settled = known_now()
    checkpoints_make(every=True, legs=1)
    admin = as_role("admin")
    row = admin.execute("SELECT max(through) FROM ledger_checkpoint").fetchone()
    assert row is not None
    assert 0 < row[0] <= settled, "what still runs may add to a later batch"
    other.rollback()
    settle()
    assert checkpoints_make(every=True, legs=1) > 0
    assert fen(bank, principal(), on=DAY) == 101


def test_busy_accounts_are_met_in_the_sample_and_looked_after() -> None:
    bank = lender()
    for nth in range(3):
        post(bank, f"k-{nth}", *[drawn(1)] * 600, actor=SYSTEM)
    settle()
    assert checkpoints_make() > 0, "three times six hundred legs held a sampled one"
    assert checkpoints_make() == 0
    assert fen(bank, principal()) == 1800


def test_what_cannot_be_counted_yet_stays_due(as_role: AsRole) -> None:
    bank = lender()
    other = as_role("jobs")
    other.execute("SELECT pg_current_xact_id()")  # holds back what is settled
    for nth in range(3):
        post(bank, f"k-{nth}", *[drawn(1)] * 600, actor=SYSTEM)
    assert checkpoints_make() == 0
    other.rollback()
    settle()
    assert checkpoints_make() > 0
