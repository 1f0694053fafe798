"""A loan in the browser's eyes: drawn, paid, refused with what was typed, relieved, told as CSV."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest

from huoshui.web.agreements.models import Agreement, AgreementEvent, Condition
from huoshui.web.audit.actions.acting import acting
from tests.doors.given import signed_in
from tests.web.agreements.test_loans_live import Branch
from tests.web.cases.conftest import folder, loaded, parties, stage  # noqa: F401
from tests.web.cases.given import TODAY, Stage


class Desk:
    """The people of a branch at their browsers."""

    def __init__(self, stage: Stage) -> None:  # noqa: F811
        self.branch = Branch(stage).ready()
        self.officer = signed_in(stage, self.branch.officer, "bank_officer")
        self.approver = signed_in(stage, self.branch.approver, "bank_approver")
        self.owner = signed_in(stage, self.branch.owner, "firm_owner")
        self.here = f"/agreements/{self.branch.id}/loan"

    def page(self, client: Any, where: str = "") -> str:
        answer = client.get(self.here + where)
        assert answer.status_code == 200, answer
        return answer.content.decode("utf-8-sig")

    def send(self, client: Any, act: str, **said: str) -> Any:
        key = re.search(r'name="key" value="([^"]+)"', self.page(client))
        sent = {"key": key[1] if key else "", **said}
        return client.post(f"{self.here}/{act}", sent)

    def events(self) -> list[str]:
        with acting(self.branch.officer):
            rows = AgreementEvent.objects.exclude(kind__in=("made", "condition_met"))
            return list(rows.order_by("n").values_list("kind", flat=True))


@pytest.fixture
def desk(stage: Stage) -> Desk:  # noqa: F811
    return Desk(stage)


def day(desk: Desk) -> str:
    """The day that the pages call today."""
    found = re.search(r'id="asof" name="asof" value="([^"]+)"', desk.page(desk.officer))
    assert found
    return found[1]


def test_a_loan_is_drawn_paid_and_corrected_on_its_page(desk: Desk) -> None:
    today = day(desk)
    assert desk.send(desk.officer, "draw", amount="200000", on=today).status_code == 302
    assert desk.send(
        desk.officer, "pay", amount="50,000.00", on=today, way="lower", receipt="R1"
    ).status_code == 302  # fmt: skip
    assert "150,000.00" in desk.page(desk.officer)
    with acting(desk.branch.officer):
        number = AgreementEvent.objects.get(kind="prepay").n
    assert desk.send(desk.officer, "reverse", event=str(number)).status_code == 302
    assert desk.events() == ["draw", "prepay", "reverse"]
    text = desk.page(desk.owner)
    assert "200,000.00" in text
    assert "/loan/pay" not in text  # the borrower sees it and enters nothing
    told = desk.page(desk.owner, "/statement.csv")
    assert "50,000.00" in told
    pdf = desk.owner.get(desk.here + "/statement.pdf").content
    assert pdf.startswith(b"%PDF-")
    book = desk.owner.get(desk.here + "/statement.xlsx").content
    sheets = openpyxl.load_workbook(io.BytesIO(book))
    assert [cell.value for cell in sheets.worksheets[1][2]][2:] == [200_000, 200_000, 0]


def test_what_is_refused_stays_typed_and_changes_nothing(desk: Desk) -> None:
    today = day(desk)
    desk.send(desk.officer, "draw", amount="200000", on=today)
    for said, words in (
        ({"amount": "999999", "on": today, "way": "due"}, "999,999.00"),
        ({"amount": "much", "on": today}, "much"),
        ({"amount": "10美元", "on": today, "way": "lower"}, "USD"),
        ({"amount": "10", "on": "2026-02-30"}, "2026-02-30"),
    ):
        answer = desk.send(desk.officer, "pay", **said)
        assert answer.status_code in (400, 409, 422), answer.status_code
        assert words in answer.content.decode()
    assert desk.events() == ["draw"]
    assert desk.send(desk.owner, "pay", amount="1", on=today).status_code == 403


LANGUAGES = ("zh", "en")
BEFORE_IT = "2026-11-01"


def test_bad_input_is_refused_in_both_languages_and_what_was_typed_stays(desk: Desk) -> None:
    today = day(desk)
    desk.send(desk.officer, "draw", amount="200000", on=today)
    paid = {"amount": "1000", "on": today, "way": "lower", "receipt": "HD-1"}
    key = re.search(r'name="key" value="([^"]+)"', desk.page(desk.officer))
    assert key
    for _ in range(2):  # a double click sends the same form twice
        answer = desk.officer.post(f"{desk.here}/pay", {"key": key[1], **paid})
        assert answer.status_code == 302
    assert desk.events() == ["draw", "prepay"]
    refused: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({"amount": "999999", "on": today, "way": "due", "receipt": "HD-9"},
         {"zh": "超过", "en": "is more than all that is owed"}),
        ({"amount": "10 USD", "on": today, "way": "lower", "receipt": "HD-9"},
         {"zh": "金额币种为 USD", "en": "The amount is in USD"}),
        ({"amount": "10", "on": BEFORE_IT, "way": "lower", "receipt": "HD-9"},
         {"zh": "早于放款", "en": "before the draw"}),
        (paid, {"zh": "回单 HD-1 已作为第", "en": "The receipt HD-1 was taken already"}),
    )  # fmt: skip
    for language in LANGUAGES:
        desk.officer.cookies["huoshui_language"] = language
        for said, words in refused:
            answer = desk.send(desk.officer, "pay", **said)
            text = answer.content.decode()
            assert answer.status_code in (409, 422), (said, answer.status_code)
            assert words[language] in text, words
            assert text.count('class="problem-message"') == 1  # said once
            for typed in (said["amount"], said["on"], said["receipt"]):
                assert f'value="{typed}"' in text, typed
            assert f'value="{said["way"]}" selected' in text or said["way"] == "due"
    assert desk.events() == ["draw", "prepay"]
    desk.branch.check(TODAY, today=TODAY)


def test_a_draw_before_its_conditions_names_them_in_both_languages(stage: Stage) -> None:  # noqa: F811
    branch = Branch(stage)
    officer = signed_in(stage, branch.officer, "bank_officer")
    with acting(branch.officer):
        label = Condition.objects.order_by("code")[0].label
    said = {"amount": "200000", "on": TODAY.isoformat()}
    for language in LANGUAGES:
        officer.cookies["huoshui_language"] = language
        answer = officer.post(f"/agreements/{branch.id}/loan/draw", said)
        text = answer.content.decode()
        assert answer.status_code in (409, 422)
        assert label[language] in text
        assert 'value="200000"' in text
    with acting(branch.officer):
        assert not AgreementEvent.objects.filter(kind="draw").exists()


def test_security_is_given_and_registered_on_the_agreements_page(desk: Desk) -> None:
    here = f"/agreements/{desk.branch.id}"
    given = {"asset": "patent", "ref": "ZL-1", "value": "800000", "secures": "300000"}
    assert desk.officer.post(f"{here}/security", given).status_code == 302
    entry = {"asset": "patent", "ref": "ZL-1", "proof": "Y2026980000001"}
    assert desk.officer.post(f"{here}/security/register", entry).status_code == 302
    assert "300,000.00" in desk.owner.get(here).content.decode()
    again = desk.officer.post(f"{here}/security", given)
    assert again.status_code in (400, 409, 422)
    assert "ZL-1" in again.content.decode()
    assert desk.officer.post(f"{here}/security/end", entry).status_code == 302
    assert desk.owner.post(f"{here}/security", given).status_code == 403


def test_a_relief_is_shown_to_each_side_before_it_is_agreed(desk: Desk) -> None:
    today = day(desk)
    desk.send(desk.officer, "draw", amount="200000", on=today)
    said = {"relief": "extend", "until": "2028-11-19"}
    shown = desk.send(desk.approver, "relief", **said)
    assert shown.status_code == 200
    assert "2028-11-" in shown.content.decode()
    assert desk.events() == ["draw"]
    assert desk.send(desk.approver, "relief", **said, agreed="yes").status_code == 302
    assert desk.events() == ["draw", "extend"]
    with acting(desk.branch.officer):
        assert Agreement.objects.get().state == "open"
    assert desk.send(desk.officer, "relief", **said).status_code == 403
