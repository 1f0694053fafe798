"""A town to walk through: the real `huoshui serve` over the small region, and people at its pages.

A `Visitor` is somebody at a browser.  Every page that they open is looked at: the language it says
it is in, words of the other language left on it, and whether it fits its window.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser.prepared import DAY, HOME, free_port, start, stop, town_folder, until

__all__ = ["DAY", "LANGUAGES", "Town", "Visitor", "free_port", "serving", "until"]

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Town:
    """Where the pages are served, everybody's password, and who has signed in by now."""

    address: str
    passwords: dict[str, str]
    sessions: dict[tuple[str, tuple[str, str] | None], list[Any]] = field(default_factory=dict)


@contextmanager
def serving(region: Path, port: int | None = None) -> Iterator[Town]:
    """Serve a town over a region by the real command; leave no process behind."""
    with town_folder(region) as base:
        process, address = start(base, port=port or free_port())
        try:
            yield Town(address, passwords_of(base))
        finally:
            stop(process)


def passwords_of(base: Path) -> dict[str, str]:
    """Read everybody's password from a town's home."""
    found: dict[str, str] = json.loads((base / HOME / "seats.json").read_text("utf-8"))
    return found


STICKING_OUT = """() => [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.scroll, .diagram-box, .record-proof, svg, pre') && e.checkVisibility())
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.tagName + '.' + e.className)"""

SAID = """() => {
  const said = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim(), e = walker.currentNode.parentElement;
    const kept = 'script, style, code, pre, svg, textarea, [lang="en"] form button[lang], '
      + 'form button[lang], .cite-source, [translate="no"]';
    if (words && !e.closest(kept)) said.push(words);
  }
  return said;
}"""

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
ENGLISH = re.compile(r"[A-Za-z]{3,}(?: [A-Za-z]{2,})+")
BARE_WORDS = re.compile(r"^[a-z]+(?:_[a-z]+)*$")
"""A word of a program, such as `asked` or `joint_stock_bank`, shown where a label should be."""

NAMES = {
    "PCT",
    "SHA",
    "CNY",
    "LPR",
    "HUOSHUI",
    "huoshui",
    "csv",
    "json",
    "xlsx",
    "record",
    "export",
}


@dataclass
class Visitor:
    """Somebody at a browser, who reads one language."""

    page: Any
    town: Town
    language: str = "zh"
    width: int = 1440
    faults: list[str] = field(default_factory=list)

    def words(self, zh: str, en: str) -> str:
        """Give words in the visitor's language."""
        return en if self.language == "en" else zh

    def sign_in(self, name: str, role: tuple[str, str] | None = None) -> Visitor:
        """Sign in; of several roles take the one whose name is given.

        Who has signed in before comes again with that session's cookie, as people do all day.
        """
        language = {"name": "huoshui_language", "value": self.language, "url": self.town.address}
        seat, cookies = (name, role), self.page.context
        cookies.add_cookies([language, *self.town.sessions.get(seat, [])])
        if seat in self.town.sessions:
            return self.go("/")
        self.go("/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", self.town.passwords[name])
        self.press("form[action='/sign-in'] button")
        if role is not None:
            self.go("/acting")
            standing = self.page.locator("form.standing", has_text=self.words(*role))
            with self.page.expect_navigation():
                standing.locator("button").click()
            self.look()
        self.town.sessions[seat] = [c for c in cookies.cookies() if c["name"] == "sessionid"]
        assert self.town.sessions[seat]
        return self

    def go(self, path: str, status: int = 200) -> Visitor:
        """Open a page and look at it."""
        answer = self.page.goto(self.town.address + path)
        assert answer.status == status, (path, answer.status, self.text()[:800])
        return self.look()

    def press(self, selector: str, status: int | None = None) -> Visitor:
        """Press a button of a form, wait for the page that follows, and look at it."""
        with self.page.expect_navigation() as gone:
            self.page.locator(selector).first.click()
        answer = gone.value
        wanted = status or 200
        assert answer.status == wanted, (selector, answer.status, self.text()[:800])
        return self.look()

    def follow(self, selector: str) -> Visitor:
        """Follow a link, and look at the page that it leads to."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        return self.look()

    def fill(self, **said: str) -> Visitor:
        """Fill in fields by their names; a list is chosen from, a box is ticked."""
        for name, value in said.items():
            place = self.page.locator(f"[name={name}]:visible")
            kind = place.first.evaluate("e => e.tagName + (e.type ? '.' + e.type : '')").lower()
            if kind.startswith("select"):
                place.first.select_option(value)
            elif kind in ("input.checkbox", "input.radio"):
                self.page.locator(f"[name={name}][value='{value}']").check()
            else:
                place.first.fill(value)
        return self

    def sees(self, zh: str, en: str | None = None) -> Visitor:
        """Hold the page to some words."""
        wanted = self.words(zh, zh if en is None else en)
        assert wanted in self.text(), f"no {wanted!r} on {self.page.url}:\n{self.text()[:3000]}"
        return self

    def text(self) -> str:
        return str(self.page.inner_text("body"))

    @property
    def path(self) -> str:
        return str(self.page.url).removeprefix(self.town.address)

    def look(self) -> Visitor:
        """Note what is wrong with the page as it stands."""
        lang = self.page.evaluate("document.documentElement.lang")
        if lang != {"zh": "zh-CN", "en": "en"}[self.language]:
            self.faults.append(f"{self.path} is in {lang}")
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > self.width:
            out = self.page.evaluate(STICKING_OUT)
            self.faults.append(f"{self.path} is {wide} wide in {self.width}: {out[:3]}")
        self.faults += [f"{self.path}: {each}" for each in self.foreign()]
        return self

    def look_at(self, width: int) -> Visitor:
        """Look at the page through a window of another width, and go back to one's own."""
        own, height = self.width, self.page.viewport_size["height"]
        for each in (width, own):
            self.page.set_viewport_size({"width": each, "height": height})
            self.width = each
            self.look()
        return self

    def foreign(self) -> list[str]:
        """Give the words on the page that are in the other language, names left out."""
        said = self.page.evaluate(SAID)
        if self.language == "en":
            return [each[:80] for each in said if CHINESE.search(without_names(each))]
        found = [match for each in said for match in ENGLISH.findall(each)]
        bare = [each for each in said if BARE_WORDS.match(each) and each not in NAMES]
        return [each for each in [*found, *bare] if each.split()[0] not in NAMES]


PEOPLE = (
    "林若溪|陈晓舟|何知远|周明澈|吴清扬|郑和光|许定国"
    "|冯远山|沈若谷|唐一诺|宋守正|江晚晴|秦知微|陆安然"
)
ENDINGS = "公司|合作社|经营部|商行|中心|厂|店|院|所"
FIRMS = rf"活水市[\u4e00-\u9fff（）()·]+|[\u4e00-\u9fff（）]+(?:{ENDINGS})"


def without_names(words: str) -> str:
    """Leave out names of firms and people, which no language translates."""
    return re.sub(f"{PEOPLE}|{FIRMS}", "", words)
