"""The journey through its pages, as browsers without scripts make it: forms, links, refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.cases.models import Case, Document, Quota
from huoshui.web.parties.models import Institution
from tests.web import given
from tests.web.cases.given import BANK, LOAN, WAN, Stage

PDF = b"%PDF-1.7 a contract"


@dataclass
class Desk:
    """A browser of somebody who is signed in."""

    client: Client
    actor: Any

    def get(self, path: str, status: int = 200) -> str:
        response = self.client.get(path)
        assert response.status_code == status, response.content.decode()[:3000]
        return response.content.decode()

    def post(self, path: str, status: int = 302, **said: Any) -> Any:
        response = self.client.post(path, said)
        assert response.status_code == status, response.content.decode()[:3000]
        return response


class Town:
    """A firm that the loan's rule treats as asked, its bank, and their people at their desks."""

    def __init__(self, stage: Stage, *, approved: bool) -> None:
        entity = stage.entity(approved=approved)
        self.bank = given.institution(BANK)
        self.firm = given.subject("涓流科技", "91990000MA0000001X", entity=entity)

    def desk(self, role: str, name: str = "", *, language: str = "zh", **of: Any) -> Desk:
        party = of or (
            {"subject": self.firm} if role.startswith("firm") else {"institution": self.bank}
        )
        seated = given.seated(name or role, role, **party)
        client = Client()
        client.force_login(seated.person)
        client.cookies["huoshui_language"] = language
        return Desk(client, seated.actor)


ASKED = {"asked_fen": "20", "asked_months": "12", "purpose": "working_capital"}


def applied(desk: Desk, **more: Any) -> str:
    said = {"key": str(uuid4()), **ASKED, **more}
    return str(desk.post(f"/offers/{LOAN}/draft", **said).url)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_application_goes_from_the_offer_to_the_agreement(stage: Stage, language: str) -> None:
    town = Town(stage, approved=True)
    owner = town.desk("firm_owner", language=language)
    form = owner.get(f"/offers/{LOAN}/apply")
    assert 'name="asked_fen"' in form
    case = applied(owner)
    assert "授权并提交" in owner.get(case) or language == "en"
    refused = owner.post(f"{case}/do/submit", 422)
    assert "move.no_consent" in refused.content.decode()
    owner.post(f"{case}/do/submit", consent="yes", until="2027-05-01")
    page = owner.get(case)
    assert {"zh": "自动审批规则", "en": "by rule"}[language] in page
    agreement = owner.post(f"{case}/do/accept").url
    assert agreement.startswith("/agreements/")
    officer = town.desk("bank_officer", language=language)
    shown = officer.get(agreement)
    code = re.search(r'name="code" value="(\w+)"', shown)
    assert code
    officer.post(f"{agreement}/confirm", code=code.group(1))
    assert f'value="{code.group(1)}"' not in officer.get(agreement), "it is confirmed once"
    owner.get(agreement)
    owner.get("/agreements")
    owner.get("/applications")


def test_an_officer_sees_the_evidence_and_decides_on_one_page(stage: Stage) -> None:
    town = Town(stage, approved=False)
    owner, officer = town.desk("firm_owner"), town.desk("bank_officer")
    case = applied(owner)
    owner.post(f"{case}/do/submit", consent="yes", until="2027-05-01")
    assert case in officer.get("/queue")
    page = officer.get(case)
    assert "逐条条件" in page
    assert "用到的画像数据" in page
    officer.post(f"{case}/do/take")
    kept = officer.post(
        f"{case}/do/approve_alone", 422, granted_fen="15", granted_bp="四个点", granted_months="12"
    ).content.decode()
    assert 'value="四个点"' in kept
    assert "amount.not_a_rate" in kept
    officer.post(f"{case}/do/approve_alone", granted_fen="15", granted_bp="4.05", granted_months=12)
    shown = owner.get(case)
    assert "4.05%" in shown
    decision = re.findall(r"/decisions/[0-9a-f-]{36}", shown)[-1]
    assert "用到的画像数据" in owner.get(decision)
    assert "剩余额度" not in owner.get(decision)
    assert "剩余额度" in officer.get(decision)
    officer.post(f"{decision}/replay")
    assert "排队中" in officer.get(decision)
    assert case not in officer.get("/queue")
    officer.get("/decided")


def test_what_was_typed_stays_in_a_form_that_is_refused(stage: Stage) -> None:
    owner = Town(stage, approved=True).desk("firm_owner")
    page = owner.post(
        f"/offers/{LOAN}/draft", 422, **{**ASKED, "asked_fen": "-5", "note": "试一试"}
    ).content.decode()
    assert "field.too_small" in page
    assert 'value="-5"' in page
    assert "试一试" in page
    with acting(owner.actor):
        assert not Case.objects.exists()


def test_a_form_posted_twice_is_one_application(stage: Stage) -> None:
    owner = Town(stage, approved=True).desk("firm_owner")
    key = str(uuid4())
    assert applied(owner, key=key) == applied(owner, key=key)
    with acting(owner.actor):
        assert Case.objects.count() == 1


def test_a_forged_case_is_not_there_and_the_attempt_is_recorded(stage: Stage) -> None:
    town = Town(stage, approved=True)
    owner = town.desk("firm_owner")
    case = applied(owner)
    stranger = town.desk(
        "firm_owner", "stranger", subject=given.subject("别家", "91990000MA0000002X")
    )
    stranger.get(case, 404)
    stranger.post(f"{case}/do/withdraw", 404, reasons="other")
    town.desk("bank_officer").get(case, 404)
    with acting(stranger.actor):
        refusals = Entry.objects.filter(action="refused")
        assert [each.reason for each in refusals] == ["actor.not_there"] * 2


def test_the_operator_sees_no_case(stage: Stage) -> None:
    town = Town(stage, approved=True)
    case = applied(town.desk("firm_owner"))
    operator = given.seated("operator", "platform_operator")
    client = Client()
    client.force_login(operator.person)
    assert client.get(case).status_code == 403
    with acting(operator.actor):
        assert not Case.objects.exists()


def test_a_file_is_known_by_its_content(stage: Stage, tmp_path: Any) -> None:
    owner = Town(stage, approved=True).desk("firm_owner")
    case = applied(owner)
    for name, body, status in (
        ("合同.pdf", PDF, 302),
        ("合同.pdf", PDF, 302),
        ("picture.pdf", b"MZ\x90\x00", 422),
        ("empty.pdf", b"", 422),
    ):
        (tmp_path / name).write_bytes(body)
        with (tmp_path / name).open("rb") as file:
            owner.post(f"{case}/documents", status, kind="purpose_proof", file=file)
    with acting(owner.actor):
        document = Document.objects.get()
    response = owner.client.get(f"/documents/{document.id}")
    assert response.content == PDF
    assert response["Content-Disposition"].startswith("attachment")


def test_a_need_is_answered_and_an_answer_becomes_an_application(stage: Stage) -> None:
    town = Town(stage, approved=True)
    owner, officer = town.desk("firm_owner"), town.desk("bank_officer")
    owner.get("/needs/new")
    negative = owner.post("/needs/state", 422, **{**ASKED, "asked_fen": "-1"}).content.decode()
    assert "field.too_small" in negative
    said = {**ASKED, "security": ["credit", "guarantee"], "key": str(uuid4())}
    need = owner.post("/needs/state", show_to="all", **said).url
    assert need in officer.get("/needs-shown")
    officer.get(need)
    other = officer.post(f"{need}/do/answer", 422, offering="easy_tech_loan").content.decode()
    assert "move.not_own_offering" in other
    officer.post(f"{need}/do/answer", offering=LOAN, answer_fen="20", answer_bp="3.85")
    page = owner.get(need)
    assert "3.85%" in page
    forged = owner.post(f"{need}/do/apply", 422, offering="easy_tech_loan").content.decode()
    assert "case.no_answer" in forged
    case = owner.post(f"{need}/do/apply", offering=LOAN).url
    assert "草稿" in owner.get(case)
    assert need in owner.get("/needs")


def test_a_need_is_shown_to_nobody_unless_its_subject_says_so(stage: Stage) -> None:
    town = Town(stage, approved=True)
    owner, officer = town.desk("firm_owner"), town.desk("bank_officer")
    need = owner.post("/needs/state", key=str(uuid4()), security="credit", **ASKED).url
    officer.get(need, 404)
    with acting(officer.actor):
        assert Institution.objects.exists()
        assert not Case.objects.exists()


def test_a_quota_is_set_by_whom_it_is_for_and_never_below_what_is_taken(stage: Stage) -> None:
    town = Town(stage, approved=True)
    owner, head = town.desk("firm_owner"), town.desk("bank_head")
    case = applied(owner)
    owner.post(f"{case}/do/submit", consent="yes", until="2027-05-01")
    assert LOAN in head.get("/offerings")
    page = head.post(f"/offerings/{LOAN}/quota", 422, total="19.99").content.decode()
    assert "quota.below_taken" in page
    assert 'value="19.99"' in page
    head.post(f"/offerings/{LOAN}/quota", total="500")
    with acting(head.actor):
        assert Quota.objects.get(offering=LOAN).total_fen == 500 * WAN
    head.post("/offerings/easy_tech_loan/quota", 422, total="500")
    town.desk("bank_officer").post(f"/offerings/{LOAN}/quota", 403, total="1")
