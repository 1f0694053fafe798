"""What may not be taken into a loan's stream, and why: every refusal is reached."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from huoshui.cashflow.loans import LoanRefusal
from huoshui.kernel.errors import Refused
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.accepting import may_append
from huoshui.web.agreements.rules.loan.events import Event, act_of
from huoshui.web.agreements.rules.loan.folding import fold
from huoshui.web.agreements.rules.loan.refusals import LoanEventRefusal as No
from tests.web.agreements.lending import DRAWN, MATURES, SIGNED, contract, drawn, stream

FEB, MAR, APR = (dt.date(2026, month, 10) for month in (2, 3, 4))
TODAY = dt.date(2027, 6, 1)
FIRST = 10_372_00
PAID = (FEB, ev.Pay(FIRST, receipt="R1"))
GONE = (APR, ev.WriteOff())
ALL = (DRAWN, ev.Prepay(120_000_00, "lower"))
CLASSES = ("normal", "loss")


@pytest.mark.parametrize(
    ("before", "on", "act", "expected"),
    [
        ((), FEB, ev.Pay(FIRST, currency="USD"), No.CURRENCY),
        ((), FEB, ev.Pay(0), No.NOT_AN_AMOUNT),
        ((), FEB, ev.Pay(-1), No.NOT_AN_AMOUNT),
        ((), TODAY + dt.timedelta(1), ev.Pay(1), No.IN_THE_FUTURE),
        ((PAID,), MAR, ev.Pay(1_00, receipt="R1"), No.SENT_TWICE),
        ((), FEB, ev.Draw(1_00), No.DRAWN_TWICE),
        ((), DRAWN - dt.timedelta(1), ev.Pay(1_00), No.BEFORE_DRAW),
        ((), DRAWN - dt.timedelta(1), ev.WriteOff(), No.BEFORE_DRAW),
        ((), FEB, ev.Pay(FIRST + 1), No.ABOVE_DUE),
        ((), FEB - dt.timedelta(1), ev.Pay(1), No.ABOVE_DUE),
        ((), FEB, ev.Pay(120_372_01), No.ABOVE_OWED),
        ((), FEB, ev.Prepay(120_372_01, "shorten"), No.ABOVE_OWED),
        ((), FEB, ev.Renew(120_000_01, "L-2", keeps_class=True), No.ABOVE_OWED),
        ((GONE,), MATURES, ev.Recover(200_000_00), No.ABOVE_OWED),
        ((ALL,), FEB, ev.Pay(1), No.CLOSED),
        ((GONE,), MATURES, ev.Pay(1), No.WRITTEN_OFF),
        ((), FEB, ev.Recover(1), No.NOT_WRITTEN_OFF),
        ((), FEB, ev.Extend(MATURES), No.NOT_LATER),
        ((), FEB, ev.CutRate(Decimal("0.01"), until=FEB), No.NOT_LATER),
        ((), FEB, ev.Holiday(FEB), No.NOT_LATER),
        ((), FEB, ev.Holiday(MAR, matures_on=APR), No.NOT_LATER),
        ((), MATURES, ev.Extend(dt.date(2028, 1, 1)), No.MATURED),
        ((), FEB, ev.Holiday(MATURES), No.RESTS_TO_THE_END),
        ((), FEB, ev.CutRate(Decimal("0.036")), No.RATE),
        ((), FEB, ev.SetRate(Decimal("-0.01")), No.RATE),
        ((), FEB, ev.Extend(TODAY, annual_rate=Decimal("-0.01")), No.RATE),
        ((), FEB, ev.SetClass("splendid"), No.NO_CLASS),
        ((), FEB, ev.Waive("penalty", 1), No.NOTHING_OPEN),
        ((), FEB, ev.Refund(1), No.NOTHING_OPEN),
        ((), FEB, ev.ResumeAccrual(), No.NO_CHANGE),
        (((FEB, ev.StopAccrual()),), MAR, ev.StopAccrual(), No.NO_CHANGE),
        ((), FEB, ev.Reverse(9), No.NOT_REVERSIBLE),
        ((PAID,), FEB, ev.Reverse(1), No.NOT_REVERSIBLE),
        ((PAID,), FEB, ev.Reverse(2), No.NOT_REVERSIBLE),
        ((PAID, (FEB, ev.Reverse(3))), FEB, ev.Reverse(3), No.NOT_REVERSIBLE),
        ((PAID, (FEB, ev.Reverse(3))), FEB, ev.Reverse(4), No.NOT_REVERSIBLE),
    ],
)
def test_it_is_refused(
    before: tuple[tuple[dt.date, ev.Act], ...], on: dt.date, act: ev.Act, expected: No
) -> None:
    events = stream(*before)
    event = Event(len(events) + 1, on, act)
    found = may_append(contract(), events, event, today=TODAY, classes=CLASSES)
    assert [each.code for each in found] == [expected.code]


@pytest.mark.parametrize(
    ("before", "on", "act"),
    [
        ((), FEB, ev.Pay(FIRST)),
        ((), FEB, ev.Pay(FIRST + 1, is_advance=True)),
        ((), FEB, ev.Prepay(120_372_00, "shorten")),
        ((PAID, (FEB, ev.Reverse(3))), FEB, ev.Pay(FIRST, receipt="R1")),
        ((GONE,), MATURES, ev.Recover(1)),
        ((ALL,), FEB, ev.Fee(1)),
        ((), FEB, ev.SetClass("loss")),
        ((), SIGNED, ev.Judge({"is_misused": False})),
        ((), FEB, ev.Extend(dt.date(2027, 6, 1), annual_rate=Decimal("0.05"))),
        ((), FEB, ev.Holiday(dt.date(2026, 6, 1))),
        ((), FEB, ev.StopAccrual()),
        ((PAID,), FEB, ev.Reverse(3)),
    ],
)
def test_it_is_taken(before: tuple[tuple[dt.date, ev.Act], ...], on: dt.date, act: ev.Act) -> None:
    events = stream(*before)
    event = Event(len(events) + 1, on, act)
    assert may_append(contract(), events, event, today=TODAY, classes=CLASSES) == []


def test_a_draw_waits_for_every_condition_and_stays_within_what_was_agreed() -> None:
    agreed = contract(conditions=frozenset({"papers", "pledge"}))
    papers = Event(1, SIGNED, ev.ConditionMet("papers"))
    pledge = Event(2, FEB, ev.ConditionMet("pledge"))
    early = Event(3, DRAWN, ev.Draw(120_000_01))
    found = may_append(agreed, [papers, pledge], early, today=TODAY)
    assert [each.code for each in found] == [No.CONDITIONS_OPEN.code, No.ABOVE_AGREED.code]
    assert "pledge" in found[0].message
    assert "papers" not in found[0].message
    assert not may_append(agreed, [papers, pledge], drawn(on=FEB), today=TODAY)
    for on in (SIGNED - dt.timedelta(1), dt.date(2026, 7, 1)):
        found = may_append(contract(), [], drawn(on=on), today=TODAY)
        assert [each.code for each in found] == [No.OUT_OF_TERM.code]


def test_a_plan_is_whole_in_order_and_within_the_term_and_no_other_loan_takes_one() -> None:
    last = (MATURES, 70_000_00)

    def codes(*plan: tuple[dt.date, int], method: str = "stepped") -> list[str]:
        event = Event(2, DRAWN, ev.Draw(120_000_00, plan=plan))
        return [p.code for p in may_append(contract(method), [], event, today=TODAY)]

    assert codes((FEB, 50_000_00), last) == []
    assert codes((FEB, 50_000_00)) == codes() == [LoanRefusal.NO_PLAN.code]
    assert codes((DRAWN, 50_000_00), last) == [LoanRefusal.PLAN_OUTSIDE.code]
    assert codes(last, (FEB, 50_000_00)) == [No.PLAN_OUT_OF_ORDER.code]
    assert codes((FEB, 20_000_00), (FEB, 30_000_00), last) == [No.PLAN_OUT_OF_ORDER.code]
    assert codes((FEB, 50_000_00), last, method="interest_first") == [No.NO_PLAN_WANTED.code]


def test_a_loan_that_is_too_late_is_not_told_to_accrue() -> None:
    agreed, day = contract(stops_above_days=20), FEB + dt.timedelta(30)
    found = may_append(agreed, stream(), Event(3, day, ev.ResumeAccrual()), today=day)
    assert [each.code for each in found] == [No.STOPPED_BY_DAYS.code]


def test_what_was_paid_later_counts_against_a_payment_entered_late() -> None:
    events = stream((FEB + dt.timedelta(5), ev.Pay(FIRST + 7_50 + 28)))
    event = Event(4, FEB, ev.Pay(FIRST))
    found = may_append(contract(), events, event, today=FEB + dt.timedelta(9))
    assert [each.code for each in found] == [No.PAID_LATER.code]
    assert fold(contract(), events, asof=FEB + dt.timedelta(9)).due_fen == 0


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("vanish", {}, No.NO_SUCH_KIND),
        ("pay", {}, No.NOT_READABLE),
        ("pay", {"amount_fen": "1"}, No.NOT_READABLE),
        ("pay", {"amount_fen": True}, No.NOT_READABLE),
        ("pay", {"amount_fen": 1.5}, No.NOT_READABLE),
        ("extend", {"matures_on": "2026-02-30"}, No.NOT_READABLE),
        ("cut_rate", {"annual_rate": "much"}, No.NOT_READABLE),
        ("prepay", {"amount_fen": 1, "mode": "vanish"}, No.NOT_READABLE),
        ("renew", {"amount_fen": 1, "by": "L", "keeps_class": "yes"}, No.NOT_READABLE),
        ("judge", {"given": [1]}, No.NOT_READABLE),
        ("draw", {"amount_fen": 1, "plan": [["2026-02-30", 1]]}, No.NOT_READABLE),
        ("draw", {"amount_fen": 1, "plan": 5}, No.NOT_READABLE),
        ("judge", {"given": {"is_misused": 1}}, No.NOT_READABLE),
    ],
)
def test_what_cannot_be_read_is_refused(kind: str, body: dict[str, object], expected: No) -> None:
    with pytest.raises(Refused) as refused:
        act_of(kind, body)
    assert refused.value.problems[0].code == expected.code
