"""A bank's statements against the ledger: taken whole or not at all, matched, and explained."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry as Told_
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions import breaks, payments
from huoshui.web.ledger.actions.matching import Reconciled, cash_name, reconcile
from huoshui.web.ledger.actions.statements import bank_account_add, statement_receive
from huoshui.web.ledger.models import (
    BankAccount,
    BankFile,
    Break,
    Instruction,
    Match,
    MatchItem,
    StatementLine,
)
from huoshui.web.ledger.queries.cash import cash_codes
from huoshui.web.ledger.queries.statements import explained
from huoshui.web.ledger.rules.payments import Payee
from tests.web.given import AT, DAY, institution
from tests.web.ledger.banking import ACCOUNT, Moved, Told, camt, sheet
from tests.web.ledger.given import BANK, drawn, paid, post

LATER = DAY + dt.timedelta(60)


class Branch:
    """An officer and an approver of a bank, with its account and statements."""

    def __init__(self, code: str = "huoshui_city_bank") -> None:
        self.bank = institution(code)
        self.officer, self.approver = self.person("bank_officer"), self.person("bank_approver")

    def person(self, role: str) -> Actor:
        return Actor(
            "institution", f"somebody as {role}", person=uuid4(), institution=self.bank.id,
            role=role, permissions=frozenset(pack_on(DAY).roles[role].may),
        )  # fmt: skip

    def opened(self, number: str = ACCOUNT) -> Branch:
        with acting(self.approver) as who:
            bank_account_add(
                who, at=AT, institution=self.bank.id, number=number, bank="活水银行清算中心",
                bank_code="313521000011", code=BANK.code, pack=pack_on(DAY),
            )  # fmt: skip
        return self

    def take(self, *told: Told, body: bytes = b"", today: dt.date = LATER) -> list[Reconciled]:
        _, found = statement_receive(
            self.officer, at=AT, today=today, institution=self.bank.id, name="day.xml",
            body=body or camt(*told),
        )  # fmt: skip
        return found

    def refused(self, *told: Told, body: bytes = b"", today: dt.date = LATER) -> str:
        with pytest.raises(Refused) as found:
            self.take(*told, body=body, today=today)
        return found.value.problems[0].code

    def book(self, loan: str, fen: int, *names: str, on: dt.date = DAY) -> tuple[int, int]:
        """Post a draw or a payment, known by names; give its transfer."""
        entry = drawn(-fen, loan) if fen < 0 else paid(fen, loan)
        made = post(self.bank, f"{loan} {fen} {uuid4()}", entry, on=on)
        with acting(self.officer) as who:
            place = (made.voucher, 1)
            cash_name(
                who, institution=self.bank.id, names=[(place, n, n == names[-1]) for n in names]
            )
        return place

    def rules(self) -> list[str]:
        with acting(self.officer):
            return sorted(Match.objects.values_list("rule", flat=True))

    def kinds(self) -> list[tuple[str, str, int]]:
        with acting(self.officer):
            rows = Break.objects.exclude(state="closed").order_by("side", "id")
            return list(rows.values_list("side", "kind", "amount_fen"))

    def check(self) -> None:
        """Hold every line to being matched or a break, and both sides to the fen."""
        with acting(self.officer):
            matched = set(MatchItem.objects.values_list("line_id", flat=True)) - {None}
            open_ = set(
                Break.objects.filter(side="bank").exclude(state="closed").values_list(
                    "line_id", flat=True
                )
            )  # fmt: skip
            assert matched | open_ == set(StatementLine.objects.values_list("id", flat=True))
            assert not matched & open_
            said = explained(self.officer, institution=self.bank.id, code=BANK.code)
            assert said.bank_fen - said.book_fen == said.difference_fen
            assert said.difference_fen == said.bank_breaks_fen - said.book_breaks_fen


@pytest.fixture
def branch(database: object) -> Branch:
    return Branch().opened()


def test_the_accounts_that_cash_moves_on_are_read_from_the_packs(database: object) -> None:
    assert cash_codes(pack_on(DAY)) == [BANK.code]


def test_a_day_is_matched_by_name_then_amount_and_the_rest_are_breaks(branch: Branch) -> None:
    branch.book("L-1", -500_00, "HS-1", "L-1 2")
    branch.book("L-2", -300_00)
    branch.book("L-2", 20_00, "B9", "L-2 3")
    branch.book("L-3", -7_00)
    branch.book("L-4", -9_00, on=DAY + dt.timedelta(1))
    told = Told(
        (
            Moved(-500_00, "B1", end_to_end="HS-1"),
            Moved(-300_00, "B2"),
            Moved(20_00, "B9"),
            Moved(44_00, "B4"),
        ),
        opening_fen=10_000_00,
    )
    (found,) = branch.take(told)
    assert found.matched == {"end_to_end": 1, "reference": 1, "amount_day": 1}
    assert branch.kinds() == [
        ("bank", "no_counterpart", 44_00),
        ("book", "not_at_bank", -7_00),
        ("book", "waiting", -9_00),
    ]
    branch.check()
    # The next day brings what was waited for, and late what was not there.
    branch.take(told.next(Moved(-9_00, "B5")))
    assert branch.kinds() == [("bank", "no_counterpart", 44_00), ("book", "not_at_bank", -7_00)]
    branch.check()
    # Booked late for its own day, it is matched when one looks again.
    branch.book("L-1", 44_00)
    with acting(branch.officer) as who:
        reconcile(who, at=AT, institution=branch.bank.id, code=BANK.code)
    assert branch.kinds() == [("book", "not_at_bank", -7_00)]
    branch.check()


def test_csv_and_camt_may_follow_each_other(branch: Branch) -> None:
    told = Told((Moved(5, "B1"),), opening_fen=100)
    branch.take(told)
    branch.take(body=sheet(told.next(Moved(6, "B2"))))
    branch.check()
    with acting(branch.officer):
        account = BankAccount.objects.get()
        assert (account.opened_fen, account.stands_fen) == (100, 111)
        assert account.through_on == DAY + dt.timedelta(1)


def test_what_does_not_follow_is_refused_and_the_good_one_may_be_sent_again(
    branch: Branch,
) -> None:
    first = Told((Moved(5, "B1"),), opening_fen=100)
    second = first.next(Moved(6, "B2"))
    third = second.next(Moved(7, "B3"))
    assert branch.refused(Told(account="999999")) == "statement.unknown_account"
    assert branch.refused(first, today=DAY - dt.timedelta(1)) == "statement.in_the_future"
    branch.take(first)
    assert branch.refused(first) == "statement.taken_already"
    assert branch.refused(third) == "statement.gap"
    assert branch.refused(replace(second, lines=(Moved(6, "B1"),))) == "statement.line_taken"
    assert branch.refused(second, replace(third, closing_fen=1)) == "statement.bad_sum"
    early = replace(second, on=DAY - dt.timedelta(9), lines=())
    assert branch.refused(early) == "statement.out_of_order"
    assert branch.refused(body=camt(second)[:-20]) == "statement.broken"
    with acting(branch.officer):
        assert StatementLine.objects.count() == 1
        kept = BankFile.objects.filter(problems__isnull=False)
        assert {each.problems[0]["code"] for each in kept} >= {"statement.gap", "statement.broken"}
        assert bytes(kept.last().body) == camt(second)[:-20]
    branch.take(second, third)  # nothing of them was used up
    branch.check()


def test_the_database_itself_holds_statements_and_matches_to_their_sums(branch: Branch) -> None:
    branch.take(Told((Moved(5, "B1"), Moved(7, "B2")), opening_fen=100))
    place = branch.book("L-1", -5_00)

    def tried(sql: str, values: Sequence[object]) -> str | None:
        with acting(branch.officer), connection.cursor() as cursor:
            with pytest.raises(DatabaseError) as found:
                cursor.execute(sql, values)
            transaction.set_rollback(True)
        cause = found.value.__cause__
        assert isinstance(cause, psycopg.Error)
        return cause.sqlstate

    with acting(branch.officer):
        account, line = BankAccount.objects.get().pk, StatementLine.objects.first()
        file, match = BankFile.objects.get().pk, Match.objects.create(
            institution_id=branch.bank.id, rule="by_hand", at=AT, by_name="x"
        ).pk  # fmt: skip
    statement = (
        "INSERT INTO ledger_statement (institution_id, account_id, file_id, ref, from_on,"
        " until_on, opening_fen, closing_fen, lines_count, at)"
        " VALUES (%s, %s, %s, 'x', %s, %s, %s, %s, 0, %s)"
    )
    base = [branch.bank.id, account, file, LATER, LATER]
    assert tried(statement, [*base, 1, 1, AT]) == "HL007"  # it does not open where the last closed
    assert tried(statement, [*base, 112, 113, AT]) == "23514"  # nothing moved, and it moved
    item = (
        "INSERT INTO ledger_matchitem (match_id, institution_id, line_id, voucher_id, n,"
        " amount_fen) VALUES (%s, %s, %s, %s, %s, %s)"
    )
    own = [match, branch.bank.id]
    assert tried(item, [*own, line.pk, None, None, 5]) == "HL006"  # a line alone is no match
    assert tried(item, [*own, line.pk, None, None, 0]) == "HL006"  # nor is it another amount
    assert tried(item, [*own, None, *place, 5]) == "HL006"
    assert tried("UPDATE ledger_statementline SET amount_fen = 1", []) == "42501"
    assert tried("UPDATE ledger_break SET amount_fen = 1", []) == "42501"


def test_another_bank_sees_none_of_it(branch: Branch) -> None:
    branch.take(Told((Moved(5, "B1"),), opening_fen=100))
    rival = Branch("joint_stock_branch")
    with acting(rival.officer):
        assert not BankAccount.objects.exists()
        assert not BankFile.objects.exists()
        assert not StatementLine.objects.exists()
        assert not Break.objects.exists()
    rival.opened()  # its own account may have the same number
    rival.take(Told((Moved(5, "B1"),), opening_fen=7))
    rival.check()


def open_break(branch: Branch, side: str) -> Break:
    with acting(branch.officer):
        return Break.objects.filter(side=side).exclude(state="closed").first()


def test_two_receipts_for_one_transfer_are_matched_by_hand_by_two_people(branch: Branch) -> None:
    place = branch.book("L-1", -100_00)
    branch.take(Told((Moved(-60_00, "B1"), Moved(-40_00, "B2"), Moved(3, "B3"))))
    about = open_break(branch, "book")
    with acting(branch.officer):
        refs = ("B1", "B2", "B3")
        lines = [StatementLine.objects.get(bank_ref=ref).pk for ref in refs]
    said = {"at": AT, "wanted": about.pk, "places": [place], "code": BANK.code}
    with acting(branch.officer) as who, pytest.raises(Refused) as refused:
        breaks.match_propose(who, lines=lines, **said)  # type: ignore[arg-type]
    assert refused.value.problems[0].code == "break.sums_differ"
    with acting(branch.officer) as who:
        breaks.break_take(who, at=AT, wanted=about.pk)
        breaks.break_explain(who, at=AT, wanted=about.pk, words="the bank paid in two")
        breaks.match_propose(who, lines=lines[:2], **said)  # type: ignore[arg-type]
    both = replace(branch.officer, permissions=branch.approver.permissions)
    for actor, code in (
        (both, "break.four_eyes"),
        (branch.officer, "actor.not_permitted"),
    ):
        with acting(actor) as who, pytest.raises(Refused) as refused:
            breaks.proposal_confirm(who, at=AT, wanted=about.pk)
        assert refused.value.problems[0].code == code
    with acting(branch.approver) as who:
        breaks.proposal_confirm(who, at=AT, wanted=about.pk)
    assert branch.rules() == ["by_hand"]
    assert branch.kinds() == [("bank", "no_counterpart", 3)]
    branch.check()
    with acting(branch.officer):
        deeds = list(Break.objects.get(pk=about.pk).deeds.order_by("id").values_list("deed"))
        assert [deed for (deed,) in deeds] == [
            "found", "taken", "explained", "proposed", "matched", "confirmed",
        ]  # fmt: skip
        actions = set(Told_.objects.values_list("action", flat=True))
        assert {"break.taken", "break.explained", "break.proposed", "break.confirmed"} <= actions
    # Found wrong, it is taken apart, and all of it is to be worked off again.
    with acting(branch.approver) as who:
        breaks.match_undo(
            who, at=AT, institution=branch.bank.id, line=lines[0], code=BANK.code, why="not so"
        )
    with acting(branch.officer) as who:
        reconcile(who, at=AT, institution=branch.bank.id, code=BANK.code)
    kinds = [kind for _, kind, _ in branch.kinds()]
    assert sorted(kinds) == ["no_counterpart", "taken_apart", "taken_apart", "taken_apart"]
    branch.check()


def test_a_rule_does_not_match_again_what_people_took_apart(branch: Branch) -> None:
    branch.book("L-1", -100_00)
    branch.take(Told((Moved(-100_00, "B1"),)))
    assert branch.rules() == ["amount_day"]
    with acting(branch.officer):
        line = StatementLine.objects.get().pk
    with acting(branch.approver) as who:
        breaks.match_undo(
            who, at=AT, institution=branch.bank.id, line=line, code=BANK.code, why="another's"
        )
    branch.book("L-2", -100_00, "B1", "L-2 1")
    with acting(branch.officer) as who:
        reconcile(who, at=AT, institution=branch.bank.id, code=BANK.code)
    assert len(branch.kinds()) == 3
    branch.check()


def test_a_pair_by_amount_and_day_gives_way_to_a_line_that_names_its_transfer(
    branch: Branch,
) -> None:
    branch.book("L-1", -700, "R-1", "L-1:2")
    told = Told((Moved(-700, "B-1", reference="R-9"),))
    branch.take(told)
    assert branch.rules() == ["amount_day"]
    branch.take(told.next(Moved(-700, "B-2", reference="R-1")))
    assert branch.kinds() == [("bank", "no_counterpart", -700)], "R-9 was never entered"
    with acting(branch.officer):
        held = MatchItem.objects.filter(match__rule="reference", line__isnull=False).get()
        assert held.line.bank_ref == "B-2"
    branch.check()
    branch.book("L-2", -700, "R-9", "L-2:2")
    with acting(branch.officer):
        reconcile(branch.officer, at=AT, institution=branch.bank.id, code=BANK.code)
    assert branch.kinds() == []
    branch.check()


def test_a_pair_by_amount_and_day_gives_way_to_a_transfer_that_its_line_names(
    branch: Branch,
) -> None:
    first = branch.book("L-1", -700, "R-1", "L-1:2")
    branch.take(Told((Moved(-700, "B-1", reference="R-9"),)))
    named = branch.book("L-2", -700, "R-9", "L-2:2")
    with acting(branch.officer):
        reconcile(branch.officer, at=AT, institution=branch.bank.id, code=BANK.code)
        held = MatchItem.objects.filter(match__rule="reference", line__isnull=True).get()
        assert (held.voucher_id, held.n) == named
        left = Break.objects.exclude(state="closed").get()
        assert (left.voucher_id, left.n, left.kind) == (*first, "not_at_bank")
    branch.check()


def test_a_name_with_another_amount_moves_no_pair(branch: Branch) -> None:
    branch.book("L-1", -700, "R-1", "L-1:2")
    told = Told((Moved(-700, "B-1"),))
    branch.take(told)
    branch.take(told.next(Moved(-800, "B-2", reference="R-1")))
    assert branch.rules() == ["amount_day"]
    branch.check()


def test_what_cannot_be_done_about_a_break_is_said(branch: Branch) -> None:
    place = branch.book("L-1", -100_00)
    branch.take(Told((Moved(-60_00, "B1"), Moved(-40_00, "B2"))))
    about = open_break(branch, "book")
    both = replace(
        branch.officer, permissions=branch.officer.permissions | branch.approver.permissions
    )
    with acting(branch.officer):
        lines = list(StatementLine.objects.values_list("pk", flat=True))
    said = {"at": AT, "wanted": about.pk, "code": BANK.code}
    undo = {"at": AT, "institution": branch.bank.id, "line": lines[0], "code": BANK.code}
    tries: list[tuple[str, Callable[[Actor], object]]] = [
        ("break.unknown", lambda who: breaks.break_take(who, at=AT, wanted=10**9)),
        ("break.no_words",
         lambda who: breaks.break_explain(who, at=AT, wanted=about.pk, words=" ")),
        ("break.nothing_proposed",
         lambda who: breaks.proposal_confirm(who, at=AT, wanted=about.pk)),
        ("break.nothing_proposed",
         lambda who: breaks.proposal_decline(who, at=AT, wanted=about.pk)),
        ("break.not_to_match",
         lambda who: breaks.match_propose(who, lines=[*lines, 10**9], places=[place], **said)),
        ("break.not_to_match",
         lambda who: breaks.match_propose(who, lines=lines, places=[(10**9, 1)], **said)),
        ("break.not_matched", lambda who: breaks.match_undo(who, why="x", **undo)),
        ("break.no_words", lambda who: breaks.match_undo(who, why=" ", **undo)),
    ]  # fmt: skip
    for code, tried in tries:
        with acting(both) as who, pytest.raises(Refused) as refused:
            tried(who)
        assert refused.value.problems[0].code == code
    with acting(branch.officer) as who:
        breaks.match_propose(who, lines=lines, places=[place], **said)  # type: ignore[arg-type]
    with acting(branch.officer) as who, pytest.raises(Refused) as refused:
        breaks.match_propose(who, lines=lines, places=[place], **said)  # type: ignore[arg-type]
    assert refused.value.problems[0].code == "break.proposed_already"
    with acting(branch.officer) as who:  # whoever proposed may take it back
        breaks.proposal_decline(who, at=AT, wanted=about.pk)
        assert Break.objects.get(pk=about.pk).proposal is None


def test_an_account_is_registered_once_by_who_releases_payments(branch: Branch) -> None:
    said = {"at": AT, "institution": branch.bank.id, "bank": "x", "bank_code": "",
            "pack": pack_on(DAY)}  # fmt: skip
    for actor, number, code, refusal in (
        (branch.officer, "123456", BANK.code, "actor.not_permitted"),
        (branch.approver, ACCOUNT, BANK.code, "statement.account_there"),
        (branch.approver, "12?", BANK.code, "statement.not_a_number"),
        (branch.approver, "123456", "interest_income", "statement.no_such_code"),
    ):
        with acting(actor) as who, pytest.raises(Refused) as refused:
            bank_account_add(who, number=number, code=code, **said)  # type: ignore[arg-type]
        assert refused.value.problems[0].code == refusal


def test_money_on_one_side_is_not_closed_by_words(branch: Branch) -> None:
    branch.take(Told((Moved(3, "B3"),)))
    about = open_break(branch, "bank")
    with acting(branch.officer) as who:
        breaks.break_explain(who, at=AT, wanted=about.pk, words="interest of the bank")
    with acting(branch.officer) as who, pytest.raises(Refused) as refused:
        breaks.close_propose(who, at=AT, wanted=about.pk)
    assert refused.value.problems[0].code == "break.still_apart"


def test_a_payment_is_asked_released_and_settled_by_the_statement(branch: Branch) -> None:
    place = branch.book("L-1", -500_00, "L-1 2")
    with acting(branch.officer):
        account = BankAccount.objects.get()
    said = {
        "at": AT, "key": "P1", "account": account, "place": place, "amount_fen": 500_00,
        "end_to_end": "HS-1-2", "purpose": "draw", "agreement": "L-1",
        "payee": Payee("武汉甲科技有限公司", "6228480010099887766", "103521000012"),
        "execute_on": DAY,
    }  # fmt: skip
    with acting(branch.officer) as who:
        made = payments.instruction_ask(who, **said)  # type: ignore[arg-type]
        assert payments.instruction_ask(who, **said).id == made.id  # type: ignore[arg-type]
    with acting(branch.approver) as who, pytest.raises(Refused) as refused:
        payments.instruction_release(who, at=AT, wanted=uuid4())
    assert refused.value.problems[0].code == "payment.unknown"
    for changed, code in (
        ({"amount_fen": 1}, "payment.key_of_other"),
        ({"key": "P2"}, "payment.nothing_to_pay"),
        ({"key": "P3", "payee": Payee("", "1")}, "payment.not_a_payee"),
    ):
        with acting(branch.officer) as who, pytest.raises(Refused) as refused:
            payments.instruction_ask(who, **{**said, **changed})  # type: ignore[arg-type]
        assert refused.value.problems[0].code == code
    both = replace(branch.officer, permissions=branch.approver.permissions)
    with acting(both) as who, pytest.raises(Refused) as refused:
        payments.instruction_release(who, at=AT, wanted=made.id)
    assert refused.value.problems[0].code == "payment.four_eyes"
    with acting(branch.approver) as who, pytest.raises(Refused) as refused:
        payments.instruction_answer(who, at=AT, wanted=made.id, state="accepted")
    assert refused.value.problems[0].code == "payment.not_now"
    with acting(branch.approver) as who:
        payments.instruction_release(who, at=AT, wanted=made.id)
        payments.instruction_answer(who, at=AT, wanted=made.id, state="accepted")
    branch.take(Told((Moved(-500_00, "B1", end_to_end="HS-1-2"),), opening_fen=10_000_00))
    with acting(branch.officer):
        held = Instruction.objects.get()
        assert held.state == "settled"
        states = list(held.deeds.order_by("id").values_list("state", flat=True))
        assert states == ["asked", "released", "accepted", "settled"]
    assert branch.rules() == ["end_to_end"]
    branch.check()


def test_a_long_statement_asks_the_database_no_more_than_a_short_one(branch: Branch) -> None:
    told, asked = Told((), opening_fen=10**12), []
    for nth, count in enumerate((20, 200)):
        entries = [drawn(100_00 + n, f"L-{nth}-{n}") for n in range(count)]
        post(branch.bank, f"many {nth}", *entries, on=DAY + dt.timedelta(nth + 1))
        lines = [Moved(-100_00 - n, f"B{nth}-{n}") for n in range(count)]
        told = told.next(*lines, Moved(5, f"X{nth}"))
        with CaptureQueriesContext(connection) as queries:
            (found,) = branch.take(told)
        assert found.matched == {"amount_day": count}
        asked.append(len(queries))
    assert asked[1] == asked[0], asked
    branch.check()
