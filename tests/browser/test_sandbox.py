"""A change of policy as an operator makes it: drafted, compared, looked at, published."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.town import until

pytestmark = pytest.mark.slow

OPERATOR, LOAN = "shen", "innovation_points_loan"


def test_a_threshold_is_changed_after_its_effect_was_seen(visit: Visit) -> None:
    operator = visit(OPERATOR, "zh", faults_expected=("422",))
    operator.go("/sandbox").look_at(390).fill(name="提高积分门槛")
    operator.press("form[action='/sandbox/draft'] .btn-primary")
    draft = operator.path
    operator.go(f"{draft}/change/offerings/{LOAN}").look_at(390)
    operator.fill(part="value:least_points", value="55", day="2026-11-20", cite="nowhere#x")
    operator.fill(reason="低于 55 分的不良较多")
    operator.press("main form .btn-primary", status=422).sees("不存在")
    operator.fill(cite="house#offer-terms")
    operator.press("main form .btn-primary").sees("低于 55 分的不良较多")
    assert operator.page.locator(f"form[action='{draft}/publish'] button").is_disabled()
    operator.press(f"form[action='{draft}/compare'] button")
    difference = operator.path
    until(lambda: operator.go(difference).page.locator("#publish").count(), "the difference")
    operator.sees("科创积分贷").sees("以下假设为本平台自定")
    operator.look_at(390)
    with operator.page.expect_download() as gone:
        operator.page.locator(f"a[href='{difference}/list']").click()
    assert gone.value.suggested_filename.endswith(".csv")
    # From a later day on, so that today's visitors go on under today's packs.
    operator.fill(day="2026-12-31").press("#publish button").sees("2026-12-31")
    operator.go(draft).sees("已发布")
