"""A limit in the browser's eyes: drawn, refused with what was typed, changed, seen by both."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huoshui.web.agreements.models import Agreement, AgreementEvent
from huoshui.web.audit.actions.acting import acting
from tests.doors.given import signed_in
from tests.web.agreements.limits import Line
from tests.web.cases.conftest import folder, loaded, parties, stage  # noqa: F401
from tests.web.cases.given import Stage

REFUSED = (400, 409, 422)


class Desk:
    """The people of a limit at their browsers."""

    def __init__(self, stage: Stage) -> None:  # noqa: F811
        self.line = Line(stage).ready()
        self.officer = signed_in(stage, self.line.officer, "bank_officer")
        self.approver = signed_in(stage, self.line.approver, "bank_approver")
        self.owner = signed_in(stage, self.line.owner, "firm_owner")
        self.here = f"/agreements/{self.line.id}/facility"

    def page(self, client: Any, where: str = "") -> str:
        answer = client.get(where or self.here)
        assert answer.status_code == 200, answer
        return str(answer.content.decode())

    def send(self, client: Any, act: str, **said: str) -> Any:
        key = re.search(r'name="key" value="([^"]+)"', self.page(client))
        return client.post(f"{self.here}/{act}", {"key": key[1] if key else "", **said})

    def loans(self) -> list[Agreement]:
        with acting(self.line.officer):
            return list(Agreement.objects.filter(facility=self.line.id).order_by("ref"))


@pytest.fixture
def desk(stage: Stage) -> Desk:  # noqa: F811
    return Desk(stage)


def test_a_limit_is_drawn_on_its_page_and_both_sides_see_its_loans(desk: Desk) -> None:
    text = desk.page(desk.officer)
    found = re.search(r'id="asof" name="asof" value="([^"]+)"', text)
    assert found
    today = found[1]
    answer = desk.send(desk.officer, "draw", amount="80000", on=today, matures="")
    (loan,) = desk.loans()
    assert (answer.status_code, answer["Location"]) == (302, f"/agreements/{loan.id}/loan")
    assert "80,000.00" in desk.page(desk.officer, f"/agreements/{loan.id}/loan")
    for client in (desk.officer, desk.owner):
        text = desk.page(client)
        assert "120,000.00" in text  # still to be drawn
        assert loan.ref in text
        listed = desk.page(client, "/agreements")
        assert listed.index(loan.ref.removesuffix("-001")) < listed.index(loan.ref)
        above = desk.page(client, f"/agreements/{loan.id}")
        assert f'href="{desk.here}"' in above
        assert desk.here in desk.page(client, f"/agreements/{desk.line.id}")
    text = desk.page(desk.owner)
    assert "/facility/draw" not in text  # the firm sees it and enters nothing
    assert "/facility/change" not in text
    before = desk.page(desk.officer, f"{desk.here}?asof=2000-01-01")
    assert loan.ref + "</a>" not in before
    for path in (f"/agreements/{desk.line.id}/loan", f"/agreements/{loan.id}/facility"):
        assert desk.officer.get(path).status_code == 404


def test_what_is_refused_stays_typed_and_changes_nothing(desk: Desk) -> None:
    for said, words in (
        ({"amount": "200000.01", "on": "2026-11-20"}, "200000.01"),
        ({"amount": "10美元", "on": "2026-11-20"}, "USD"),
        ({"amount": "10", "on": "2026-02-30"}, "2026-02-30"),
        ({"amount": "10", "on": "2026-11-20", "matures": "2029-01-01"}, "2029-01-01"),
    ):
        answer = desk.send(desk.officer, "draw", **said)
        assert answer.status_code in REFUSED, answer.status_code
        assert words in answer.content.decode()
    for said, words in (
        ({"change": "limit_set", "limit": "200000.01"}, "200000.01"),
        ({"change": "limit_set", "limit": "5美元"}, "USD"),
        ({"change": "frozen", "why": " "}, 'value="frozen" selected'),
        ({"change": "everything"}, "everything"),
    ):
        answer = desk.send(desk.approver, "change", **said)
        assert answer.status_code in REFUSED, answer.status_code
        assert words in answer.content.decode()
    assert desk.loans() == []
    for client, act in (
        (desk.owner, "draw"), (desk.owner, "change"), (desk.officer, "change"),
        (desk.approver, "draw"),
    ):  # fmt: skip
        assert desk.send(client, act, amount="1", on="2026-11-20").status_code == 403


def test_an_approver_changes_the_limit_and_the_firm_reads_why(desk: Desk) -> None:
    for said in (
        {"change": "limit_set", "limit": "150000"},
        {"change": "frozen", "why": "涉诉待核实"},
        {"change": "released"},
        {"change": "cancelled", "why": "客户申请"},
    ):
        assert desk.send(desk.approver, "change", **said).status_code == 302
    text = desk.page(desk.owner)
    for words in ("150,000.00", "涉诉待核实", "客户申请"):
        assert words in text
    assert "/facility/change" not in desk.page(desk.approver)  # it is over
    with acting(desk.line.officer):
        rows = AgreementEvent.objects.filter(agreement=desk.line.id).order_by("n")
        kinds = [each for each in rows.values_list("kind", flat=True) if each != "condition_met"]
    assert kinds == ["made", "granted", "limit_set", "frozen", "released", "cancelled"]
