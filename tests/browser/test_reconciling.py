"""A loan's money in a browser: asked of the bank, released, found in a statement, explained."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_journey import APPROVER, OFFICER, OWNER, WALK, do, draft, submit
from tests.browser.town import DAY, Visitor
from tests.web.ledger.banking import Moved, Told, camt

pytestmark = pytest.mark.slow

NARROW = 390
NUMBERS = {"zh": "6217000010010000001", "en": "6217000010010000002"}


def drawn(owner: Visitor, officer: Visitor) -> tuple[str, str]:
    """Have a loan agreed, its conditions met and its money booked; give its path and reference."""
    case = draft(owner)
    submit(owner, case)
    do(owner, case, "accept")
    agreement = owner.path
    officer.go(agreement)
    while officer.page.locator("#conditions form button").count():
        officer.press("#conditions form button")
    officer.go(f"{agreement}/loan").fill(amount="200000")
    officer.press("#draw .btn-primary")
    ref = re.search(r"L\d{8}-[0-9A-F]+", officer.page.title())
    assert ref, officer.page.title()
    return agreement, ref[0]


def instructed(agreement: str, officer: Visitor, approver: Visitor) -> str:
    """Ask the bank to pay, and have another person release it; give the end-to-end id."""
    officer.go(f"{agreement}/payments").look_at(NARROW)
    officer.fill(payee_account="6228480010099887766", payee_bank="103521000012")
    officer.press("#ask .btn-primary")
    payment = officer.path
    assert officer.page.locator("form[action$='/release']").count() == 0
    approver.go(payment)
    approver.press("form[action$='/release'] button").sees("已放行", "released").look_at(NARROW)
    approver.go("/payments").look_at(NARROW)
    return str(approver.page.locator("main tbody code, main tbody .code a").first.inner_text())


def sent(officer: Visitor, name: str, body: bytes, status: int = 200) -> None:
    """Send a file of the bank."""
    file: Any = {"name": name, "mimeType": "application/xml", "buffer": body}
    officer.go("/statements")
    officer.page.set_input_files("[name=file]", files=file)
    officer.press("form[action$='/send'] .btn-primary", status=status)


def test_a_draw_and_a_receipt_are_found_in_the_banks_statement(visit: Visit) -> None:
    people = (visit(name, WALK, both=True) for name in (OWNER, OFFICER, APPROVER))
    owner, officer, approver = people
    agreement, ref = drawn(owner, officer)
    approver.go("/statements")
    approver.page.locator("#accounts summary").click()
    approver.fill(number=NUMBERS[WALK], bank="活水市清算中心", bank_code="313521000011")
    approver.press("#accounts form .btn")
    name = instructed(agreement, officer, approver)
    told = Told(
        (
            Moved(-200_000_00, f"{WALK}1", end_to_end=name),
            Moved(5_000_00, f"{WALK}2", text=ref),
            Moved(-30_00, f"{WALK}3"),
        ),
        opening_fen=10_000_000_00,
        on=dt.date.fromisoformat(DAY),
        account=NUMBERS[WALK],
    )
    sent(officer, "good.xml", camt(told))
    officer.sees("端到端标识一致", "by the end-to-end id").look_at(NARROW)
    officer.go("/statements").look_at(NARROW)
    officer.go("/reconciliation").look_at(NARROW)
    officer.go("/reconciliation?side=bank")
    officer.follow(f"tr:has-text('{WALK}2') a >> nth=0")
    page = officer.path
    officer.sees("摘要写明", "the receipt names it").look_at(NARROW)
    officer.fill(words=officer.words("提前还款", "An early repayment"))
    officer.press("form[action$='/explain'] button")
    officer.fill(agreement=ref, way="lower")
    officer.press("#allocate .btn-primary").sees("待复核", "To be confirmed")
    approver.go(page).look_at(NARROW)
    approver.press("form[action$='/confirm'] button").sees("已关闭", "closed")
    officer.go(f"{agreement}/loan").sees("195,000.00")
    officer.go("/reconciliation?which=closed").look_at(NARROW)


def test_a_file_that_breaks_off_is_refused_and_kept(visit: Visit) -> None:
    approver, officer = visit(APPROVER), visit(OFFICER, faults_expected=("422",))
    approver.go("/statements")
    if NUMBERS["zh"] not in approver.text():
        approver.page.locator("#accounts summary").click()
        approver.fill(number=NUMBERS["zh"], bank="活水市清算中心")
        approver.press("#accounts form .btn")
    sent(officer, "broken.xml", camt(Told())[:-30], status=422)
    officer.sees("没有办成").sees("拒收").sees("broken.xml")
