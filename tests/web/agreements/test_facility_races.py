"""Draws that come at the same moment, over connections of their own, never exceed the limit."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, transaction

from huoshui.kernel.errors import Refused
from huoshui.web.agreements.actions import loans
from huoshui.web.agreements.actions.facility_books import RULES
from huoshui.web.agreements.models import Agreement, AgreementEvent
from huoshui.web.agreements.rules.booking import entries_of
from huoshui.web.agreements.rules.facility import LimitSet
from huoshui.web.agreements.rules.loan.postings import Posting
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.ledger.actions.posting import transfers_post
from tests.web.agreements.limits import LIMIT, Line
from tests.web.cases.conftest import folder, loaded, parties, stage  # noqa: F401
from tests.web.cases.given import TODAY, Stage
from tests.web.insights.given import AT

PART = 50_000_00


@pytest.fixture
def line(stage: Stage) -> Line:  # noqa: F811
    return Line(stage).ready()


def at_once(asks: Sequence[Callable[[], Any]]) -> Counter[str]:
    """Ask at the same moment, each over a connection of its own; count the answers."""
    gate, answers = threading.Barrier(len(asks)), Counter[str]()

    def one(ask: Callable[[], Any]) -> None:
        gate.wait(30)
        try:
            answers[str(ask().ref)] += 1
        except Refused as refused:
            answers[refused.problems[0].code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(ask,)) for ask in asks]
    for each in threads:
        each.start()
    for each in threads:
        each.join(120)
    return answers


def test_as_many_draws_are_paid_out_as_the_limit_holds(line: Line) -> None:
    answers = at_once([lambda n=n: line.draw(PART, key=f"D-{n}") for n in range(6)])  # type: ignore[misc]
    assert answers["facility.above_available"] == 2
    assert len(answers) == 5  # four loans, each of its own name
    assert sum(answers.values()) == 6
    assert line.state().owed_fen == LIMIT
    assert line.faults(TODAY) == []


def test_the_same_draw_sent_twice_at_once_is_paid_out_once(line: Line) -> None:
    answers = at_once([lambda: line.draw(PART, key="D-1")] * 3)
    assert list(answers.values()) == [3]
    assert line.state().drawn_fen == PART
    with acting(line.officer):
        assert Agreement.objects.filter(facility=line.id).count() == 1


def test_draws_repayments_and_a_lower_limit_at_once_leave_the_books_as_the_fold(
    line: Line,
) -> None:
    one = line.draw(150_000_00)

    def repay() -> Agreement:
        line.repay(one, 30_000_00, on=TODAY, today=TODAY)
        return one

    def lower() -> Agreement:
        return line.change(LimitSet(170_000_00))

    def reverse(loan: Agreement) -> Agreement:
        with acting(line.officer):
            return loans.event_reverse(line.sent(), agreement=loan.id, event=2, why="x", on=TODAY)

    two = line.draw(10_000_00)
    asks = [lambda n=n: line.draw(20_000_00, key=f"D-{n}") for n in range(3)]  # type: ignore[misc]
    answers = at_once([*asks, repay, lower, lambda: reverse(two)])
    assert sum(answers.values()) == len(asks) + 3  # nobody waited for ever, none was turned away
    assert answers[one.ref] == answers[two.ref] == answers[two.ref[:-4]] == 1  # but for room
    state = line.state()
    assert state.ground.limit_fen == 170_000_00
    assert line.faults(TODAY) == []
    with acting(line.officer):
        draws = AgreementEvent.objects.filter(kind="draw").count()
    assert 2 <= draws <= 5


def test_the_database_itself_refuses_to_use_more_than_is_undrawn(line: Line) -> None:
    with acting(line.officer):
        ref, bank = Agreement.objects.values_list("ref", "institution_id").get(id=line.id)
    entries = entries_of(pack_on(TODAY), Posting(TODAY, "use", LIMIT + 1), agreement=ref, by=RULES)
    with pytest.raises(Refused) as refused, acting(line.officer), transaction.atomic():
        transfers_post(
            line.officer, at=AT, institution=bank, key="past every rule", entries=entries,
            effective_on=TODAY, why="a test",
        )  # fmt: skip
    assert refused.value.problems[0].code == "ledger.overdrawn"
