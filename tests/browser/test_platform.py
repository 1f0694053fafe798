"""The operator's pages in a browser, and what every page owes whoever opens it."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_journey import LOAN, OFFICER, OWNER, WALK, each_language
from tests.browser.town import LANGUAGES, Visitor, until

pytestmark = pytest.mark.slow

OPERATOR, STEWARD, AUDITOR, HEAD = "shen", "tang", "song", "zheng"
BEHIND = {
    OWNER: f"/needs/new /inbox /acting /offers/{LOAN} /offers/{LOAN}/apply",
    OFFICER: f"/inbox /prospects/{LOAN}",
    HEAD: "",
    OPERATOR: "/record/seals /inbox",
    STEWARD: "",
    AUDITOR: "/record/seals",
}
"""Pages behind those that a role's menu leads to."""

NARROW = 390


@each_language
@pytest.mark.parametrize("name", list(BEHIND))
def test_every_page_fits_wide_and_narrow_and_speaks_one_language(
    visit: Visit, language: str, name: str
) -> None:
    visitor = visit(name, language)
    links = visitor.page.locator("aside .menu a")
    places = [str(links.nth(n).get_attribute("href")) for n in range(links.count())]
    assert len(places) > 2
    for place in places:
        visitor.go(place)
        assert visitor.page.locator("aside .menu a[aria-current]").count() == 1
        visitor.look_at(NARROW)
    for place in BEHIND[name].split():
        visitor.go(place).look_at(NARROW)


def ended(visitor: Visitor) -> None:
    """Wait on a job's page until it ended, as its page shows by itself."""
    done = visitor.words("已完成", "Done")
    until(lambda: done in visitor.text(), f"the job at {visitor.path}")
    visitor.look()


def test_a_row_set_aside_is_repaired_and_sent_in_again(visit: Visit) -> None:
    steward = visit(STEWARD, WALK, both=True)
    steward.go("/quarantine")
    steward.follow("main a[href*='reason=feed.not_a_day'] >> nth=0")
    steward.follow("main tbody tr a >> nth=0")
    row = steward.path
    wrong = steward.page.locator("main form input.is-invalid")
    assert wrong.count() == 1, "the field that is wrong is marked"
    wrong.fill("2026-03-02")
    steward.press("main form .btn-primary")
    assert steward.path.startswith("/jobs/")
    ended(steward)
    steward.go(row).sees("已在批次", "Dealt with in batch")


def test_a_run_is_asked_and_its_snapshot_comes_into_use(visit: Visit) -> None:
    operator = visit(OPERATOR, WALK, both=True)
    operator.go("/runs").press("form[action='/runs/ask'] button")
    assert operator.path.startswith("/jobs/")
    ended(operator)
    operator.go("/snapshots").sees("在用", "in use")


def test_an_entry_of_the_record_is_shown_with_its_proof(visit: Visit) -> None:
    auditor = visit(AUDITOR, WALK, both=True)
    auditor.go("/record")
    auditor.follow("main tbody tr:last-child a >> nth=0")
    entry = auditor.path
    sealed = auditor.words("在封存", "In seal")

    def is_sealed() -> bool:
        auditor.page.goto(auditor.town.address + entry)
        return sealed in auditor.text()

    until(is_sealed, "the seal")
    assert auditor.look().page.locator(".record-proof svg").count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_feed_says_how_it_is_and_what_it_reads(visit: Visit, language: str) -> None:
    steward = visit(STEWARD, language)
    steward.go("/feeds")
    steward.follow("main tbody a >> nth=0").sees("承诺时限", "Promised")
