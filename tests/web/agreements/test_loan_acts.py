"""What is done about a loan beside paying it: shown to each side first, and then booked."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from huoshui.web.agreements.actions.agreements import condition_meet
from huoshui.web.agreements.models import Agreement, AgreementEvent, Condition
from huoshui.web.agreements.queries.renewals import renewal_asks
from huoshui.web.agreements.rules.loan.classing import judged_names
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.cases.actions.applications import offer_accept
from tests.web.agreements.test_loan_pages import Desk
from tests.web.cases.conftest import folder, loaded, parties, stage  # noqa: F401
from tests.web.cases.given import TODAY, Stage
from tests.web.insights.given import AT


@pytest.fixture
def desk(stage: Stage) -> Desk:  # noqa: F811
    found = Desk(stage)
    found.branch.draw()
    return found


def tried(desk: Desk, who: Any, act: str = "relief", **said: str) -> str:
    """See what an act changes, find that nothing is written yet, and agree to it."""
    before = desk.events()
    shown = desk.send(who, act, **said)
    text = html.unescape(shown.content.decode())
    assert shown.status_code == 200, text
    assert desk.events() == before
    carried = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', text))
    assert carried.pop("agreed") == "yes"
    assert {name: carried[name] for name in said} == said
    assert desk.send(who, act, **said, agreed="yes").status_code == 302
    return text


def test_costs_are_charged_given_up_and_nothing_is_refunded_that_is_owed(desk: Desk) -> None:
    text = tried(desk, desk.officer, relief="fee", amount="50", what="公证", on=str(TODAY))
    assert "200,050.00" in text  # what settles it, then
    text = tried(desk, desk.approver, relief="waive", claim="cost", amount="20.00")
    assert "200,030.00" in text
    for who, said, status in (
        (desk.officer, {"relief": "refund", "amount": "1"}, 422),
        (desk.officer, {"relief": "waive", "claim": "cost", "amount": "1"}, 403),
        (desk.approver, {"relief": "fee", "amount": "1"}, 403),
        (desk.approver, {"relief": "waive", "claim": "principal", "amount": "1"}, 422),
        (desk.approver, {"relief": "waive", "claim": "cost", "amount": "30.01"}, 422),
        (desk.approver, {"relief": "vanish"}, 422),
        (desk.approver, {"relief": "rate_reset", "rate": "-1"}, 422),
    ):
        assert desk.send(who, "relief", **said).status_code == status, said
    assert desk.events() == ["draw", "fee", "waive"]
    desk.branch.check(TODAY, today=TODAY)


def test_a_loan_is_judged_classed_stopped_and_written_off_with_each_step_shown(desk: Desk) -> None:
    own, history = judged_names(pack_on(TODAY))
    inputs = pack_on(TODAY).tables["loan_classification"].inputs
    said = {name: "false" if inputs[name].type == "flag" else "0" for name in own}
    text = tried(desk, desk.approver, "judged", **said)
    assert "未知" in text
    assert "正常" in text
    assert desk.send(desk.approver, "judged", **{**said, own[0]: "maybe"}).status_code == 422
    assert 'value="false" selected' in desk.page(desk.approver, "/judge")
    assert set(history).isdisjoint(said)
    assert "可疑" in tried(desk, desk.approver, relief="class_set", **{"class": "doubtful"})
    tried(desk, desk.approver, relief="stop_accrual")
    assert "记在表外" in desk.page(desk.owner)
    tried(desk, desk.approver, relief="resume_accrual")
    tried(desk, desk.approver, relief="rate_reset", rate="5.00", until="2027-02-01")
    assert "5.00%" in desk.page(desk.officer)
    text = tried(desk, desk.approver, relief="write_off")
    assert "200,000.00" in text
    assert desk.send(desk.officer, "pay", amount="70", on=str(TODAY)).status_code == 302
    assert desk.events()[-2:] == ["write_off", "recover"]
    desk.branch.check(TODAY, today=TODAY)


def test_a_renewal_says_whether_the_class_is_kept_before_it_is_agreed(
    stage: Stage,  # noqa: F811
    desk: Desk,
) -> None:
    branch = desk.branch
    assert "没有可用的新协议" in desk.page(desk.approver, "/renewal")
    case = stage.submitted(branch.owner)
    with acting(branch.owner):
        by = offer_accept(branch.owner, at=AT, today=TODAY, case=case.id).id
    with acting(branch.officer):
        for code in Condition.objects.filter(agreement=by).values_list("code", flat=True):
            condition_meet(branch.officer, at=AT, on=TODAY, agreement=by, code=code)
    asked = renewal_asks(pack_on(TODAY))
    said = dict.fromkeys(asked, "true") | {
        "by": str(by), "size_class": "small", "is_business_loan": "false",
        "applied_on": str(TODAY), "is_evading": "false",
    }  # fmt: skip
    page = desk.page(desk.approver, "/renewal")
    assert all(f'name="{name}"' in page for name in said)
    refused = desk.send(desk.approver, "renewed", **{**said, "has_real_need": "false"})
    assert refused.status_code in (409, 422)
    assert "不能无还本续贷" in refused.content.decode()
    text = tried(desk, desk.approver, "renewed", **said)
    assert "不因续贷单独下调分类" in text
    settled = desk.page(desk.owner)
    assert "没有待还的款项" in settled
    assert "尚未放款" not in settled
    with acting(branch.officer):
        states = set(Agreement.objects.values_list("state", flat=True))
        assert states == {"closed", "open"}
        kept = AgreementEvent.objects.get(kind="renew").body["keeps_class"]
        assert kept is True
