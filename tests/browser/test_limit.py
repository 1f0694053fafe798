"""A limit as people work with it: granted, drawn twice, repaid, frozen, and read by the firm."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_journey import do, submit
from tests.browser.town import DAY, Visitor

pytestmark = pytest.mark.slow

LOAN = "park_quick_loan"
OWNER, OFFICER, APPROVER = "jiang", "qin", "lu"
NARROW = 390


def granted(owner: Visitor, officer: Visitor) -> str:
    """Apply for a limit of 20 wan, have it approved by rule, and its conditions confirmed."""
    owner.go(f"/offers/{LOAN}/apply")
    owner.fill(asked_fen="20", asked_months="12", purpose="working_capital")
    owner.press("main form .btn-primary")
    case = owner.path
    submit(owner, case)
    do(owner, case, "accept")
    agreement = owner.path
    officer.go(agreement)
    while officer.page.locator("#conditions form button").count():
        officer.press("#conditions form button")
    return agreement


def draw(officer: Visitor, limit: str, amount: str, matures: str = "") -> str:
    """Draw on the limit's page; give the path of the loan that it made."""
    officer.go(limit)
    officer.page.fill("#draw-amount", amount)
    officer.page.fill("#draw-on", DAY)
    officer.page.fill("#draw-matures", matures)
    officer.press("#draw button")
    return officer.path


def test_a_limit_is_granted_drawn_repaid_and_frozen(visit: Visit) -> None:
    owner, officer = visit(OWNER, "zh"), visit(OFFICER, "en")
    agreement = granted(owner, officer)
    limit = f"{agreement}/facility"
    owner.go(agreement).follow(f"a[href='{limit}']").sees("可用额度")
    owner.sees("200,000.00").look_at(NARROW)
    first = draw(officer, limit, "80000")
    officer.sees("未还本金", "owed, yuan").sees("80,000.00")
    second = draw(officer, limit, "50000", "2027-02-20")
    assert first != second
    officer.go(limit).sees("70,000.00").look_at(NARROW)
    officer.go(first)
    officer.page.fill("#pay-amount", "30000")
    officer.page.fill("#pay-on", DAY)
    officer.page.select_option("#pay-way", "lower")
    officer.press("#pay button")
    officer.go(limit).sees("100,000.00").sees("130,000.00")
    officer.go("/agreements").look_at(NARROW)
    assert officer.page.locator("tr.nested").count() == 2

    approver = visit(APPROVER, "zh")
    approver.go(limit)
    approver.page.select_option("#change-kind", "frozen")
    approver.page.fill("#change-why", "涉诉待核实")
    approver.press("#change button")
    approver.sees("额度冻结").look_at(NARROW)
    owner.go(limit).sees("涉诉待核实").sees("借据")
    assert owner.page.locator("main form[method=post]").count() == 0
