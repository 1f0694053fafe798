"""A limit through the platform's own actions: granted, drawn, repaid, frozen, ended, booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from huoshui.kernel.errors import Refused
from huoshui.kernel.period import add_months
from huoshui.web.agreements.actions import loans
from huoshui.web.agreements.actions.end_of_day import nights_book
from huoshui.web.agreements.actions.facilities_of_day import facilities_book
from huoshui.web.agreements.models import Agreement, AgreementEvent
from huoshui.web.agreements.queries.agreements import agreed_fen
from huoshui.web.agreements.queries.facilities import UNDRAWN
from huoshui.web.agreements.queries.loans import loan_of
from huoshui.web.agreements.rules.facility import Cancelled, Frozen, LimitSet, Released
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.ledger.queries.balances import balance_named
from huoshui.web.ledger.queries.verification import ledger_findings
from huoshui.web.ledger.rules.entries import AccountName
from tests.web.agreements.limits import LIMIT, MONTHS, Line
from tests.web.cases.conftest import folder, loaded, parties, stage  # noqa: F401
from tests.web.cases.given import TODAY, Stage
from tests.web.insights.given import AT

UNTIL = add_months(TODAY, MONTHS)
DAY = dt.timedelta(1)


@pytest.fixture
def line(stage: Stage) -> Line:  # noqa: F811
    return Line(stage)


def booked(line: Line, on: dt.date | None = None) -> int:
    """Give what the ledger shows as undrawn."""
    with acting(line.officer):
        found = Agreement.objects.get(id=line.id)
        held = balance_named(
            line.officer,
            institution=found.institution_id,
            name=AccountName(UNDRAWN, found.ref),
            on=on,
        )
    return held.balance_fen if held else 0


def refused(ask: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as found:
        ask()
    return found.value.problems[0].code


def standing(line: Line) -> str:
    with acting(line.officer):
        return str(Agreement.objects.get(id=line.id).state)


def test_an_accepted_limit_is_a_facility_and_its_draws_are_loans_of_their_own(line: Line) -> None:
    with acting(line.officer):
        found = Agreement.objects.get(id=line.id)
        assert (found.kind, found.state) == ("facility", "waiting_conditions")
        assert loan_of(line.officer, found, today=TODAY) is None
    assert refused(lambda: line.draw(1_00)) == "facility.conditions_open"
    line.ready()
    assert (standing(line), booked(line)) == ("ready", LIMIT)
    one, two = line.draw(50_000_00), line.draw(30_000_00, matures_on=TODAY + 90 * DAY)
    assert (one.ref, two.ref) == (f"{found.ref}-001", f"{found.ref}-002")
    assert (one.facility_id, one.case_id, one.state) == (line.id, None, "open")
    assert (one.months, two.months) == (12, 3)
    assert booked(line) == line.state().undrawn_fen == LIMIT - 80_000_00
    with acting(line.officer):
        loan = loan_of(line.officer, two, today=TODAY)
        assert loan is not None
        assert loan.state(TODAY).matures_on == TODAY + 90 * DAY
        assert agreed_fen(line.officer, found.subject_id) == LIMIT
        told = Entry.objects.filter(action="agreement.draw")
        assert told.count() == 2
    assert line.faults(TODAY) == []


def test_what_is_repaid_reversed_and_entered_late_gives_the_limit_back_on_its_day(
    line: Line,
) -> None:
    one = line.ready().draw(150_000_00)
    today = TODAY + 30 * DAY
    line.repay(one, 60_000_00, on=TODAY + 10 * DAY, today=today)  # entered twenty days late
    assert booked(line, TODAY + 9 * DAY) == 50_000_00
    left = booked(line, TODAY + 10 * DAY)
    assert 109_000_00 < left < 110_000_00  # interest to the day was settled first
    two = line.draw(left, today=today)
    assert booked(line) == 0
    with acting(line.officer):
        number = AgreementEvent.objects.get(agreement=two, kind="draw").n
        loans.event_reverse(line.sent(today), agreement=two.id, event=number, why="x", on=today)
    assert booked(line) == left
    with acting(line.officer):
        number = AgreementEvent.objects.get(agreement=one, kind="prepay").n
        loans.event_reverse(line.sent(today), agreement=one.id, event=number, why="x", on=today)
    assert booked(line) == booked(line, TODAY + 10 * DAY) == 50_000_00
    # The loan whose draw was taken back is drawn on its own page again, as far as the limit goes.
    with acting(line.officer):
        assert Agreement.objects.get(id=two.id).state == "ready"
    draw = {"agreement": two.id, "on": today}
    with acting(line.officer):
        assert refused(
            lambda: loans.loan_draw(line.sent(today), amount_fen=50_000_01, **draw)
        ) == "facility.above_available"  # fmt: skip
    with acting(line.officer):
        loans.loan_draw(line.sent(today), amount_fen=50_000_00, **draw)
    assert booked(line) == 0
    days = [TODAY, TODAY + 9 * DAY, TODAY + 10 * DAY, today]
    assert line.faults(*days, today=today) == []


def test_a_draw_is_refused_and_leaves_nothing_behind(line: Line) -> None:
    line.ready().draw(150_000_00)
    with acting(line.officer):
        before = AgreementEvent.objects.count(), Agreement.objects.count()
    for said, code in (
        ({"amount_fen": 50_000_01}, "facility.above_available"),
        ({"amount_fen": 1_00, "currency": "USD"}, "loan_event.currency"),
        ({"amount_fen": 0}, "loan_event.not_an_amount"),
        ({"amount_fen": 1_00, "on": TODAY + DAY}, "loan_event.in_the_future"),
        ({"amount_fen": 1_00, "on": TODAY - DAY}, "facility.not_granted"),
        ({"amount_fen": 1_00, "matures_on": TODAY}, "facility.runs_too_long"),
        ({"amount_fen": 1_00, "matures_on": UNTIL + DAY}, "facility.runs_too_long"),
        ({"amount_fen": 1_00, "actor": line.owner}, "actor.not_permitted"),
        ({"amount_fen": 1_00, "actor": line.approver}, "actor.not_permitted"),
        ({"amount_fen": 1_00, "today": UNTIL + DAY}, "facility.not_granted"),
    ):
        assert refused(lambda said=said: line.draw(**said)) == code  # type: ignore[misc]
    line.change(Frozen("涉诉"))
    assert standing(line) == "frozen"
    assert refused(lambda: line.draw(1_00)) == "facility.frozen"
    line.change(Released())
    late = TODAY + 300 * DAY
    assert line.draw(1_00, today=late).state == "open"
    with acting(line.officer):
        assert (AgreementEvent.objects.count(), Agreement.objects.count()) == (
            before[0] + 4, before[1] + 1,
        )  # fmt: skip


def test_nothing_is_drawn_while_a_loan_under_it_is_late(line: Line) -> None:
    line.ready().draw(10_000_00, matures_on=TODAY + 30 * DAY)
    late = TODAY + 45 * DAY
    assert refused(lambda: line.draw(1_00, today=late)) == "facility.something_late"


def test_a_draw_that_is_entered_late_takes_nothing_that_was_drawn_since(line: Line) -> None:
    line.ready()
    today = TODAY + 10 * DAY
    line.draw(150_000_00, today=today)
    earlier = {"on": TODAY + DAY, "today": today}
    assert refused(lambda: line.draw(50_000_01, **earlier)) == "facility.above_available"
    line.draw(50_000_00, **earlier)
    assert (booked(line, TODAY + DAY), booked(line, today)) == (150_000_00, 0)
    assert line.faults(TODAY, TODAY + DAY, today, today=today) == []


def test_a_draw_that_is_sent_twice_under_a_key_happens_once(line: Line) -> None:
    line.ready()
    one, again = (line.draw(10_000_00, key="D-1") for _ in range(2))
    assert one.id == again.id
    assert booked(line) == LIMIT - 10_000_00
    for said in ({"amount_fen": 10_000_01}, {"amount_fen": 10_000_00, "on": TODAY - DAY}):
        assert (
            refused(lambda said=said: line.draw(**said, key="D-1"))  # type: ignore[misc]
            == "agreement.key_of_other"
        )
    line.change(LimitSet(100_000_00), key="D-2")
    line.change(LimitSet(100_000_00), key="D-2")
    assert refused(lambda: line.draw(1_00, key="D-2")) == "agreement.key_of_other"
    assert refused(lambda: line.change(Frozen("x"), key="D-2")) == "agreement.key_of_other"


def test_a_limit_is_lowered_restored_and_cancelled_and_the_books_follow(line: Line) -> None:
    line.ready().draw(80_000_00)
    line.change(LimitSet(50_000_00))
    assert (booked(line), line.state().undrawn_fen) == (0, 0)
    assert refused(lambda: line.draw(1_00)) == "facility.above_available"
    assert refused(lambda: line.change(LimitSet(LIMIT + 1))) == "facility.above_agreed"
    assert refused(lambda: line.change(LimitSet(1), actor=line.officer)) == "actor.not_permitted"
    assert refused(lambda: line.change(LimitSet(1), actor=line.owner)) == "actor.not_permitted"
    today = TODAY + 5 * DAY
    line.change(LimitSet(LIMIT), today=today, on=TODAY + 2 * DAY)  # entered three days late
    assert [booked(line, TODAY + n * DAY) for n in (1, 2, 5)] == [0, 120_000_00, 120_000_00]
    line.change(Cancelled("客户申请"), today=today)
    assert (booked(line), standing(line)) == (0, "ended")
    assert refused(lambda: line.draw(1_00, today=today)) == "facility.not_granted"
    days = [TODAY + n * DAY for n in range(6)]
    assert line.faults(*days, today=today) == []


def test_a_loan_drawn_once_is_no_facility_and_a_facility_is_drawn_only_by_its_loans(
    line: Line,
) -> None:
    one = line.ready().draw(10_000_00)
    with acting(line.officer):
        assert refused(
            lambda: loans.loan_draw(line.sent(), agreement=line.id, amount_fen=1, on=TODAY)
        ) == "agreement.not_a_loan"  # fmt: skip
    line.id = one.id
    assert refused(lambda: line.draw(1_00)) == "facility.not_a_facility"
    assert refused(lambda: line.change(LimitSet(1))) == "facility.not_a_facility"


def test_what_is_undrawn_leaves_the_books_after_the_last_day_of_the_term(
    line: Line, switch_role: Callable[[str], None]
) -> None:
    line.ready().draw(80_000_00)
    switch_role("jobs")
    assert list(facilities_book(at=AT, asof=UNTIL)) == []
    (told,) = facilities_book(at=AT, asof=UNTIL + 3 * DAY)
    assert list(facilities_book(at=AT, asof=UNTIL + 9 * DAY)) == []
    switch_role("web")
    assert (told["state"], told["booked_until"]) == ("ended", str(UNTIL + 3 * DAY))
    assert [booked(line, UNTIL + n * DAY) for n in (0, 1, 3)] == [120_000_00, 0, 0]
    assert line.faults(TODAY, UNTIL, UNTIL + DAY, today=UNTIL + 3 * DAY) == []


def test_a_limit_that_nobody_at_the_bank_has_touched_is_opened_by_the_end_of_the_day(
    line: Line, switch_role: Callable[[str], None]
) -> None:
    switch_role("jobs")
    (told,) = facilities_book(at=AT, asof=TODAY)
    switch_role("web")
    assert told["state"] == "waiting_conditions"
    assert booked(line) == LIMIT
    assert line.ready().faults(TODAY) == []


def test_what_is_paid_in_advance_gives_the_limit_back_when_it_is_set_against_principal(
    line: Line, switch_role: Callable[[str], None]
) -> None:
    one = line.ready().draw(10_000_00, matures_on=TODAY + 30 * DAY)
    with acting(line.officer):
        loans.payment_take(
            line.sent(), agreement=one.id, amount_fen=10_000_00, on=TODAY, is_advance=True
        )
    assert booked(line) == LIMIT - 10_000_00
    due, last = TODAY + 30 * DAY, TODAY + 40 * DAY
    switch_role("jobs")
    for asof in (TODAY + 29 * DAY, due, last):
        for each in nights_book(at=AT, asof=asof):
            assert each.held == 0
        assert len(list(facilities_book(at=AT, asof=asof))) == 1
    switch_role("web")
    assert booked(line, due - DAY) == LIMIT - 10_000_00
    assert booked(line, due + 5 * DAY) > LIMIT - 1_000_00  # all but the last interest
    assert line.faults(TODAY, due - DAY, due, last, today=last) == []
    with acting(SYSTEM):
        assert ledger_findings().findings == []
