"""The journey that the product is for, as people make it: in a browser, in both languages.

The shortest way to a loan is walked in each language; the other ways are walked in one of them,
and every page on them is asked for and read in the other as well.

A firm sees what is known of it and what it may get, consents and applies; a bank's rule or two of
its people decide; every read is shown to the firm, and every move is on the record.
"""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Visit
from tests.browser.town import LANGUAGES, Visitor, until

pytestmark = pytest.mark.slow

LOAN = "innovation_points_loan"
OWNER, OFFICER, APPROVER, OPERATOR = "lin", "zhou", "wu", "shen"
WALK = "en"
"""The wider language is walked in; each page that is opened is read in the other one too."""

each_language = pytest.mark.parametrize("language", LANGUAGES)


def draft(owner: Visitor, *, amount: str = "20", months: str = "12") -> str:
    """Draft an application for the bank's loan; give its path."""
    owner.go(f"/offers/{LOAN}/apply")
    owner.fill(asked_fen=amount, asked_months=months, purpose="working_capital")
    owner.press("main form .btn-primary")
    assert owner.path.startswith("/cases/")
    return owner.path


def submit(owner: Visitor, case: str) -> None:
    """Consent to what is missing, and submit."""
    owner.go(case)
    if owner.page.locator("#act-submit [name=consent]").count():
        owner.fill(consent="yes", until="2027-05-01")
    owner.press("#act-submit .btn-primary")


def do(who: Visitor, case: str, move: str, **said: str) -> None:
    """Make a move with its form on the case's page."""
    who.go(case)
    form = f"form[action$='/do/{move}']"
    fold = who.page.locator(f"#act-{move}:not([open]) > summary")
    if fold.count():
        fold.click()
    for name, value in said.items():
        place = who.page.locator(f"{form} [name={name}]")
        if name == "reasons" or place.count() > 1:
            who.page.locator(f"{form} [name={name}][value='{value}']").check()
        elif place.evaluate("e => e.tagName") == "SELECT":
            place.select_option(value)
        else:
            who.type(place, value)
    who.press(f"{form} button")


def referred(owner: Visitor, officer: Visitor) -> str:
    """Submit what no rule approves (it asks for longer), and have the officer take it up."""
    case = draft(owner, amount="30", months="36")
    submit(owner, case)
    owner.sees("转人工", "referred")
    do(officer, case, "take")
    return case


def test_an_owner_sees_what_is_known_and_what_is_open(visit: Visit) -> None:
    owner = visit(OWNER, WALK, both=True)
    owner.sees("可得", "open")
    owner.go("/profile").sees("登记信息", "Registration")
    owner.page.evaluate("document.querySelectorAll('details').forEach(x => x.open = true)")
    owner.look().sees("天前", "days ago")
    owner.go("/scores").sees("不是违约概率", "not a probability of default")
    assert re.search(r"\d+–\d+", owner.text()), "an interval is shown where evidence is missing"
    owner.go("/offers").sees("可申请", "Open")
    owner.sees("待定", "Undecided").sees("不符合", "Not open")
    owner.go(f"/offers/{LOAN}").sees("满足", "Holds")
    assert owner.page.locator("ol.clauses > li").count() >= 5


def test_an_application_is_decided_at_once_and_becomes_an_agreement(visit: Visit) -> None:
    owner = visit(OWNER, WALK, both=True)
    case = draft(owner)
    owner.sees("授权并提交", "Consent and submit")
    submit(owner, case)
    owner.sees("自动审批规则", "by rule")
    owner.sees("已同意", "approved")
    do(owner, case, "accept")
    assert owner.path.startswith("/agreements/")
    owner.sees("待满足", "Open")
    agreement = owner.path
    owner.go("/agreements")
    assert owner.page.locator(f"a[href='{agreement}']").count() == 1

    officer = visit(OFFICER, WALK, both=True)
    officer.go(agreement)
    officer.press("#conditions form button")
    officer.sees("已满足", "Met")
    owner.go(agreement).sees("已满足", "Met")


def test_what_no_rule_approves_is_decided_by_two_people(visit: Visit) -> None:
    owner, officer = visit(OWNER, WALK, both=True), visit(OFFICER, WALK, both=True)
    case = referred(owner, officer)
    officer.sees("依据", "Evidence")
    assert officer.page.locator("#evidence ol.clauses > li").count() >= 5
    question = officer.words("请补充合同", "The contract, please")
    do(officer, case, "ask", question=question, reasons="purpose_proof")
    owner.go("/").sees("待补充", "asked for more")
    do(owner, case, "supply", answer=owner.words("已说明", "It is explained"))
    officer.go("/queue")
    assert officer.page.locator(f"a[href='{case}']").count() == 1
    terms = {"granted_fen": "30", "granted_bp": "3.85", "granted_months": "36"}
    opinion = officer.words("现金流充足", "A strong cash flow")
    do(officer, case, "propose", **terms, opinion=opinion)
    assert officer.page.locator("form[action$='/do/approve']").count() == 0
    approver = visit(APPROVER, WALK, both=True)
    do(approver, case, "approve")
    owner.go(case).sees("3.85%")
    assert opinion not in owner.text(), "the bank's own opinion stays with the bank"
    do(owner, case, "accept")
    assert owner.path.startswith("/agreements/")


def test_reads_are_shown_and_end_when_the_consent_is_withdrawn(visit: Visit) -> None:
    owner, officer = visit(OWNER, WALK, both=True), visit(OFFICER, WALK, both=True)
    case = referred(owner, officer)
    officer.go(case)
    assert officer.page.locator("#evidence").count() == 1
    owner.go(case)
    owner.follow("a[href^='/consents/']").sees("周明澈")
    consent = owner.path
    owner.press("form[action$='/withdraw'] button")
    owner.go(consent).sees("已撤回", "withdrawn")
    officer.go(case).sees("没有有效授权", "No consent is in force")
    assert officer.page.locator("#evidence").count() == 0
    do(owner, case, "withdraw", reasons="no_longer_needed")


def test_a_decline_says_why_to_the_applicant(visit: Visit) -> None:
    owner, officer = visit(OWNER, WALK, both=True), visit(OFFICER, WALK, both=True)
    case = referred(owner, officer)
    why = officer.words("还款来源不足", "Too little to repay from")
    do(officer, case, "decline", reasons="repayment_ability", explanation=why)
    owner.go(case).sees(why)
    owner.sees("未同意", "declined")
    owner.sees("还款能力不足", "ability to repay")


def test_a_need_is_answered_and_the_answer_is_picked(visit: Visit) -> None:
    owner, officer = visit(OWNER, WALK, both=True), visit(OFFICER, WALK, both=True)
    owner.go("/needs/new")
    owner.fill(asked_fen="50", asked_months="12", purpose="working_capital")
    owner.fill(security="credit", show_to="all")
    owner.press("main form .btn-primary")
    need = owner.path
    officer.go("/needs-shown")
    assert officer.page.locator(f"a[href='{need}']").count() == 1
    do(officer, need, "answer", offering=LOAN, answer_fen="40", answer_bp="3.9")
    owner.go(need).sees("活水城市银行", "Huoshui City Bank")
    owner.sees("3.90%")
    owner.press("#answers form[action$='/do/apply'] button")
    owner.sees("草稿", "draft")
    do(owner, owner.path, "withdraw", reasons="no_longer_needed")


def test_a_decision_made_again_is_equal_to_the_byte(visit: Visit) -> None:
    owner, officer = visit(OWNER, WALK, both=True), visit(OFFICER, WALK, both=True)
    case = draft(owner)
    submit(owner, case)
    do(owner, case, "turn_down", reasons="terms_unsuited")
    officer.go(case)
    officer.follow("#decisions a[href^='/decisions/']")
    officer.press("form[action$='/replay'] button")
    equal = officer.words("逐字节相同", "Equal to the byte")

    def is_equal() -> bool:
        officer.page.reload()
        return equal in officer.text()

    until(is_equal, "the replay")
    officer.look()
