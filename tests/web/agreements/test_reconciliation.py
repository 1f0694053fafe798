"""A loan against its bank: paid out on instruction, receipts taken in once, balances compared."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huoshui.kernel.errors import Refused
from huoshui.web.agreements.actions import loans, reconciliation
from huoshui.web.agreements.models import Agreement, AgreementEvent
from huoshui.web.agreements.queries.loans import loan_of
from huoshui.web.agreements.rules.core_sheet import CoreLoan, compared, read_core
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.ledger.actions import charges, payments
from huoshui.web.ledger.actions.breaks import break_explain, close_propose, proposal_confirm
from huoshui.web.ledger.actions.matching import reconcile
from huoshui.web.ledger.actions.statements import bank_account_add, statement_receive
from huoshui.web.ledger.models import BankAccount, Break, Instruction, Match
from huoshui.web.ledger.queries.balances import balance_named
from huoshui.web.ledger.queries.cash import cash_codes
from huoshui.web.ledger.queries.statements import explained
from huoshui.web.ledger.rules.entries import AccountName
from huoshui.web.ledger.rules.payments import Payee
from tests.doors.given import signed_in
from tests.web.agreements.test_loans_live import Branch
from tests.web.cases.conftest import folder, loaded, parties, stage  # noqa: F401
from tests.web.cases.given import TODAY, Stage
from tests.web.insights.given import AT
from tests.web.ledger.banking import ACCOUNT, Moved, Told, camt

LATER = TODAY + dt.timedelta(40)
PAYEE = Payee("武汉甲科技有限公司", "6228480010099887766", "103521000012")


class Office(Branch):
    """A branch with a drawn loan, an account at its bank, and the bank's statements."""

    def __init__(self, stage: Stage) -> None:  # noqa: F811
        super().__init__(stage)
        self.ready().draw()
        (self.code,) = cash_codes(pack_on(TODAY))
        with acting(self.approver) as who:
            self.account = bank_account_add(
                who, at=AT, institution=who.institution, number=ACCOUNT, bank="清算中心",
                bank_code="", code=self.code, pack=pack_on(TODAY),
            )  # fmt: skip
        self.told: Told | None = None
        with acting(self.officer):
            self.ref = Agreement.objects.get(id=self.id).ref

    def day(self, *lines: Moved, on: dt.date = TODAY) -> None:
        """Let the bank send a statement."""
        if self.told is None:
            self.told = Told(lines, opening_fen=10**9, on=on)
        else:
            self.told = self.told.next(*lines, on=on)
        statement_receive(
            self.officer, at=AT, today=LATER, institution=self.officer.institution,  # type: ignore[arg-type]
            name="day.xml", body=camt(self.told),
        )  # fmt: skip

    def kinds(self) -> list[tuple[str, str]]:
        with acting(self.officer):
            rows = Break.objects.filter(state="open").order_by("id")
            return list(rows.values_list("side", "kind"))

    def rules(self) -> list[str]:
        with acting(self.officer):
            return list(Match.objects.order_by("id").values_list("rule", flat=True))

    def receipt(self) -> Break:
        with acting(self.officer):
            return Break.objects.get(side="bank", state="open")

    def whole(self) -> None:
        """Hold the two books to each other: what differs is what the breaks say, to the fen."""
        with acting(self.officer) as who:
            said = explained(who, institution=who.institution, code=self.code)
            assert said.difference_fen == said.bank_breaks_fen - said.book_breaks_fen

    def allocated(self, way: str = "lower") -> None:
        about = self.receipt()
        with acting(self.officer):
            reconciliation.allocation_propose(
                self.sent(LATER), wanted=about.pk, agreement=self.id, way=way
            )
        with acting(self.approver):
            reconciliation.allocation_confirm(
                self.sent(LATER, actor=self.approver), wanted=about.pk
            )


@pytest.fixture
def office(stage: Stage) -> Office:  # noqa: F811
    return Office(stage)


def test_a_draw_is_instructed_released_and_settled_by_its_end_to_end_id(office: Office) -> None:
    with acting(office.officer):
        drawn = AgreementEvent.objects.get(kind="draw").n
        made = reconciliation.payment_ask(
            office.sent(TODAY), agreement=office.id, event=drawn, account=office.account.pk,
            payee=PAYEE,
        )  # fmt: skip
    with acting(office.officer), pytest.raises(Refused) as refused:
        reconciliation.payment_ask(
            office.sent(TODAY), agreement=office.id, event=drawn, account=office.account.pk,
            payee=PAYEE,
        )  # fmt: skip
    assert refused.value.problems[0].code == "payment.nothing_to_pay"
    assert made.amount_fen == 200_000_00
    with acting(office.approver) as who:
        payments.instruction_release(who, at=AT, wanted=made.id)
    # Two payments of one amount on one day: only the id tells which is ours.
    office.day(Moved(-200_000_00, "B1"), Moved(-200_000_00, "B2", end_to_end=made.end_to_end))
    assert office.rules() == ["end_to_end"]
    assert office.kinds() == [("bank", "no_counterpart")]
    with acting(office.officer):
        assert Instruction.objects.get().state == "settled"
    office.whole()


def test_a_rejected_payment_is_asked_anew_or_its_draw_answers_its_reversal(office: Office) -> None:
    with acting(office.officer):
        drawn = AgreementEvent.objects.get(kind="draw").n
    said: dict[str, Any] = {
        "agreement": office.id, "event": drawn, "account": office.account.pk, "payee": PAYEE,
    }  # fmt: skip
    names = []
    for _ in range(2):
        sent = office.sent(TODAY)
        with acting(office.officer):
            made = reconciliation.payment_ask(sent, **said)
            again = reconciliation.payment_ask(sent, **said)
        assert again.id == made.id  # the same key again, as after an answer that was lost
        names.append(made.end_to_end)
        with acting(office.approver) as who:
            payments.instruction_release(who, at=AT, wanted=made.id)
            payments.instruction_answer(
                who, at=AT, wanted=made.id, state="rejected", why="account closed"
            )
    assert len(set(names)) == 2
    with acting(office.officer):
        loans.event_reverse(
            office.sent(TODAY), agreement=office.id, event=drawn, why="rejected", on=TODAY
        )
    office.day(Moved(1_00, "B1"))
    assert office.rules() == ["contra"]
    assert office.kinds() == [("bank", "no_counterpart")]
    office.whole()


def test_a_payment_that_was_rejected_and_asked_anew_is_settled_once(office: Office) -> None:
    with acting(office.officer):
        drawn = AgreementEvent.objects.get(kind="draw").n
    said: dict[str, Any] = {
        "agreement": office.id, "event": drawn, "account": office.account.pk, "payee": PAYEE,
    }  # fmt: skip
    for state in ("rejected", "accepted"):
        with acting(office.officer):
            made = reconciliation.payment_ask(office.sent(TODAY), **said)
        with acting(office.approver) as who:
            payments.instruction_release(who, at=AT, wanted=made.id)
            payments.instruction_answer(who, at=AT, wanted=made.id, state=state, why="closed")
    office.day(Moved(-200_000_00, "B1", end_to_end=made.end_to_end))
    with acting(office.officer):
        states = Instruction.objects.order_by("at", "end_to_end").values_list("state", flat=True)
        assert sorted(states) == ["rejected", "settled"]
        assert Instruction.objects.get(state="settled").id == made.id
    office.whole()


def test_a_fee_that_the_bank_took_is_booked_from_its_line_by_two_people(office: Office) -> None:
    office.day(Moved(-200_000_00, "B1"), Moved(-12_00, "B2", text="手续费"))
    with acting(office.officer):
        about = Break.objects.get(side="bank", state="open")
    pack = pack_on(TODAY)
    with acting(office.officer) as who, pytest.raises(Refused) as refused:
        charges.charge_propose(who, at=AT, wanted=about.pk, charge="bank_interest", pack=pack)
    assert refused.value.problems[0].code == "break.not_a_charge"
    with acting(office.officer) as who:
        charges.charge_propose(who, at=AT, wanted=about.pk, charge="bank_fee", pack=pack)
    proposer = replace(office.officer, permissions=office.approver.permissions)
    with acting(proposer) as who, pytest.raises(Refused) as refused:
        charges.charge_confirm(who, at=AT, wanted=about.pk, pack=pack)
    assert refused.value.problems[0].code == "break.four_eyes"
    with acting(office.approver) as who:
        charges.charge_confirm(who, at=AT, wanted=about.pk, pack=pack)
    assert office.kinds() == []
    assert office.rules() == ["amount_day", "reference"]
    with acting(office.officer) as who:
        fees = balance_named(who, institution=who.institution, name=AccountName("bank_charges"))  # type: ignore[arg-type]
        assert fees is not None
        assert fees.balance_fen == 12_00
    office.whole()


def test_a_receipt_is_taken_in_once_by_two_people_and_matched_by_its_name(office: Office) -> None:
    office.day(Moved(-200_000_00, "B1"), Moved(50_000_00, "B2", text=f"还款 {office.ref}"))
    assert office.rules() == ["amount_day"]
    about = office.receipt()
    with acting(office.officer):
        reconciliation.allocation_propose(
            office.sent(TODAY), wanted=about.pk, agreement=office.id, way="lower"
        )
    with acting(office.officer), pytest.raises(Refused) as refused:
        reconciliation.allocation_confirm(office.sent(TODAY), wanted=about.pk)
    assert refused.value.problems[0].code == "actor.not_permitted"
    with acting(office.approver):
        reconciliation.allocation_confirm(
            office.sent(TODAY, actor=office.approver), wanted=about.pk
        )
    assert office.kinds() == []
    assert office.rules() == ["amount_day", "reference"]
    with acting(office.officer):
        paid = AgreementEvent.objects.get(kind="prepay")
        assert (paid.body["receipt"], paid.key) == ("B2", f"bank:{ACCOUNT}:B2")
    with acting(office.approver), pytest.raises(Refused) as refused:
        reconciliation.allocation_confirm(
            office.sent(TODAY, actor=office.approver), wanted=about.pk
        )
    assert refused.value.problems[0].code == "break.closed"
    # The same receipt typed in by hand is not a second payment.
    with acting(office.officer), pytest.raises(Refused) as refused:
        loans.loan_prepay(
            office.sent(TODAY), agreement=office.id, amount_fen=50_000_00, mode="lower", on=TODAY,
            receipt="B2",
        )  # fmt: skip
    assert refused.value.problems[0].code == "loan_event.sent_twice"
    office.whole()
    office.check(TODAY, today=TODAY)


def test_a_receipt_typed_in_before_its_statement_came_is_found_by_its_number(
    office: Office,
) -> None:
    with acting(office.officer):
        for receipt in ("B2", "B3"):
            loans.loan_prepay(
                office.sent(TODAY), agreement=office.id, amount_fen=10_000_00, mode="lower",
                on=TODAY, receipt=receipt,
            )  # fmt: skip
    office.day(Moved(-200_000_00, "B1"), Moved(10_000_00, "B3"), Moved(10_000_00, "B2"))
    assert sorted(office.rules()) == ["amount_day", "reference", "reference"]
    assert office.kinds() == []
    office.whole()


def test_a_receipt_that_bounced_is_reversed_and_answers_what_went_back(office: Office) -> None:
    office.day(Moved(-200_000_00, "B1"), Moved(10_000_00, "B2"))
    office.allocated()
    with acting(office.officer):
        paid = AgreementEvent.objects.get(kind="prepay")
        loans.event_reverse(
            office.sent(LATER), agreement=office.id, event=paid.n, why="bounced", on=LATER
        )
    office.day(Moved(-10_000_00, "B9", reference="B2"), on=TODAY + dt.timedelta(1))
    assert office.rules()[-1] == "reference"
    assert office.kinds() == []
    office.whole()


def test_what_a_loan_would_not_take_is_refused_before_it_is_proposed(office: Office) -> None:
    office.day(Moved(-200_000_00, "B1"), Moved(900_000_00, "B2"))
    about = office.receipt()
    for way, code in (("lower", "loan_event.above_owed"), ("due", "loan_event.above_owed")):
        with acting(office.officer), pytest.raises(Refused) as refused:
            reconciliation.allocation_propose(
                office.sent(TODAY), wanted=about.pk, agreement=office.id, way=way
            )
        assert refused.value.problems[0].code == code
    with acting(office.officer):
        assert Break.objects.get(pk=about.pk).proposal is None
    office.day(Moved(-3_00, "B3"))
    with acting(office.officer):
        out = Break.objects.get(line__bank_ref="B3").pk
    with acting(office.officer), pytest.raises(Refused) as refused:
        reconciliation.allocation_propose(
            office.sent(TODAY), wanted=out, agreement=office.id, way="due"
        )
    assert refused.value.problems[0].code == "break.not_a_receipt"


CORE = "asof,agreement,principal,interest_due,next_due_on,class\n"


def core(office: Office, rows: str, *, body: bytes = b"") -> Any:
    return reconciliation.core_compare(
        office.officer, at=AT, today=LATER, institution=office.officer.institution,  # type: ignore[arg-type]
        name="core.csv", body=body or (CORE + rows).encode(),
    )  # fmt: skip


def standing(office: Office, on: dt.date) -> str:
    """Write the loan as we have it on a day."""
    with acting(office.officer) as who:
        loan = loan_of(who, Agreement.objects.get(id=office.id), today=LATER)
        assert loan is not None
        state = loan.state(on)
    due = min(each.due_on for each in state.coming if not each.rests)
    return f"{on},{office.ref},{state.principal_fen / 100:.2f},0.00,{due},\n"


def test_the_core_agrees_differs_and_agrees_again(office: Office) -> None:
    same = standing(office, TODAY)
    found = core(office, same)
    assert (found.loans, found.agreeing, found.found) == (1, 1, 0)
    wrong = same.replace("200000.00,0.00", "199999.99,12.34")
    found = core(office, wrong)
    assert (found.agreeing, found.found) == (0, 2)
    assert office.kinds() == [("core", "principal"), ("core", "interest_due")]
    with acting(office.officer):
        about = Break.objects.get(kind="principal")
        assert (about.ours, about.theirs, about.amount_fen) == ("200,000.00", "199,999.99", -1)
    assert core(office, wrong).found == 0  # known already
    assert core(office, wrong.replace("12.34", "12.35")).changed == 1
    assert core(office, same).closed == 2
    assert office.kinds() == []


def test_a_loan_that_only_one_side_has_is_a_break_of_its_own(office: Office) -> None:
    assert core(office, f"{TODAY},HS-NONE,1.00,0.00,,\n").found == 2
    assert sorted(office.kinds()) == [("core", "missing_there"), ("core", "unknown_here")]


def test_a_break_of_a_loan_is_closed_by_an_explanation_that_a_second_person_confirms(
    office: Office,
) -> None:
    core(office, standing(office, TODAY).replace("0.00,20", "1.00,20"))
    with acting(office.officer) as who:
        about = Break.objects.get()
    with acting(office.officer) as who, pytest.raises(Refused) as refused:
        close_propose(who, at=AT, wanted=about.pk)
    assert refused.value.problems[0].code == "break.no_words"
    with acting(office.officer) as who:
        break_explain(who, at=AT, wanted=about.pk, words="the core rounds by the month")
        close_propose(who, at=AT, wanted=about.pk)
    with acting(office.approver) as who:
        proposal_confirm(who, at=AT, wanted=about.pk)
    assert office.kinds() == []


@pytest.mark.parametrize(
    ("rows", "code", "line", "field"),
    [
        ("", "core_sheet.missing", 1, None),
        ("2026-11-20,A,1,0,,\n2026-11-20,A,1,0,,\n", "core_sheet.twice", 3, "agreement"),
        ("2026-11-20,A,1,0,,\n2026-11-21,B,1,0,,\n", "core_sheet.days_differ", 3, "asof"),
        ("2027-11-20,A,1,0,,\n", "core_sheet.in_the_future", 2, "asof"),
        ("2026-11-20,A,1.001,0,,\n", "core_sheet.not_readable", 2, "principal"),
        ("2026-11-20,A,1,0,2026-02-30,\n", "core_sheet.not_readable", 2, "next_due_on"),
        ("2026-11-20,A,1,0,,splendid\n", "core_sheet.not_readable", 2, "class"),
        ("2026-11-20,,1,0,,\n", "core_sheet.missing", 2, "agreement"),
        ("2026-11-20,A,1\n", "core_sheet.not_a_sheet", 2, None),
    ],
)
def test_a_sheet_of_the_core_that_is_wrong_is_refused_by_line_and_field(
    rows: str, code: str, line: int, field: str | None
) -> None:
    with pytest.raises(Refused) as refused:
        read_core((CORE + rows).encode(), file="core.csv", classes={}, today=TODAY)
    problem = refused.value.problems[0]
    assert problem.where is not None
    assert (problem.code, problem.where.line, problem.where.field) == (code, line, field)


def test_what_one_side_does_not_know_is_no_difference() -> None:
    known, unknown = CoreLoan(1, 2, TODAY, "normal"), CoreLoan(1, 2, TODAY, None)
    assert list(compared(known, unknown)) == list(compared(unknown, known)) == []
    other = CoreLoan(1, 2, None, "loss")
    assert [each.kind for each in compared(known, other)] == ["next_due_on", "class"]


class Desk:
    """The two people at their browsers."""

    def __init__(self, stage: Stage) -> None:  # noqa: F811
        self.office = Office(stage)
        self.officer = signed_in(stage, self.office.officer, "bank_officer")
        self.approver = signed_in(stage, self.office.approver, "bank_approver")
        self.owner = signed_in(stage, self.office.owner, "firm_owner")

    def seen(self, client: Any, where: str) -> str:
        answer = client.get(where)
        assert answer.status_code == 200, (where, answer.status_code)
        return str(answer.content.decode())

    def sent(self, client: Any, where: str, **said: Any) -> str:
        answer = client.post(where, said)
        assert answer.status_code == 302, answer.content.decode()[:3000]
        return str(answer["Location"])


def test_a_day_is_reconciled_on_its_pages(stage: Stage) -> None:  # noqa: F811
    desk = Desk(stage)
    office = desk.office
    with acting(office.officer):
        drawn = AgreementEvent.objects.get(kind="draw").n
    here = f"/agreements/{office.id}/payments"
    key = re.search(r'name="key" value="([^"]+)"', desk.seen(desk.officer, here))
    assert key
    payment = desk.sent(
        desk.officer, f"{here}/ask", key=key[1], event=drawn, account=office.account.pk,
        payee_name=PAYEE.name, payee_account=PAYEE.account, payee_bank=PAYEE.bank, text="放款",
    )  # fmt: skip
    assert desk.officer.post(f"{payment}/release").status_code == 403
    assert desk.approver.get(f"{payment}/message.xml").status_code == 422
    desk.sent(desk.approver, f"{payment}/release")
    message = desk.approver.get(f"{payment}/message.xml").content.decode()
    assert "<EndToEndId>" in message
    assert '<InstdAmt Ccy="CNY">200000.00</InstdAmt>' in message
    name = re.search("<EndToEndId>([^<]+)<", message)
    assert name

    told = Told(
        (Moved(-200_000_00, "B1", end_to_end=name[1]), Moved(5_000_00, "B2"), Moved(7_00, "B3")),
        opening_fen=10**9,
    )  # fmt: skip
    bad = SimpleUploadedFile("bad.xml", camt(told)[:-30])
    answer = desk.officer.post("/statements/send", {"file": bad})
    assert answer.status_code == 422
    assert "bad.xml" in answer.content.decode()  # kept, and shown with why
    good = SimpleUploadedFile("good.xml", camt(told))
    statement = desk.sent(desk.officer, "/statements/send", file=good)
    assert "B2" in desk.seen(desk.officer, statement)
    assert "已付款" in desk.seen(desk.officer, payment)

    with acting(office.officer):
        receipt = Break.objects.get(line__bank_ref="B2").pk
    page = f"/reconciliation/{receipt}"
    assert "5,000.00" in desk.seen(desk.officer, "/reconciliation")
    desk.sent(desk.officer, f"{page}/take")
    desk.sent(desk.approver, f"{page}/assign", to=str(office.officer.person))
    assert desk.approver.post(f"{page}/assign", {"to": str(uuid4())}).status_code == 422
    desk.sent(desk.officer, f"{page}/explain", words="early repayment")
    desk.sent(desk.officer, f"{page}/propose", what="allocate", agreement=office.ref, way="lower")
    assert desk.officer.post(f"{page}/confirm").status_code == 403
    assert "期限不变" in desk.seen(desk.approver, page).split("是什么")[0]
    assert desk.approver.get(page).content.decode().count("confirm") == 1
    desk.sent(desk.approver, f"{page}/confirm")
    assert "已关闭" in desk.seen(desk.officer, page)
    closed = desk.seen(desk.officer, "/reconciliation?which=closed")
    assert "/reconciliation/" in closed
    assert desk.owner.get("/reconciliation").status_code == 403
    file = re.search(r"/statements/files/\d+", desk.seen(desk.officer, "/statements"))
    assert file
    assert desk.officer.get(file[0]).content == camt(told)
    office.whole()


def test_what_the_bank_paid_of_its_own_accord_is_booked_on_its_page(stage: Stage) -> None:  # noqa: F811
    desk = Desk(stage)
    desk.office.day(Moved(-200_000_00, "B1"), Moved(7_00, "B3", text="结息"))
    page = f"/reconciliation/{desk.office.receipt().pk}"
    offered = re.findall(r'<option value="(bank_[a-z]+)"', desk.seen(desk.officer, page))
    assert offered == ["bank_interest"]  # a receipt is no fee
    wrong = desk.officer.post(f"{page}/propose", {"what": "charge", "charge": "bank_fee"})
    assert wrong.status_code == 422
    desk.sent(desk.officer, f"{page}/propose", what="charge", charge=offered[0])
    assert desk.officer.post(f"{page}/confirm").status_code == 403
    desk.sent(desk.approver, f"{page}/confirm")
    assert "已关闭" in desk.seen(desk.officer, page)
    assert desk.office.kinds() == []
    desk.office.whole()


def test_what_is_typed_wrong_on_a_page_is_refused_and_stays_typed(stage: Stage) -> None:  # noqa: F811
    desk = Desk(stage)
    desk.office.day(Moved(-200_000_00, "B1"), Moved(5_000_00, "B2"))
    page = f"/reconciliation/{desk.office.receipt().pk}"
    for said, words in (
        ({"what": "allocate", "agreement": "HS-NONE", "way": "due"}, "HS-NONE"),
        ({"what": "allocate", "agreement": desk.office.ref, "way": "up"}, "up"),
        ({"what": "match", "with": "x"}, "x"),
        ({"what": "match"}, "500000"),
        ({"what": "close"}, "对平"),
    ):
        answer = desk.officer.post(f"{page}/propose", said)
        assert answer.status_code == 422, said
        assert words in answer.content.decode()
    for name, said in (("number", {"number": "?", "bank": "x", "code": desk.office.code}),):
        answer = desk.approver.post("/statements/accounts", said)
        assert answer.status_code == 422
        assert f'id="{name}"' in answer.content.decode()
    with acting(desk.office.officer):
        assert BankAccount.objects.count() == 1
        reconcile(
            desk.office.officer, at=AT, institution=desk.office.officer.institution,  # type: ignore[arg-type]
            code=desk.office.code,
        )  # fmt: skip
