"""Real writers at once, each with a connection of its own: nothing overdrawn, nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import DatabaseError, connection, connections, transaction

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.ledger.actions.checkpoints import checkpoints_make
from huoshui.web.ledger.queries.verification import ledger_findings
from tests.web.ledger.given import BANK, drawn, fen, lender, lender_actor, paid, post, principal

WRITERS = 8


class Overdrawn(Exception):  # noqa: N818 - it is expected
    """The one refusal that the race may end with."""


@contextmanager
def overdrawing() -> Iterator[None]:
    """Tell being refused for want of money from every other refusal."""
    try:
        yield
    except Refused as refused:
        raise (Overdrawn() if "ledger.overdrawn" in str(refused) else refused) from None


def at_once(work: Callable[[int], None]) -> list[BaseException]:
    """Let several threads do something at the same moment; give what went wrong unforeseen."""
    gate, wrong = threading.Barrier(WRITERS), []

    def one(nth: int) -> None:
        try:
            gate.wait(timeout=30)
            work(nth)
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(nth,)) for nth in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return wrong


@pytest.mark.usefixtures("database")
def test_writers_at_once_cannot_overdraw() -> None:
    bank = lender()
    post(bank, "draw", drawn(100))
    taken: list[int] = []

    def take(nth: int) -> None:
        for turn in range(5):
            with suppress(Overdrawn), overdrawing():
                post(bank, f"{nth}-{turn}", paid(7))
                taken.append(7)

    assert at_once(take) == []
    assert sum(taken) == 98, "all that sevens can take of a hundred, and no more"
    assert fen(bank, principal()) == 2


@pytest.mark.usefixtures("database")
def test_a_key_used_by_all_at_once_posts_once() -> None:
    bank = lender()
    answers: list[tuple[int, bool]] = []

    def same(nth: int) -> None:
        posted = post(bank, "the one", drawn(100))
        answers.append((posted.voucher, posted.was_there))

    assert at_once(same) == []
    assert len({voucher for voucher, _ in answers}) == 1
    assert sorted(was_there for _, was_there in answers) == [False] + [True] * (WRITERS - 1)
    assert fen(bank, principal()) == 100


@pytest.mark.usefixtures("jobs_database")
def test_accounts_opened_and_checkpoints_made_meanwhile_change_nothing() -> None:
    bank = lender()

    def busy(nth: int) -> None:
        for turn in range(6):
            post(bank, f"{nth}-{turn}", drawn(10), drawn(1, f"L-{turn}"), actor=SYSTEM)
            if nth == 0:
                checkpoints_make(every=True, legs=2)

    assert at_once(busy) == []
    assert fen(bank, principal()) == 10 * 6 * WRITERS + WRITERS  # "L-1" is also a turn's loan
    assert fen(bank, BANK) == -11 * 6 * WRITERS
    with acting(SYSTEM):
        assert ledger_findings().findings == []


@pytest.mark.usefixtures("database")
def test_floors_are_not_kept_under_an_older_snapshot() -> None:
    bank = lender()
    post(bank, "draw", drawn(100))

    def under_one_snapshot() -> None:
        with transaction.atomic():
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            post(bank, "pay", paid(7))

    with pytest.raises(DatabaseError, match="READ COMMITTED"):
        under_one_snapshot()
    assert fen(bank, principal()) == 100


@pytest.mark.usefixtures("database")
def test_one_institution_neither_sees_nor_posts_in_the_books_of_another() -> None:
    ours, theirs = lender(), lender("direct_bank")
    post(ours, "draw", drawn(100))
    post(theirs, "draw", drawn(5))
    assert (fen(ours, principal()), fen(theirs, principal())) == (100, 5)
    with pytest.raises(Refused, match=r"ledger\.not_yours"):
        post(ours, "pay", paid(7), actor=lender_actor(theirs))
    with pytest.raises(Refused, match=r"ledger\.not_yours"):
        post(ours, "draw", drawn(100), actor=lender_actor(theirs))
    assert fen(ours, principal()) == 100
