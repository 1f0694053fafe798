"""A loan at a floating rate, repaid by a plan: agreed, drawn and reset on the platform's pages."""

from __future__ import annotations

import datetime as dt
import html
from uuid import uuid4

from huoshui.web.agreements.actions import loans
from huoshui.web.agreements.actions.agreements import Offer, agreement_make
from huoshui.web.agreements.models import AgreementEvent
from huoshui.web.audit.actions.acting import acting
from tests.web.agreements.test_loan_pages import Desk
from tests.web.cases.conftest import folder, loaded, parties, stage  # noqa: F401
from tests.web.cases.given import TODAY, Stage
from tests.web.insights.given import AT

PLAN = "2027-11-22 50000\n2029-11-20 150000"


def test_a_rate_follows_its_reference_from_the_first_reset_and_the_page_says_so(
    stage: Stage,  # noqa: F811
) -> None:
    desk = Desk(stage)
    branch = desk.branch
    with acting(branch.officer):
        old = loans._agreement(branch.id)
    offer = Offer(
        ref="L-FLOATING", kind="loan", offering="digital_upgrade_loan",
        institution=old.institution_id, subject=old.subject_id, subject_name=old.subject_name,
        case=uuid4(), amount_fen=200_000_00, rate_bp=385, fee_bp=None, months=36,
        pack_digest=old.pack_digest, conditions=(),
    )  # fmt: skip
    with acting(branch.owner):
        made = agreement_make(branch.owner, at=AT, on=TODAY, offer=offer)
    desk.here = f"/agreements/{made.id}/loan"
    said = {"amount": "200000", "on": str(TODAY)}
    for plan, words in (
        ("2027-11-22 五万", "不是还本计划的一期"),
        ("2027-11-22 50000", "合计"),
        (PLAN[17:].strip() + "\n" + PLAN[:16], "依次递增"),
    ):
        refused = desk.send(desk.officer, "draw", **said, plan=plan)
        assert refused.status_code in (409, 422), plan
        text = html.unescape(refused.content.decode())
        assert words in text
        assert plan in text  # what was typed stays
    assert desk.send(desk.officer, "draw", **said, plan=PLAN).status_code == 302
    page = desk.page(desk.owner)
    for words in ("3.85%", "五年期以上贷款市场报价利率", "35 个基点", "2027-11-20", "50,000.00"):
        assert words in page, words
    later = TODAY + dt.timedelta(400)
    with acting(branch.officer):
        loans.loan_book(branch.sent(later), agreement=made.id, until=later)
        (taken,) = AgreementEvent.objects.filter(agreement=made, kind="rate_taken")
    assert taken.on == dt.date(2027, 11, 20)
    assert taken.body == {
        "reference": "lpr_5y", "reference_rate": "0.035", "annual_rate": "0.0385",
    }  # fmt: skip
    assert "重定价 3.50% → 3.85%" in desk.page(desk.officer, f"?asof={later}")
