"""Two loans in a browser, each to its end: one is repaid early, one goes bad and is written off."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.days import Days, days_of
from tests.browser.test_journey import APPROVER, OFFICER, OWNER, do, draft, submit
from tests.browser.town import DAY, Visitor

pytestmark = pytest.mark.slow

NARROW = 390
WINTER, SUMMER = "2027-01-25", "2027-08-02"
REFUSED = ("status of 422",)
FORMS = {"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "pdf": b"%PDF-"}


class People:
    """The borrower and the bank's two people, who sign in anew on each day that is served."""

    def __init__(self, open_page: OpenPage, days: Days) -> None:
        self.days, self.open_page = days, open_page
        self.faults: list[str] = []
        self.meet(DAY)

    def meet(self, day: str) -> None:
        """Go on to a day: the nights before it are ended, and everybody is there again."""
        if day != DAY:
            self.days.serve(day)
            self.days.end(day)
        self.owner = self._seen(OWNER, "zh")
        self.officer = self._seen(OFFICER, "zh")
        self.approver = self._seen(APPROVER, "en")

    def _seen(self, name: str, language: str) -> Visitor:
        page = self.open_page(faults_expected=REFUSED)
        visitor = Visitor(page, self.days.town, language)
        visitor.faults = self.faults
        return visitor.sign_in(name)


@pytest.fixture
def people(browser_page: OpenPage, small_region: tuple[Path, dict[str, Any]]) -> Iterator[People]:
    with days_of(small_region[0]) as days:
        people = People(browser_page, days)
        yield people
        assert not people.faults, "\n".join(people.faults)


def agreed(people: People) -> str:
    """Apply, accept what the rule approves, and confirm what has to be true before a draw."""
    owner, officer = people.owner, people.officer
    case = draft(owner)
    submit(owner, case)
    do(owner, case, "accept")
    agreement = owner.look_at(NARROW).path
    officer.go(f"{agreement}/loan").fill(amount="200000")
    officer.press("#draw .btn-primary", status=422)  # not before its conditions
    officer.sees("放款前提条件尚未满足")
    assert officer.page.input_value("#draw-amount") == "200000"
    confirmed(officer, agreement)
    return agreement


def confirmed(officer: Visitor, agreement: str) -> None:
    """Confirm each condition of an agreement's first draw."""
    officer.go(agreement)
    while officer.page.locator("#conditions form button").count():
        officer.press("#conditions form button")


def secured(officer: Visitor, agreement: str) -> None:
    """Take a patent as security, and enter it at its register."""
    officer.go(agreement)
    officer.page.locator("#security summary").click()
    officer.fill(asset="patent", ref="ZL202610001234.5", value="900000", secures="260000")
    officer.press("#security details .btn")
    officer.fill(proof="Y2026980012345").press("#security form[action$='/register'] button")
    officer.sees("Y2026980012345").look_at(NARROW)


def drawn(officer: Visitor, agreement: str) -> str:
    """Pay the loan out; give the path of its page."""
    officer.go(f"{agreement}/loan").fill(amount="200000")
    officer.press("#draw .btn-primary").sees("200,000.00").look_at(NARROW)
    return f"{agreement}/loan"


def figure(who: Visitor, nth: int) -> str:
    """Read one of the figures at the top: principal, due, what settles it, days late."""
    return str(who.page.locator(".figure-card b").nth(nth).inner_text()).replace(",", "")


def scheduled(who: Visitor) -> list[tuple[str, Decimal]]:
    """Read the schedule: the days of instalments, and what is open of each."""
    rows = who.page.locator("section:has(> h2) table").first.locator("tbody tr").all()
    cells = [[cell.inner_text() for cell in row.locator("td").all()] for row in rows]
    return [(row[0], Decimal(row[3].replace(",", ""))) for row in cells]


def paid(who: Visitor, amount: object, on: str, way: str = "due") -> None:
    """Take a payment in, on its own day."""
    who.page.fill("#pay-amount", str(amount))
    who.page.fill("#pay-on", on)
    who.page.fill("#pay-receipt", f"R{on}-{amount}")
    if who.page.locator("#pay-way").count():
        who.page.select_option("#pay-way", way)
    who.press("#pay .btn-primary")


def tried(who: Visitor, form: str) -> None:
    """See what an act changes for each side, at both widths, and agree to it."""
    who.press(f"{form} button").look_at(NARROW)
    who.press("#agree .btn-primary")


def told(who: Visitor, loan: str) -> None:
    """Take the statement home in each of its forms."""
    for form, begins in FORMS.items():
        answer = who.page.request.get(f"{who.town.address}{loan}/statement.{form}")
        assert answer.ok
        assert answer.body().startswith(begins)


def first_winter(officer: Visitor, loan: str) -> None:
    """Pay the first instalment on its day, the second in two parts, the third ahead of time."""
    officer.go(loan)
    (first, one), (second, two), (_, three) = scheduled(officer)[:3]
    paid(officer, one, first)
    paid(officer, "300.00", second)
    rest = figure(officer.sees("逾期"), 1)
    assert Decimal(rest) > two - 300  # it bears penalty interest by now
    paid(officer, rest, WINTER)
    paid(officer, three, WINTER, "advance")
    assert (figure(officer, 1), figure(officer, 3)) == ("0.00", "0")
    officer.sees("逾期后已还").look_at(NARROW)


def repaid(officer: Visitor, loan: str) -> None:
    """Enter what came in since, each on its day, and repay the rest before it is due."""
    officer.go(loan)
    for day, fen in [row for row in scheduled(officer) if row[1] and row[0] <= SUMMER]:
        paid(officer, fen, day)
    assert figure(officer, 1) == "0.00"
    paid(officer, figure(officer, 2), SUMMER, "shorten")
    officer.sees("已结清").look_at(NARROW)


def relieved(people: People, loan: str) -> None:
    """See penalty interest grow, pay what is late, and agree that nothing is due for a while."""
    officer, approver = people.officer, people.approver
    officer.go(loan).sees("逾期").look_at(NARROW)
    assert int(figure(officer, 3)) > 30
    approver.go(loan)
    approver.fill(relief="holiday", until="2027-04-01")
    approver.press("#relief .btn").sees("", "Whoever stands by the loan").look_at(NARROW)
    approver.press("#agree .btn-primary").sees("", "payment holiday").look_at(NARROW)
    paid(officer, figure(officer.go(loan), 1), WINTER)


def gone_bad(people: People, loan: str) -> None:
    """Find it late again, judge it, lower its class, write it off, and recover a part."""
    officer, approver = people.officer, people.approver
    approver.go(loan).sees("", "kept beside the books").look_at(NARROW)
    assert int(figure(approver, 3)) > 90
    judged(approver, loan)
    approver.sees("", "Substandard")
    approver.page.locator("#more > summary").click()
    approver.page.select_option("#class-name", "doubtful")
    tried(approver, "#act-class_set")
    approver.sees("", "Doubtful")
    approver.page.locator("#more > summary").click()
    approver.page.select_option("#waive-claim", "compound")
    approver.page.fill("#waive-amount", "1.00")
    tried(approver, "#act-waive")
    approver.page.locator("#more > summary").click()
    tried(approver, "#act-write_off")
    approver.sees("", "written off").look_at(NARROW)
    officer.go(loan).sees("登记收回")
    paid(officer, "5000", SUMMER)
    officer.sees("5,000.00").sees("核销后收回").look_at(NARROW)


def judged(approver: Visitor, loan: str) -> None:
    """Say what is known of the debtor: nothing speaks against it but its days."""
    approver.go(f"{loan}/judge").look_at(NARROW)
    for place in approver.page.locator("#judge select").all():
        place.select_option("false")
    for place in approver.page.locator("#judge input[type=text]").all():
        place.fill("0")
    tried(approver, "#judge")


def test_one_loan_is_repaid_early_and_another_is_written_off(people: People) -> None:
    good, bad = agreed(people), agreed(people)
    secured(people.officer, good)
    good, bad = drawn(people.officer, good), drawn(people.officer, bad)
    told(people.owner, good)
    people.meet(WINTER)
    first_winter(people.officer, good)
    relieved(people, bad)
    people.meet(SUMMER)
    repaid(people.officer, good)
    told(people.owner, good)
    gone_bad(people, bad)
    for loan in (good, bad):
        people.owner.go(loan).look_at(NARROW)
        assert people.owner.page.locator("#pay, #relief, #more").count() == 0
    people.approver.go("/agreements").look_at(NARROW)
    people.approver.sees("", "Written off").sees("", "Settled")
