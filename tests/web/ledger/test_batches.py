"""Many vouchers in one call are what one by one would be, or nothing: rows, keys, floors, kills."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from typing import Any

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.verification import entries_between
from huoshui.web.audit.rules.actor import SYSTEM, Actor
from huoshui.web.audit.rules.digests import entry_digest, payload_digest
from huoshui.web.ledger.actions.posting import Posted, Wanted, vouchers_post
from huoshui.web.ledger.queries.verification import ledger_findings
from huoshui.web.ledger.rules.entries import AccountName, Booking, Entry
from huoshui.web.parties.models import Institution
from tests.web.databases import AsRole
from tests.web.given import AT, DAY
from tests.web.ledger.given import (
    BANK,
    days,
    drawn,
    fen,
    lender,
    lender_actor,
    owed,
    paid,
    post,
    principal,
)
from tests.web.ledger.test_races import WRITERS, Overdrawn, at_once, overdrawing


def batch(bank: Institution, wanted: Sequence[Wanted], actor: Actor | None = None) -> list[Posted]:
    """Post vouchers in one call and one transaction."""
    with acting(actor or lender_actor(bank)) as who:
        return vouchers_post(who, at=AT, institution=bank.id, wanted=wanted)


def wanted(key: str, *entries: Entry, on: dt.date = DAY, why: str = "a test") -> Wanted:
    """Ask for a voucher."""
    return Wanted(key, Booking("manual", on, why), entries)


class Undone(Exception):  # noqa: N818 - it is expected
    """Takes a transaction back."""


ROWS = """
    SELECT v.key, v.kind, v.effective_on, v.at, v.why, v.corrects_id, v.rule, v.legs,
           v.institution_id, v.body_digest, v.digest, rank() OVER (ORDER BY v.id),
           v.batch = e.xid::text::bigint, e.at, e.actor_kind, e.actor, e.person_id, e.subject_id,
           e.institution_id, e.action, e.object_kind, e.reason, e.rule, p.body, length(p.salt),
           rank() OVER (ORDER BY e.id),
           (SELECT json_agg(json_build_array(t.n, t.institution_id, t.debit_id, t.credit_id,
                   t.amount_fen, t.effective_on, t.batch = v.batch, t.kind, t.book, t.hold_id,
                   t.hold_n, t.digest) ORDER BY t.n)::text
            FROM ledger_transfer t WHERE t.voucher_id = v.id)
    FROM ledger_voucher v
    LEFT JOIN audit_entry e ON e.action = 'ledger.posted' AND e.object_id = v.id::text
    LEFT JOIN audit_payload p ON p.entry_id = e.id
    WHERE v.id > %s ORDER BY v.id
"""
"""All that a voucher is, but for numbers that only grow, and salts with what is made of them."""


def written(bank: Institution, asked: Sequence[Sequence[Wanted]]) -> tuple[Any, ...]:
    """Post in as many calls as there are lists; give the answers and the rows, and take all back.

    Every entry's digests are looked at as the record's verification does.
    """
    seen: list[Any] = []
    with suppress(Undone), acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM ledger_voucher")
        (last,) = cursor.fetchone()
        answers = [
            each
            for one in asked
            for each in vouchers_post(SYSTEM, at=AT, institution=bank.id, wanted=one)
        ]
        cursor.execute(ROWS, [last])
        rows = cursor.fetchall()
        numbers = sorted({each.voucher for each in answers})
        seen = [[(numbers.index(a.voucher), a.was_there) for a in answers], rows]
        for each in entries_between(0, None):
            assert entry_digest(each) == each.digest
            if each.payload is not None:
                assert each.payload.salt is not None
                assert payload_digest(each.payload.salt, each.payload.body) == each.payload_digest
        assert ledger_findings().findings == []
        raise Undone
    return tuple(seen)


NAMES = (principal(), principal("L-2"), owed(), BANK, AccountName("interest_income"))

texts = st.one_of(
    st.sampled_from(['"', "\\", "%s %1$s %", "NULL", "{a,b}", "a,b", "", " ", "\n\t", "还款", "'"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)
entries = st.builds(
    Entry, st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 60),
    st.sampled_from(["book", "cash"]),
).filter(lambda each: each.debit != each.credit)  # fmt: skip
vouchers = st.builds(
    Wanted,
    texts,
    st.builds(Booking, texts, st.sampled_from(days(3)), texts, st.none(), st.none() | texts),
    st.lists(entries, min_size=1, max_size=3),
)


@pytest.mark.usefixtures("jobs_database")
@settings(
    max_examples=20, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(vouchers, min_size=1, max_size=6, unique_by=lambda each: each.key), st.data())
def test_a_batch_writes_the_rows_that_one_by_one_writes(
    asked: list[Wanted], data: st.DataObject
) -> None:
    bank = lender()
    floored = [Entry(name, NAMES[4], 10_000) for name in NAMES[:3]]
    post(bank, "the start", *floored, Entry(BANK, NAMES[4], 1), actor=SYSTEM)
    # Some keys come twice, and the whole order is any.
    again = data.draw(st.lists(st.sampled_from(asked), max_size=2))
    asked = data.draw(st.permutations([*asked, *again]))
    together = written(bank, [asked])
    assert together == written(bank, [[each] for each in asked])
    assert len(together[1]) == len({each.key for each in asked})


@pytest.mark.usefixtures("jobs_database")
def test_used_keys_are_answered_each_and_the_others_posted() -> None:
    bank = lender()
    first = post(bank, "b", drawn(5))
    asked = [wanted(key, drawn(5)) for key in "abc"]
    made = batch(bank, asked)
    assert [each.was_there for each in made] == [False, True, False]
    assert (made[1].voucher, made[1].batch) == (first.voucher, first.batch)
    assert batch(bank, asked) == [Posted(each.voucher, each.batch, was_there=True) for each in made]
    assert fen(bank, principal()) == 15
    with acting(SYSTEM):
        assert ledger_findings().findings == []


REFUSED = {
    "overdrawn": paid(200),
    "key_of_other": drawn(6),
    "not_in_chart": Entry(BANK, AccountName("pocket_money"), 1),
    "not_above_nothing": drawn(0),
}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("code", REFUSED)
def test_what_does_not_hold_is_named_and_the_others_are_posted_without_it(code: str) -> None:
    bank = lender()
    post(bank, "used", drawn(100))
    bad = wanted("used" if code == "key_of_other" else "bad", REFUSED[code])
    asked = [wanted("one", drawn(1), paid(3)), bad, wanted("two", drawn(2))]
    with pytest.raises(Refused, match=f"ledger.{code}") as refused:
        batch(bank, asked)
    told = refused.value.problems[-1]
    assert told.code == "ledger.of_several"
    assert told.where is not None
    assert told.where.row == 2
    assert bad.key in told.message
    assert fen(bank, principal()) == 100, "all or none"
    batch(bank, [each for each in asked if each is not bad])
    assert fen(bank, principal()) == 100


@pytest.mark.usefixtures("database")
def test_who_takes_an_account_below_its_floor_for_good_is_named_not_who_came_later() -> None:
    bank = lender()
    post(bank, "draw", drawn(100))
    takes = {"a": 90, "b": 20, "c": -15, "d": 30, "e": 1}  # 10, -10, 5, -25, -26 are left
    asked = [
        wanted(key, paid(taken) if taken > 0 else drawn(-taken)) for key, taken in takes.items()
    ]
    with pytest.raises(Refused, match="loan_principal L-1 would stand at -26 fen") as refused:
        batch(bank, asked)
    assert refused.value.problems[-1].where is not None
    assert refused.value.problems[-1].where.row == 4
    batch(bank, [each for each in asked if each.key != "d"][:3])
    assert fen(bank, principal()) == 5, "below it in between: floors are looked at in the end"


@pytest.mark.usefixtures("database")
def test_nothing_asked_is_nothing_posted() -> None:
    assert batch(lender(), []) == []


@pytest.mark.usefixtures("jobs_database")
def test_batches_of_the_same_keys_at_once_in_any_order_post_each_key_once() -> None:
    bank = lender()
    answers: list[Posted] = []

    def same(nth: int) -> None:
        chance = random.Random(nth)
        for turn in range(3):
            asked = [
                wanted(f"{turn}-{n}", drawn(1, f"L-{n % 2}")) for n in chance.sample(range(9), 7)
            ]
            answers.extend(batch(bank, asked, SYSTEM))

    assert at_once(same) == []
    assert len(answers) == WRITERS * 3 * 7
    new = [each.voucher for each in answers if not each.was_there]
    assert len(new) == len(set(new)) == len({each.voucher for each in answers})
    assert sum(fen(bank, principal(f"L-{n}")) or 0 for n in (0, 1)) == len(new)
    with acting(SYSTEM):
        assert ledger_findings().findings == []


@pytest.mark.usefixtures("jobs_database")
def test_two_batches_that_meet_at_a_key_of_a_third_do_not_wait_for_each_other(
    as_role: AsRole,
) -> None:
    bank = lender()
    admin = as_role("admin", autocommit=True)
    batch(bank, [wanted("first", drawn(1))], SYSTEM)  # opens the accounts
    answers: list[Posted] = []

    def post_in(order: str) -> None:
        try:
            answers.extend(batch(bank, [wanted(key, drawn(1)) for key in order], SYSTEM))
        finally:
            connections.close_all()

    orders = [threading.Thread(target=post_in, args=(order,)) for order in ("zma", "amz")]
    with suppress(Undone), acting(SYSTEM):
        vouchers_post(SYSTEM, at=AT, institution=bank.id, wanted=[wanted("m", drawn(1))])
        for thread in orders:
            thread.start()
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event = 'transactionid'"
        )
        deadline = time.monotonic() + 30
        while admin.execute(waiting).fetchone() != (2,):
            assert time.monotonic() < deadline, "they did not come to wait"
            time.sleep(0.005)
        raise Undone
    for thread in orders:
        thread.join(timeout=30)
    assert sorted(each.was_there for each in answers) == [False] * 3 + [True] * 3
    assert fen(bank, principal()) == 4


@pytest.mark.usefixtures("jobs_database")
def test_batches_at_once_cannot_overdraw_and_never_wait_for_each_other_in_a_ring() -> None:
    bank = lender()
    loans = ["L-1", "L-2", "L-3"]
    post(bank, "draw", *(drawn(100, loan) for loan in loans), actor=SYSTEM)
    taken: list[int] = []

    def take(nth: int) -> None:
        chance = random.Random(nth)
        for turn in range(4):
            order = chance.sample(loans, 3)
            asked = [wanted(f"{nth}-{turn}-{loan}", paid(7, loan)) for loan in order]
            with suppress(Overdrawn), overdrawing():
                batch(bank, asked, SYSTEM)
                taken.append(7)

    assert at_once(take) == []
    assert sum(taken) == 98, "all that sevens can take of a hundred, and no more"
    assert [fen(bank, principal(loan)) for loan in loans] == [2, 2, 2]
    with acting(SYSTEM):
        assert ledger_findings().findings == []


@contextmanager
def poster(bank: Institution, batches: Sequence[Sequence[Wanted]]) -> Iterator[tuple[int, Any]]:
    """Let a process of its own post batches; it says after each that it was committed."""
    fork = get_context("fork")
    ours, theirs = fork.Pipe()

    def work() -> None:
        for nth, asked in enumerate(batches):
            batch(bank, asked, SYSTEM)
            theirs.send(nth)

    connections.close_all()
    child = fork.Process(target=work)
    child.start()
    try:
        yield child.pid, ours
    finally:
        child.join()
        connections.close_all()


@pytest.mark.usefixtures("jobs_database")
def test_who_posts_batches_is_killed_and_given_them_again() -> None:
    bank = lender()
    size, chance = 20, random.Random(1)
    batches = [[wanted(f"{n}-{i}", drawn(1, f"L-{i}")) for i in range(size)] for n in range(12)]
    for least in (1, 4):
        with poster(bank, batches) as (pid, said):
            for _ in range(least + chance.randrange(3)):
                said.recv()
            os.kill(pid, signal.SIGKILL)  # somewhere in the next one
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(key, '-', 1), count(*) FROM ledger_voucher GROUP BY 1 ORDER BY 1"
        )
        there = dict(cursor.fetchall())
        assert ledger_findings().findings == []
    assert len(there) >= 4
    assert set(there.values()) == {size}, "each batch whole, or not at all"
    answers = [batch(bank, each, SYSTEM) for each in batches]
    for n, each in enumerate(answers):
        assert {posted.was_there for posted in each} == {str(n) in there}
    assert sum(fen(bank, principal(f"L-{i}")) or 0 for i in range(size)) == size * len(batches)
    with acting(SYSTEM):
        assert ledger_findings().findings == []
