"""End of day books what time alone did: the same as each loan by its own fold, whatever days."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from huoshui.kernel.errors import Refused
from huoshui.web.agreements.actions import loans
from huoshui.web.agreements.actions.end_of_day import CLOSER, nights_book, strays_book
from huoshui.web.agreements.models import Agreement, AgreementEvent, BookPart, LoanOutlook
from huoshui.web.agreements.queries.end_of_day import loans_held, nights_left, outlook_faults
from huoshui.web.agreements.queries.loans import reclassing_of
from huoshui.web.agreements.rules.loan.resets import resets_due
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.ledger.queries.verification import ledger_findings
from tests.web.agreements.portfolio import Portfolio
from tests.web.given import AT, DAY

pytestmark = pytest.mark.usefixtures("jobs_database")


def ended(days: int) -> Counter[str]:
    """End a day; count what came of its nights."""
    asof = DAY + dt.timedelta(days)
    assert list(strays_book(at=AT, asof=asof)) == []
    found: Counter[str] = Counter()
    for night in nights_book(at=AT, asof=asof):
        said = night.to_dict()
        found.update({name: said[name] for name in ("legs", "woken", "turned", "classed", "held")})
        found["nights"] += 1
    return found


def sent(days: int, key: str) -> loans.Sent:
    return loans.Sent(CLOSER, AT, DAY + dt.timedelta(days), key)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_book_of_any_loans_is_booked_as_each_by_its_own_fold(seed: int) -> None:
    book, last, met = Portfolio(seed, loans=12), 0, Counter[str]()
    for days in (1, 3, 45):
        met += ended(days)
        today = DAY + dt.timedelta(days)
        for back in {0, (days - last) // 2, days - last - 1}:
            assert book.wrong(today - dt.timedelta(back), today=today) == {}
        with acting(SYSTEM):
            assert list(outlook_faults(SYSTEM, today=today)) == []
        last = days
    assert met["turned"] > 3
    assert met["woken"] > 3
    assert met["classed"] > 0
    with acting(SYSTEM):
        classes, resets = reclassing_of(pack_on(DAY)), 0
        for row in LoanOutlook.objects.all():
            loan = book.loan(row.ref, DAY + dt.timedelta(last))
            name = classes.classed(loan.state(DAY + dt.timedelta(last))).name
            assert loan.class_noted == row.class_name == name, row.ref
            walk = loan.walked(DAY + dt.timedelta(last))
            assert resets_due(walk, {}) == list(loan.taken)  # each was taken down as it came
            resets += len(loan.taken)
        assert resets > 0
        assert ledger_findings().findings == []


def test_a_day_that_was_ended_is_ended_once() -> None:
    Portfolio(3, loans=4)
    assert ended(5)["nights"] == 6
    with acting(SYSTEM):
        entries = Entry.objects.count()
    assert ended(5)["nights"] == 0
    assert ended(2)["nights"] == 0
    with acting(SYSTEM):
        assert Entry.objects.count() == entries
        assert nights_left(SYSTEM, asof=DAY + dt.timedelta(7)) == 2
        told = Entry.objects.filter(action="agreements.night_booked")
        assert told.count() == 6


def test_what_is_entered_late_after_the_end_of_a_day_is_booked_on_its_days() -> None:
    book = Portfolio(4, loans=6)
    ended(20)
    with acting(CLOSER):
        found = Agreement.objects.filter(outlook__isnull=False).order_by("ref")[0]
        paid_on = DAY + dt.timedelta(8)
        loans.loan_prepay(
            sent(20, "R-1"), agreement=found.id, amount_fen=1_000_00, mode="lower", on=paid_on
        )
        number = AgreementEvent.objects.filter(agreement=found, kind="prepay").latest("n").n
    ended(25)
    with acting(CLOSER):
        loans.event_reverse(
            sent(25, "R-2"), agreement=found.id, event=number, why="bounced",
            on=DAY + dt.timedelta(25),
        )  # fmt: skip
    ended(40)
    for days in (7, 8, 20, 25, 40):
        assert book.wrong(DAY + dt.timedelta(days), today=DAY + dt.timedelta(40)) == {}
    with acting(SYSTEM):
        assert list(outlook_faults(SYSTEM, today=DAY + dt.timedelta(40))) == []


def test_a_loan_that_cannot_be_folded_is_held_back_and_named_and_the_others_go_on() -> None:
    book = Portfolio(5, loans=4)
    with acting(SYSTEM):
        lost = book._loan("L-LOST", calendar="nowhere")
    assert [each["ref"] for each in strays_book(at=AT, asof=DAY)] == ["L-LOST"]
    with acting(SYSTEM):  # as if its calendar had been taken out of the packs since
        other = LoanOutlook.objects.order_by("id")[0]
        other.pk, other.agreement_id, other.ref = None, lost, "L-LOST"
        other.wakes_on = DAY + dt.timedelta(1)
        other.save()
        Agreement.objects.filter(id=lost).update(booked_until=DAY)
    nights = list(nights_book(at=AT, asof=DAY + dt.timedelta(3)))
    assert sum(each.held for each in nights) == 1
    with acting(SYSTEM):
        (held,) = loans_held(SYSTEM)
        assert (held["ref"], held["booked_until"]) == ("L-LOST", str(DAY))
        assert held["problems"][0]["code"] == "calendar.no_calendar"
        told = Entry.objects.filter(action="agreements.night_booked")
        named = [each.payload.body["held"] for each in told if each.payload.body["held"]]
        assert named == [[["L-LOST", "calendar.no_calendar"]]]
    (again,) = strays_book(at=AT, asof=DAY + dt.timedelta(4))
    assert again["ref"] == "L-LOST"
    with acting(SYSTEM):
        Agreement.objects.filter(id=lost).update(state="closed")
        refs = list(Agreement.objects.exclude(id=lost).values_list("ref", flat=True))
        states = {ref: book.loan(ref, DAY).state(DAY + dt.timedelta(3)) for ref in refs}
        assert all(state.drawn_on for state in states.values())


def test_who_enters_something_and_end_of_day_wait_for_one_another() -> None:
    book = Portfolio(6, loans=5)
    ended(1)
    done: list[Any] = []

    def end() -> None:
        try:
            done.extend(nights_book(at=AT, asof=DAY + dt.timedelta(2)))
        finally:
            connection.close()

    with acting(CLOSER):
        found = Agreement.objects.filter(outlook__isnull=False).order_by("ref")[0]
        loans.loan_prepay(
            sent(1, "P-1"), agreement=found.id, amount_fen=500_00, mode="lower", on=DAY
        )
        waiting = threading.Thread(target=end)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        assert done == []
    waiting.join(60)
    assert len(done) == 1
    assert book.wrong(DAY + dt.timedelta(2), today=DAY + dt.timedelta(2)) == {}


def test_all_are_folded_again_when_what_they_are_looked_at_by_has_changed() -> None:
    Portfolio(7, loans=4)
    ended(1)
    with acting(SYSTEM):
        part = BookPart.objects.get()
        part.rules = "of last year"
        part.save()
        awake = LoanOutlook.objects.count()
    assert ended(2)["woken"] == awake
    with acting(SYSTEM):
        assert BookPart.objects.get().rules != "of last year"


def test_a_part_that_is_full_takes_no_new_loans(monkeypatch: pytest.MonkeyPatch) -> None:
    from huoshui.web.agreements.actions import end_of_day

    book = Portfolio(8, loans=2)
    monkeypatch.setattr(end_of_day, "PART_LOANS", 1)
    ended(1)
    with acting(SYSTEM):
        assert not BookPart.objects.get().is_open
        book._loan("L-NEW")
    ended(2)
    with acting(SYSTEM):
        rows = dict(LoanOutlook.objects.values_list("ref", "part__n"))
    assert rows.pop("L-NEW") == 2
    assert set(rows.values()) == {1}


def test_a_permission_is_still_needed_to_book_by_hand() -> None:
    Portfolio(9, loans=1)
    with acting(SYSTEM):
        found = Agreement.objects.get()
    with acting(SYSTEM), pytest.raises(Refused) as refused:
        loans.loan_book(loans.Sent(SYSTEM, AT, DAY, "by hand"), agreement=found.id, until=DAY)
    assert refused.value.problems[0].code == "actor.not_permitted"
    assert Decimal(found.rate_bp or 0) > 0
