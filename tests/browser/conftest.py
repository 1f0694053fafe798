"""A browser that only looks inward: what a page complains of, or asks for elsewhere, is a fault."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.town import Town, Visitor, serving

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOME = ("127.0.0.1", "localhost")
BROWSERS = ("chromium-headless-shell", "chromium")
"""The first that is there: a shell draws pages alike, and no window with tabs around each."""

OpenPage = Callable[..., Any]


def browser_command() -> str | None:
    """Find the browser: the one named in HUOSHUI_CHROMIUM, or one that is installed."""
    found = (shutil.which(name) for name in BROWSERS)
    return os.environ.get("HUOSHUI_CHROMIUM") or next(filter(None, found), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running Chromium, or a reason why there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    where = browser_command()
    if where is None:
        pytest.skip("chromium is not on this machine (name it in HUOSHUI_CHROMIUM)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium: Any) -> Iterator[OpenPage]:
    """Give a maker of pages: `browser_page(width=390, scripts=False)`, each in its own session.

    When the test is over, any error a page logged or threw, and any request that left this
    machine, fails it.  `faults_expected` names texts of console errors that the test provokes,
    such as the status of a refused form.
    """
    faults: list[str] = []
    contexts: list[Any] = []

    def make(
        *,
        width: int = 1440,
        height: int = 900,
        scripts: bool = True,
        language: str = "zh-CN",
        faults_expected: tuple[str, ...] = (),
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            locale=language,
            timezone_id="Asia/Shanghai",
        )
        contexts.append(context)
        page = context.new_page()

        def logged(message: Any) -> None:
            expected = any(text in message.text for text in faults_expected)
            if message.type == "error" and not expected:
                faults.append(f"console: {message.text}")

        def asked(request: Any) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in ("data", "blob", "about") and parts.hostname not in HOME:
                faults.append(f"request elsewhere: {request.url}")

        page.on("console", logged)
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("request", asked)
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def town(small_region: tuple[Path, dict[str, Any]]) -> Iterator[Town]:
    """The real `huoshui serve`, once for all the tests of a process."""
    with serving(small_region[0]) as served:
        yield served


@pytest.fixture
def visit(browser_page: OpenPage, town: Town) -> Iterator[Visit]:
    """Give a maker of visitors: `visit("lin", "en", width=390)`, signed in, each at a browser.

    When the test is over, a page that did not fit its window or spoke the other language fails it.
    """
    visitors: list[Visitor] = []

    def make(name: str | None, language: str = "zh", **how: Any) -> Visitor:
        role, both = how.pop("role", None), how.pop("both", False)
        visitor = Visitor(browser_page(**how), town, language, how.get("width", 1440), both)
        visitors.append(visitor)
        return visitor if name is None else visitor.sign_in(name, role)

    yield make
    faults = [fault for visitor in visitors for fault in visitor.faults]
    assert not faults, "\n".join(faults)
