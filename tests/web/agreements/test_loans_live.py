"""A loan through the platform's own actions: drawn, paid, reversed, each booked on its own day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from huoshui.simulation.deeds.checking import held
from huoshui.web.agreements.actions import loans
from huoshui.web.agreements.actions.agreements import condition_meet
from huoshui.web.agreements.actions.securities import security_take
from huoshui.web.agreements.models import Agreement, AgreementEvent, Condition
from huoshui.web.agreements.queries.loans import loan_of, statement
from huoshui.web.agreements.queries.securities import securities
from huoshui.web.agreements.rules.booking import RULES
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.postings import POSTING_KINDS
from huoshui.web.agreements.rules.security import Given, Registered, SecurityAct, Valued
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.cases.actions.applications import offer_accept
from huoshui.web.ledger.queries.balances import balance_named
from huoshui.web.ledger.rules.entries import AccountName
from tests.web.cases.conftest import folder, loaded, parties, stage  # noqa: F401
from tests.web.cases.given import TODAY, Stage
from tests.web.insights.given import AT

ACCOUNTS = (
    "loan_principal", "overdue_principal", "interest_receivable", "penalty_receivable",
    "compound_receivable", "cost_receivable", "borrower_clearing", "interest_off_books",
    "penalty_off_books", "compound_off_books", "written_off",
)  # fmt: skip
"""What the ledger holds of a loan."""


class Branch:
    """An officer and an approver with a loan that is ready to be drawn."""

    def __init__(self, stage: Stage) -> None:  # noqa: F811
        self.owner, self.officer = stage.owner(), stage.officer()
        self.approver = stage.officer("bank_approver")
        case = stage.submitted(self.owner)
        with acting(self.owner):
            self.id = offer_accept(self.owner, at=AT, today=TODAY, case=case.id).id
        self.count = 0

    def ready(self) -> Branch:
        with acting(self.officer):
            for code in Condition.objects.values_list("code", flat=True):
                condition_meet(self.officer, at=AT, on=TODAY, agreement=self.id, code=code)
        return self

    def sent(self, today: dt.date, *, key: str = "", actor: Any = None) -> loans.Sent:
        self.count += 1
        at = AT + (today - TODAY)
        return loans.Sent(actor or self.officer, at, today, key or f"K{self.count}")

    def draw(self, amount_fen: int = 200_000_00) -> Branch:
        with acting(self.officer):
            loans.loan_draw(self.sent(TODAY), agreement=self.id, amount_fen=amount_fen, on=TODAY)
        return self

    def check(self, on: dt.date, *, today: dt.date) -> None:
        """Hold the ledger, as of a day, to the loan folded from nothing as of that day."""
        with acting(self.officer):
            found = Agreement.objects.get(id=self.id)
            loan = loan_of(self.officer, found, today=today)
            assert loan is not None
            state = loan.state(on)
            wanted = held(state)
            for code in ACCOUNTS:
                found_there = balance_named(
                    self.officer,
                    institution=found.institution_id,
                    name=AccountName(code, found.ref),
                    on=on,
                )
                balance_fen = found_there.balance_fen if found_there else 0
                assert balance_fen == wanted.get(code, 0), (code, on)


@pytest.fixture
def branch(stage: Stage) -> Branch:  # noqa: F811
    return Branch(stage)


def test_a_draw_waits_for_its_conditions_and_is_booked(branch: Branch) -> None:
    with acting(branch.officer), pytest.raises(Refused) as refused:
        branch.draw()
    assert refused.value.problems[0].code == "loan_event.conditions_open"
    branch.ready().draw()
    branch.check(TODAY, today=TODAY)
    with acting(branch.officer):
        assert Agreement.objects.get().state == "open"
        entries = Counter(Entry.objects.values_list("action", flat=True))
    assert entries["agreement.draw"] == 1
    assert entries["ledger.posted"] == 1


def test_time_a_late_payment_and_its_reversal_are_booked_on_their_own_days(
    branch: Branch,
) -> None:
    branch.ready().draw()
    later, last = TODAY + dt.timedelta(30), TODAY + dt.timedelta(60)
    with acting(branch.officer):
        loans.loan_book(branch.sent(later), agreement=branch.id, until=later)
    branch.check(later, today=later)
    branch.check(later - dt.timedelta(7), today=later)
    paid_on = later - dt.timedelta(10)  # entered ten days late
    with acting(branch.officer):
        loans.loan_prepay(
            branch.sent(later), agreement=branch.id, amount_fen=50_000_00, mode="lower", on=paid_on
        )
    for day in (paid_on - dt.timedelta(1), paid_on, later):
        branch.check(day, today=later)
    with acting(branch.officer):
        number = AgreementEvent.objects.order_by("-n")[0].n
        loans.event_reverse(
            branch.sent(last), agreement=branch.id, event=number, why="bounced", on=last
        )
    for day in (paid_on, later, last):
        branch.check(day, today=last)


def test_what_is_sent_twice_under_a_key_happens_once(branch: Branch) -> None:
    branch.ready().draw()
    pay = {"agreement": branch.id, "amount_fen": 10_000_00, "mode": "lower", "on": TODAY}
    with acting(branch.officer):
        for _ in range(2):
            loans.loan_prepay(branch.sent(TODAY, key="R-1"), **pay)  # type: ignore[arg-type]
        assert AgreementEvent.objects.filter(kind="prepay").count() == 1
    with acting(branch.officer), pytest.raises(Refused) as refused:
        loans.loan_prepay(branch.sent(TODAY, key="R-1"), **{**pay, "amount_fen": 1})  # type: ignore[arg-type]
    assert refused.value.problems[0].code == "agreement.key_of_other"
    branch.check(TODAY, today=TODAY)


def test_a_refused_payment_leaves_nothing_behind(branch: Branch) -> None:
    branch.ready().draw()
    with acting(branch.officer):
        before = AgreementEvent.objects.count()
    for amount_fen, currency, on, code in (
        (999_999_99, "CNY", TODAY, "loan_event.above_owed"),
        (1_00, "USD", TODAY, "loan_event.currency"),
        (1_00, "CNY", TODAY - dt.timedelta(1), "loan_event.before_draw"),
    ):
        with acting(branch.officer), pytest.raises(Refused) as refused:
            loans.payment_take(
                branch.sent(TODAY), agreement=branch.id, amount_fen=amount_fen, on=on,
                currency=currency,
            )  # fmt: skip
        assert refused.value.problems[0].code == code
    with acting(branch.officer):
        assert AgreementEvent.objects.count() == before
    branch.check(TODAY, today=TODAY)


def test_a_loan_that_goes_bad_stops_accruing_by_itself_is_written_off_and_partly_recovered(
    branch: Branch,
) -> None:
    branch.ready().draw()
    late = TODAY + dt.timedelta(365 + 120)
    with acting(branch.approver):
        loans.loan_relieve(
            branch.sent(late, actor=branch.approver), agreement=branch.id, act=ev.WriteOff(),
            on=late,
        )  # fmt: skip
        assert Agreement.objects.get().state == "written_off"
    with acting(branch.officer):
        loans.payment_take(
            branch.sent(late), agreement=branch.id, amount_fen=7_000_00, on=late, receipt="R9"
        )
        found = Agreement.objects.get()
        loan = loan_of(branch.officer, found, today=late)
        assert loan is not None
        state = loan.state(late)
        assert sum(state.recovered.values()) == 7_000_00
        lines = statement(loan, asof=late)
        assert [line.kind for line in lines] == ["draw", "write_off", "recover"]
        gone = balance_named(
            branch.officer,
            institution=found.institution_id,
            name=AccountName("written_off", found.ref),
        )
        assert gone is not None
        assert gone.balance_fen == sum(state.written_off.values()) - 7_000_00
    branch.check(late, today=late)
    branch.check(TODAY + dt.timedelta(400), today=late)


def test_an_extension_is_as_long_as_the_table_allows_and_no_longer(branch: Branch) -> None:
    branch.ready().draw()  # twelve months: a short loan may be extended by its own term

    def extend(until: dt.date) -> Agreement:
        with acting(branch.approver):
            return loans.loan_relieve(
                branch.sent(TODAY, actor=branch.approver), agreement=branch.id,
                act=ev.Extend(until), on=TODAY,
            )  # fmt: skip

    extend(dt.date(2028, 5, 20))
    with pytest.raises(Refused) as refused:
        extend(dt.date(2028, 11, 21))
    assert refused.value.problems[0].code == "agreement.extended_too_far"
    assert extend(dt.date(2028, 11, 20)).state == "open"


SOUND = {
    "size_class": "small",
    "is_operating": True,
    "is_working_capital": True,
    "is_business_loan": False,
    "matures_on": TODAY + dt.timedelta(365),
    "applied_on": TODAY,
    "signed_on": TODAY,
    "has_real_need": True,
    "has_temporary_difficulty": True,
    "is_law_abiding": True,
    "is_in_good_credit": True,
    "has_interest_arrears": False,
    "is_evading": False,
}


def test_a_renewal_settles_one_loan_by_another_and_no_money_moves(
    stage: Stage,  # noqa: F811
    branch: Branch,
) -> None:
    branch.ready().draw()
    case = stage.submitted(branch.owner)
    with acting(branch.owner):
        by = offer_accept(branch.owner, at=AT, today=TODAY, case=case.id).id
    with acting(branch.officer):
        for code in Condition.objects.filter(agreement=by).values_list("code", flat=True):
            condition_meet(branch.officer, at=AT, on=TODAY, agreement=by, code=code)

    def renew(**said: object) -> tuple[Agreement, Agreement]:
        with acting(branch.approver):
            return loans.loan_renew(
                branch.sent(TODAY, actor=branch.approver), agreement=branch.id, by=by,
                on=TODAY, given={**SOUND, **said},
            )  # fmt: skip

    with pytest.raises(Refused) as refused:
        renew(has_real_need=False)
    assert refused.value.problems[0].code == "agreement.may_not_renew"
    old, new = renew()
    assert (old.state, new.state) == ("closed", "open")
    with acting(branch.officer):
        bank = balance_named(
            branch.officer,
            institution=new.institution_id,
            name=AccountName("renewal_clearing"),
        )
        assert bank is not None
        assert (bank.balance_fen, bank.debit_fen) == (0, 200_000_00)
        assert AgreementEvent.objects.get(kind="renew").body["keeps_class"] is True


def test_only_who_may_relieve_relieves_and_the_borrower_enters_nothing(branch: Branch) -> None:
    branch.ready().draw()
    for actor, act in ((branch.officer, ev.WriteOff()), (branch.owner, ev.WriteOff())):
        with acting(actor), pytest.raises(Refused) as refused:
            loans.loan_relieve(
                branch.sent(TODAY, actor=actor), agreement=branch.id, act=act, on=TODAY
            )
        assert refused.value.problems[0].code == "actor.not_permitted"


def test_every_kind_that_a_loan_books_has_its_rule(demo_packs: list[Path], asof: dt.date) -> None:
    assert set(POSTING_KINDS) <= set(load(demo_packs, asof=asof).postings[RULES].events)


def test_money_is_drawn_on_a_patent_once_its_register_entered_it(branch: Branch) -> None:
    branch.ready()
    pledged = {"agreement": branch.id, "ref": "ZL-1", "asset": "patent", "on": TODAY}

    def take(act: SecurityAct, **said: Any) -> None:
        with acting(branch.officer):
            security_take(branch.sent(TODAY), **{**pledged, **said}, act=act)  # type: ignore[arg-type]

    take(Given(500_000_00, 300_000_00))
    for act, code in (
        (Given(1, 1), "security.given_already"),
        (Valued(0), "security.worthless"),
        (Registered("movables", "1"), "security.other_register"),
    ):
        with pytest.raises(Refused) as refused:
            take(act)
        assert refused.value.problems[0].code == code
    with pytest.raises(Refused) as refused:
        branch.draw()
    assert refused.value.problems[0].code == "security.not_registered"
    take(Registered("cnipa", "Y2026980000001"))
    branch.draw().check(TODAY, today=TODAY)
    with acting(branch.owner):
        (found,) = securities(branch.owner, Agreement.objects.get(), today=TODAY)
        assert found.state.holds_against_others
        assert found.state.covers_fen == 300_000_00
