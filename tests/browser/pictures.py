"""Take the pictures of `docs/pictures`: the pages as they are, after a day's work in a small town.

    python -m tests.browser.pictures [HOME]

HOME is a region made by `huoshui demo --firms 300 --no-serve --home HOME` (default: var/small).  A
copy of it is served by the real command, an owner and a bank do their work, and each page is kept
as a PNG of few colours.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, browser_command
from tests.browser.test_journey import LOAN, OFFICER, OWNER, do, draft, referred, submit
from tests.browser.test_loan_stories import confirmed, drawn
from tests.browser.town import Town, Visitor, serving, until
from tests.given import ROOT

FOLDER = ROOT / "docs" / "pictures"
TALL_MOST = {1440: 1900, 390: 1700}
"""A long page is cut here: a picture shows what a page is like, not all of its rows."""

COLOURS = 96
OPERATOR, AUDITOR = "shen", "song"


@dataclass(frozen=True)
class Picture:
    """A page as somebody sees it."""

    name: str
    who: str
    path: str
    language: str = "zh"
    width: int = 1440

    @property
    def file(self) -> str:
        return f"{self.name}-{self.width}-{self.language}.png"


def worked(visit: Any) -> dict[str, str]:
    """Do a day's work, and give the paths of what came of it."""
    owner, officer = visit(OWNER), visit(OFFICER)
    paths: dict[str, str] = {}
    paths["approved"] = draft(owner, amount="120")
    submit(owner, paths["approved"])
    do(owner, paths["approved"], "accept")
    paths["agreement"] = owner.path
    confirmed(officer, paths["agreement"])
    paths["loan"] = drawn(officer, paths["agreement"])
    owner.go("/needs/new")
    owner.fill(asked_fen="80", asked_months="12", purpose="working_capital")
    owner.fill(security="credit", show_to="all")
    owner.press("main form .btn-primary")
    paths["need"] = owner.path
    do(officer, paths["need"], "answer", offering=LOAN, answer_fen="60", answer_bp="3.6")
    paths["review"] = referred(owner, officer)
    officer.go(paths["review"])
    owner.go(paths["review"])
    paths["consent"] = str(owner.page.get_attribute("a[href^='/consents/']", "href"))
    officer.go(paths["approved"])
    paths["decision"] = str(officer.page.get_attribute("#decisions a[href^='/dec']", "href"))
    officer.go(paths["decision"]).press("form[action$='/replay'] button")

    def is_equal() -> bool:
        officer.page.reload()
        return "逐字节相同" in officer.text()

    until(is_equal, "the replay")
    auditor = visit(AUDITOR)
    auditor.go("/record?action=case.approve_by_rule").go("/record")
    row = auditor.page.locator("main tbody tr a")
    paths["entry"] = str(row.nth(row.count() // 2).get_attribute("href"))

    def is_sealed() -> bool:
        auditor.page.goto(auditor.town.address + paths["entry"])
        return "在封存" in auditor.text()

    until(is_sealed, "the seal")
    return paths


def wanted(paths: dict[str, str]) -> list[Picture]:
    """Name the pictures: what each role works with, some in English, some on a telephone."""
    offer = f"/offers/{LOAN}"
    wide = [
        Picture("owner-home", OWNER, "/"),
        Picture("owner-profile", OWNER, "/profile"),
        Picture("owner-scores", OWNER, "/scores"),
        Picture("owner-offers", OWNER, "/offers"),
        Picture("owner-offer", OWNER, offer),
        Picture("owner-application", OWNER, paths["approved"]),
        Picture("owner-agreement", OWNER, paths["agreement"]),
        Picture("owner-loan", OWNER, paths["loan"]),
        Picture("bank-loan", OFFICER, paths["loan"]),
        Picture("owner-need", OWNER, paths["need"]),
        Picture("owner-consent", OWNER, paths["consent"]),
        Picture("bank-home", OFFICER, "/"),
        Picture("bank-application", OFFICER, paths["review"]),
        Picture("bank-decision", OFFICER, paths["decision"]),
        Picture("bank-offerings", OFFICER, "/offerings"),
        Picture("operator-home", OPERATOR, "/"),
        Picture("operator-feeds", OPERATOR, "/feeds"),
        Picture("operator-quarantine", OPERATOR, "/quarantine"),
        Picture("operator-packs", OPERATOR, "/packs"),
        Picture("auditor-record", AUDITOR, "/record"),
        Picture("auditor-entry", AUDITOR, paths["entry"]),
    ]
    english = [
        Picture("owner-home", OWNER, "/", "en"),
        Picture("owner-offer", OWNER, offer, "en"),
        Picture("bank-application", OFFICER, paths["review"], "en"),
        Picture("bank-loan", OFFICER, paths["loan"], "en"),
    ]
    narrow = [
        Picture("owner-home", OWNER, "/", width=390),
        Picture("owner-offer", OWNER, offer, width=390),
        Picture("owner-application", OWNER, paths["approved"], width=390),
        Picture("bank-application", OFFICER, paths["review"], width=390),
        Picture("owner-loan", OWNER, paths["loan"], width=390),
    ]
    return [*wide, *english, *narrow]


def keep(visitor: Visitor, picture: Picture) -> Path:
    """Take one picture and keep it in few colours."""
    visitor.go(picture.path)
    visitor.page.wait_for_load_state("networkidle")
    taken = Image.open(io.BytesIO(visitor.page.screenshot(full_page=True))).convert("RGB")
    cut = taken.crop((0, 0, taken.width, min(taken.height, TALL_MOST[picture.width])))
    few = cut.quantize(COLOURS, dither=Image.Dither.NONE)
    file = FOLDER / picture.file
    few.save(file, optimize=True)
    return file


def main(region: Path) -> None:
    """Serve a copy of the region, work, and take every picture anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):  # the picture of the benches is not ours
        old.unlink()
    with serving(region) as town, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_command(), args=list(ARGUMENTS)
        )
        visitors: dict[tuple[str, str, int], Visitor] = {}

        def visit(name: str, language: str = "zh", width: int = 1440) -> Visitor:
            key = (name, language, width)
            if key not in visitors:
                visitors[key] = visitor_at(browser, town, language, width).sign_in(name)
            return visitors[key]

        for picture in wanted(worked(visit)):
            file = keep(visit(picture.who, picture.language, picture.width), picture)
            print(file.relative_to(ROOT), f"{file.stat().st_size // 1024} KB")
        browser.close()


def visitor_at(browser: Any, town: Town, language: str, width: int) -> Visitor:
    """Give somebody at a window of their own."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, timezone_id="Asia/Shanghai"
    )
    return Visitor(context.new_page(), town, language, width)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var" / "small")
