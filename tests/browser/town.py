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
LANGUAGE = "huoshui_language"


@dataclass(frozen=True)
class Town:
    """Where the pages are served, everybody's password, and who has signed in by now."""

    address: str
    passwords: dict[str, str]
    sessions: dict[tuple[str, tuple[str, str] | None], list[Any]] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)  # by people, in their own language


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

SAID = """(html) => {
  const page = html === null ? document : new DOMParser().parseFromString(html, 'text/html');
  const said = [page.title];
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim(), e = walker.currentNode.parentElement;
    const kept = 'script, style, code, pre, svg, textarea, [lang="en"] form button[lang], '
      + 'form button[lang], .cite-source, [translate="no"]';
    if (words && !e.closest(kept)) said.push(words);
  }
  return [page.documentElement.lang, said];
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
    """Somebody at a browser, who reads one language.

    With `both`, whatever they open is asked for in the other language too, and only its words are
    looked at: that needs no second walk and no second drawing of each page.
    """

    page: Any
    town: Town
    language: str = "zh"
    width: int = 1440
    both: bool = False
    faults: list[str] = field(default_factory=list)

    def words(self, zh: str, en: str) -> str:
        """Give words in the visitor's language."""
        return en if self.language == "en" else zh

    def sign_in(self, name: str, role: tuple[str, str] | None = None) -> Visitor:
        """Sign in; of several roles take the one whose name is given.

        Who has signed in before comes again with that session's cookie, as people do all day.
        """
        language = {"name": LANGUAGE, "value": self.language, "url": self.town.address}
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
                self.type(place.first, value)
        return self

    def type(self, place: Any, value: str) -> None:
        """Type into a field; what people type is in no language of the platform's."""
        if (len(value) > 1 and not value.isascii()) or " " in value:
            self.town.typed.add(value)
        place.fill(value)

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
        self._hear(self.language, self.page.evaluate(SAID, None))
        if self.both:
            other = self.words("en", "zh")
            kept = {c["name"]: c["value"] for c in self.page.context.cookies()}
            sent = "; ".join(f"{k}={v}" for k, v in (kept | {LANGUAGE: other}).items())
            answer = self.page.request.get(self.page.url, headers={"Cookie": sent})
            assert answer.ok, (self.path, answer.status)
            self._hear(other, self.page.evaluate(SAID, answer.text()))
        return self.fits()

    def _hear(self, language: str, heard: tuple[str, list[str]]) -> None:
        """Note what a page says in another language than it should."""
        lang, said = heard
        if lang != {"zh": "zh-CN", "en": "en"}[language]:
            self.faults.append(f"{self.path} is in {lang}")
        for typed in self.town.typed:
            said = [each.replace(typed, "") for each in said]
        self.faults += [f"{self.path} ({language}): {each}" for each in foreign(language, said)]

    def fits(self) -> Visitor:
        """Note what sticks out of the window, if anything does."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > self.width:
            out = self.page.evaluate(STICKING_OUT)
            self.faults.append(f"{self.path} is {wide} wide in {self.width}: {out[:3]}")
        return self

    def look_at(self, width: int) -> Visitor:
        """See that the page fits a window of another width too, and go back to one's own.

        What the page says is looked at once: hidden words are read with the others.
        """
        own, height = self.width, self.page.viewport_size["height"]
        self.page.set_viewport_size({"width": width, "height": height})
        self.width = width
        self.fits()
        self.page.set_viewport_size({"width": own, "height": height})
        self.width = own
        return self


PEOPLE = (
    "林若溪|陈晓舟|何知远|周明澈|吴清扬|郑和光|许定国"
    "|冯远山|沈若谷|唐一诺|宋守正|江晚晴|秦知微|陆安然"
)
ENDINGS = "公司|合作社|经营部|商行|中心|厂|店|院|所"
FIRMS = rf"活水市[\u4e00-\u9fff（）()·]+|[\u4e00-\u9fff（）]+(?:{ENDINGS})"


def without_names(words: str) -> str:
    """Leave out names of firms and people, which no language translates."""
    return re.sub(f"{PEOPLE}|{FIRMS}", "", words)


def foreign(language: str, said: list[str]) -> list[str]:
    """Give the words of a page in one language that are in the other one, names left out."""
    if language == "en":
        return [each[:80] for each in said if CHINESE.search(without_names(each))]
    found = [match for each in said for match in ENGLISH.findall(each)]
    bare = [each for each in said if BARE_WORDS.match(each) and each not in NAMES]
    return [each for each in [*found, *bare] if each.split()[0] not in NAMES]
