"""The page of all parts in a browser: wide and narrow, both languages, under the real policy."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import OpenPage
from tests.web.gallery import STATIC, page
from tests.web.test_kit import explained

__all__ = ["explained"]  # a fixture, found by its name

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

TOO_FAINT = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const parts = (text, under) => {
    canvas.clearRect(0, 0, 1, 1);
    if (under) { canvas.fillStyle = `rgb(${under.join(',')})`; canvas.fillRect(0, 0, 1, 1); }
    canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map(x => x / 255)
      .map(x => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (e) => {
    const grounds = [];
    for (let x = e; x; x = x.parentElement) grounds.push(getComputedStyle(x).backgroundColor);
    let under = [255, 255, 255];
    for (const one of grounds.reverse()) under = parts(one, under).slice(0, 3);
    return under;
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim(), e = walker.currentNode.parentElement;
    if (!words || e.closest('script, svg') || !e.checkVisibility()) continue;
    const under = ground(e), over = parts(getComputedStyle(e).color, under).slice(0, 3);
    const [a, b] = [light(over), light(under)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${e.className} ${words.slice(0, 30)}`);
  }
  return faint;
}"""

STICKING_OUT = """() => [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.scroll, .diagram-box, svg') && e.checkVisibility())
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.tagName + '.' + e.className)"""


class Serving(SimpleHTTPRequestHandler):
    """Serves the made pages and the real static files under the real content policy."""

    def translate_path(self, path: str) -> str:
        plain = path.split("?")[0]
        if plain.startswith("/static/"):
            return str(STATIC / plain.removeprefix("/static/"))
        return super().translate_path(plain)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def gallery(
    explained: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("gallery")
    for language in ("zh", "en"):
        (folder / f"{language}.html").write_text(page(explained, language), "utf-8")
    made = functools.partial(Serving, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), made)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1440, 768, 390])
def test_a_page_fits_its_window_and_its_words_stand_out(
    browser_page: OpenPage, gallery: str, language: str, width: int
) -> None:
    shown = browser_page(width=width)
    shown.goto(f"{gallery}/{language}.html")
    shown.wait_for_selector("[data-drawn] canvas")
    shown.evaluate("document.querySelectorAll('details').forEach(x => x.open = true)")
    assert shown.evaluate(STICKING_OUT) == []
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    assert shown.evaluate(TOO_FAINT) == []


def test_a_page_is_whole_without_scripts(browser_page: OpenPage, gallery: str) -> None:
    shown = browser_page(width=390, scripts=False)
    shown.goto(f"{gallery}/zh.html")
    shown.click("summary:has-text('菜单')")
    assert shown.is_visible(".fold a:has-text('融资申请')")
    shown.click(".chart summary >> nth=0")
    assert shown.is_visible(".chart td:has-text('6,100 万元')")
    assert shown.is_visible(".job a:has-text('刷新查看进度')")


def test_the_keyboard_reaches_the_content_first(browser_page: OpenPage, gallery: str) -> None:
    shown = browser_page()
    shown.goto(f"{gallery}/zh.html")
    shown.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    shown.focus(".skip")
    assert shown.is_visible(".skip")
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.id") == "main"


def test_the_measure_of_contrast_sees_words_that_are_too_faint(
    browser_page: OpenPage, gallery: str
) -> None:
    shown = browser_page()
    shown.goto(f"{gallery}/zh.html")
    shown.evaluate("document.querySelector('h1').style.color = '#9aa5ab'")
    assert len(shown.evaluate(TOO_FAINT)) == 1
