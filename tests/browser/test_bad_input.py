"""Bad input in a browser: a clear refusal in the page's language, and nothing lost."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_journey import (
    LOAN,
    OFFICER,
    OWNER,
    WALK,
    do,
    draft,
    each_language,
    submit,
)
from tests.browser.town import LANGUAGES

pytestmark = pytest.mark.slow
REFUSED = ("status of 422", "status of 404", "status of 403", "status of 429")
WRONG_MOST = 6


@each_language
def test_a_negative_amount_is_refused_and_what_was_typed_stays(visit: Visit, language: str) -> None:
    owner = visit(OWNER, language, faults_expected=REFUSED)
    owner.go("/needs/new")
    note = owner.words("备货", "For stock")
    owner.fill(asked_fen="-5", asked_months="12", purpose="working_capital", note=note)
    owner.press("main form .btn-primary", status=422)
    owner.sees("没有办成", "This was not done")
    assert owner.page.input_value("[name=asked_fen]") == "-5"
    assert owner.page.input_value("[name=note]") == note
    owner.fill(asked_fen="5", security="credit").press("main form .btn-primary")
    do(owner, owner.path, "withdraw", reasons="mistaken")


def test_a_form_posted_twice_is_one_application(visit: Visit) -> None:
    owner = visit(OWNER, WALK, both=True)

    def drafts() -> int:
        owner.go("/applications")
        rows = owner.page.locator("tbody tr", has_text=owner.words("草稿", "draft"))
        return int(rows.count())

    before = drafts()
    owner.go(f"/offers/{LOAN}/apply")
    owner.fill(asked_fen="20", asked_months="12", purpose="working_capital")
    owner.page.dblclick("main form .btn-primary")
    expect(owner.page).to_have_url(re.compile("/cases/"))  # the first of two loads is aborted
    case = owner.path
    assert drafts() == before + 1
    do(owner, case, "withdraw", reasons="mistaken")


@each_language
def test_a_file_that_is_not_what_its_name_says_is_refused(
    visit: Visit, tmp_path: Path, language: str
) -> None:
    owner = visit(OWNER, language, faults_expected=REFUSED)
    case = draft(owner)
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "contract.pdf").write_bytes(b"MZ\x90\x00 a program")
    owner.page.set_input_files("#document-file", tmp_path / "contract.pdf")
    owner.press("form[action$='/documents'] button", status=422)
    owner.sees("没有办成", "This was not done")
    (tmp_path / "contract.pdf").write_bytes(b"%PDF-1.7 a contract")
    owner.go(case)
    owner.page.set_input_files("#document-file", tmp_path / "contract.pdf")
    owner.press("form[action$='/documents'] button")
    owner.sees("contract.pdf")
    do(owner, case, "withdraw", reasons="mistaken")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_guessed_password_is_refused_and_then_made_to_wait(visit: Visit, language: str) -> None:
    stranger = visit(None, language, faults_expected=REFUSED)
    cookie = {"name": "huoshui_language", "value": language, "url": stranger.town.address}
    stranger.page.context.add_cookies([cookie])
    name = f"guessed-{uuid4().hex[:6]}"
    for _ in range(WRONG_MOST):
        stranger.go("/sign-in")
        stranger.page.fill("#name", name)
        stranger.page.fill("#password", "a guess")
        stranger.press("form[action='/sign-in'] button", status=422)
        assert stranger.page.input_value("#name") == name
    stranger.sees("登录失败次数过多", "Too many attempts")


@each_language
def test_a_forged_address_shows_nothing(visit: Visit, language: str) -> None:
    owner = visit(OWNER, language)
    case = draft(owner)
    rival = visit("feng", language, faults_expected=REFUSED)
    rival.go(case, status=404).sees("不存在，或您无权查看", "not yours to see")
    rival.go(f"/cases/{uuid4()}", status=404).go("/nowhere", status=404)
    rival.go("/feeds", status=403).sees("无权办理", "may not do this")
    do(owner, case, "withdraw", reasons="mistaken")


def test_the_journey_needs_no_scripts(visit: Visit) -> None:
    owner = visit(OWNER, WALK, both=True, scripts=False)
    officer = visit(OFFICER, WALK, both=True, scripts=False, width=390)
    owner.go("/profile").go("/scores").go("/offers")
    case = draft(owner, amount="30", months="36")
    submit(owner, case)
    do(officer, case, "take")
    terms = {"granted_fen": "30", "granted_bp": "3.85", "granted_months": "36"}
    do(officer, case, "approve_alone", **terms)
    do(owner, case, "accept")
    assert owner.path.startswith("/agreements/")
