"""The handbook as pages that need no server: an index, a page for every rule, and the sources.

Addresses are relative and everything is in the folder, so that it opens from a memory stick.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from huoshui.explain.numbers import Language
from huoshui.kernel.citation import Citation
from huoshui.pipeline.handbook import labels
from huoshui.pipeline.handbook.book import Book, Shelf
from huoshui.pipeline.handbook.leaves import Block, Entry, Grid, Line, Lines, Words
from huoshui.pipeline.handbook.markup import Markup, joined, tag

LANG_CODES: dict[Language, str] = {"zh": "zh-CN", "en": "en"}


class Site:
    """Writes the pages of one language; `others` are the languages that stand beside it."""

    def __init__(
        self, book: Book, language: Language, languages: Sequence[Language], *, printed: bool
    ) -> None:
        self.book = book
        self.language = language
        self.others = tuple(x for x in languages if x != language)
        self.printed = printed

    def pages(self) -> Iterator[tuple[str, str]]:
        """Give every file of this language by its path."""
        for path, title, body in self._bodies():
            yield f"{self.language}/{path}", self._page(path, title, body)
        yield f"{self.language}/search-data.js", self._search_data()

    def _bodies(self) -> Iterator[tuple[str, str, Markup]]:
        book = self.book
        yield "index.html", self.word(labels.BOOK), self._front()
        for chapter in book.chapters:
            title = self.word(chapter.label)
            yield f"{chapter.name}.html", title, self._chapter(chapter)
        yield "zones.html", self.word(labels.BY_ZONE), self._shelved(labels.BY_ZONE, book.zones)
        yield "offices.html", self.word(labels.BY_OFFICE), self._offices()
        yield "sources.html", self.word(labels.SOURCES), self._sources()
        for entry in book.entries:
            yield address(entry), self.word(entry.label), self._entry(entry)

    def word(self, words: Words, **by: str) -> str:
        """Say words in this language."""
        return words[self.language].format(**by) if by else words[self.language]

    # -- the frame ---------------------------------------------------------------------------

    def _page(self, path: str, title: str, body: Markup) -> str:
        up = "../" * (path.count("/") + 1)
        own = "../" * path.count("/")
        whole = title if path == "index.html" else f"{title} · {self.word(labels.BOOK)}"
        head = joined(
            [
                tag("meta", charset="utf-8"),
                tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
                tag("title", whole),
                tag("link", rel="stylesheet", href=f"{up}handbook.css"),
                tag("script", src=f"{own}search-data.js", defer=""),
                tag("script", src=f"{up}search.js", defer=""),
            ]
        )
        page = joined(
            [
                tag("a", self.word(labels.SKIP), href="#text", class_="skip"),
                self._header(path, own, up),
                tag("main", body, id="text"),
                tag("footer", tag("p", self._made())),
            ]
        )
        inside = joined([tag("head", head), tag("body", page, data_root=own)])
        return f"<!doctype html>\n{tag('html', inside, lang=LANG_CODES[self.language])}\n"

    def _header(self, path: str, own: str, up: str) -> Markup:
        links = [(labels.CONTENTS, "index.html"), (labels.BY_ZONE, "zones.html")]
        links += [(labels.BY_OFFICE, "offices.html"), (labels.SOURCES, "sources.html")]
        menu = [tag("a", self.word(label), href=f"{own}{at}") for label, at in links]
        menu += [
            tag(
                "a",
                labels.OTHER_LANGUAGE[self.language],
                href=f"{up}{other}/{path}",
                lang=LANG_CODES[other],
                hreflang=LANG_CODES[other],
            )
            for other in self.others
        ]
        search = self.word(labels.SEARCH)
        box = tag(
            "form",
            tag(
                "input",
                type="search",
                id="search",
                placeholder=search,
                aria_label=search,
                autocomplete="off",
            ),
            tag(
                "ul",
                id="found",
                hidden="",
                aria_live="polite",
                data_nothing=self.word(labels.NOTHING),
                data_more=self.word(labels.MORE),
            ),
            role="search",
            class_="search",
            hidden="",
        )
        name = tag("a", self.word(labels.BOOK), href=f"{own}index.html", class_="name")
        return tag("header", name, tag("nav", *menu), box)

    def _made(self) -> str:
        book = self.book
        return self.word(
            labels.MADE_OF, region=book.region, day=book.day, digest=book.pack.digest[:12]
        )

    # -- indexes -----------------------------------------------------------------------------

    def _front(self) -> Markup:
        cards = [
            tag(
                "li",
                tag("a", self.word(chapter.label), href=f"{chapter.name}.html"),
                " ",
                tag("small", self.word(labels.ENTRIES, n=str(len(chapter.entries)))),
            )
            for chapter in self.book.chapters
        ]
        printed = None
        if self.printed:
            link = tag("a", self.word(labels.PRINTED), href=f"../handbook-{self.language}.pdf")
            printed = tag("p", link, class_="printed")
        zones = self._jumps(self.book.zones, "zones.html")
        return joined(
            [
                tag("h1", self.word(labels.BOOK)),
                tag("p", self.word(labels.AS_OF, day=self.book.day), class_="day"),
                tag("p", self.word(labels.HOW_TO_READ), class_="note"),
                tag("h2", self.word(labels.BY_KIND)),
                tag("ul", *cards, class_="cards"),
                joined([tag("h2", self.word(labels.BY_ZONE)), zones]) if self.book.zones else None,
                printed,
            ]
        )

    def _chapter(self, chapter: Shelf) -> Markup:
        groups: dict[str, list[Entry]] = {}
        for entry in chapter.entries:
            groups.setdefault(self.word(entry.group) if entry.group else "", []).append(entry)
        parts = [tag("h1", self.word(chapter.label))]
        for group, entries in groups.items():
            if group and len(groups) > 1:
                parts.append(tag("h2", group[:1].upper() + group[1:]))
            parts.append(self._list(entries))
        return joined(parts)

    def _list(self, entries: Sequence[Entry], *, under: bool = True) -> Markup:
        return tag(
            "ul",
            *(
                tag(
                    "li",
                    tag("a", self.word(e.label), href=address(e)),
                    self._under(e) if under else None,
                )
                for e in entries
            ),
            class_="entries",
        )

    def _under(self, entry: Entry) -> Markup | None:
        office = self.book.pack.institutions.get(entry.institution or "")
        said = getattr(office.label, self.language) if office else None
        lead = said or (self.word(entry.lead) if entry.lead else "")
        return tag("small", lead) if lead else None

    def _jumps(self, shelves: Sequence[Shelf], page: str = "") -> Markup:
        return tag(
            "ul",
            *(tag("li", tag("a", self.word(s.label), href=f"{page}#{s.name}")) for s in shelves),
            class_="jumps",
        )

    def _shelved(self, title: Words, shelves: Sequence[Shelf]) -> Markup:
        parts = [tag("h1", self.word(title)), self._jumps(shelves)]
        for shelf in shelves:
            parts += [tag("h2", self.word(shelf.label), id=shelf.name), self._list(shelf.entries)]
        return joined(parts)

    def _offices(self) -> Markup:
        parts = [tag("h1", self.word(labels.BY_OFFICE))]
        for kind, shelves in self.book.offices:
            parts.append(tag("h2", self.word(kind)))
            for shelf in shelves:
                parts += [
                    tag("h3", self.word(shelf.label), id=shelf.name),
                    self._list(shelf.entries, under=False),
                ]
        return joined(parts)

    def _sources(self) -> Markup:
        parts = [tag("h1", self.word(labels.SOURCES))]
        for name, entries in self.book.citing.items():
            source = self.book.pack.sources[name]
            facts = [(self.word(a), b) for a, b in source_facts(self.book, name, self.language)]
            places = [
                tag(
                    "li",
                    tag("code", Citation.parse(cite).place),
                    " ",
                    self._mark(cite),
                    " ",
                    self.book.place(cite).says if self.language == "en" else None,
                )
                for cite in self.book.places_cited(name)
            ]
            links = [tag("li", tag("a", self.word(e.label), href=address(e))) for e in entries]
            parts.append(
                tag(
                    "section",
                    tag("h2", getattr(source.title, self.language)),
                    tag("dl", *(joined([tag("dt", a), tag("dd", b)]) for a, b in facts)),
                    tag("ul", *places, class_="places"),
                    tag(
                        "details",
                        tag("summary", f"{self.word(labels.CITED_BY)} ({len(links)})"),
                        tag("ul", *links, class_="jumps"),
                    ),
                    id=f"source-{name}",
                )
            )
        return joined(parts)

    # -- one rule ----------------------------------------------------------------------------

    def _entry(self, entry: Entry) -> Markup:
        numbered = {cite: nth for nth, cite in enumerate(entry.cites(), 1)}
        chapter = self.word(labels.SECTIONS[entry.section])
        checked = f"{self.word(labels.CHECKED)} {entry.checked_on}"
        lead = self.word(entry.lead) if entry.lead else ""
        return joined(
            [
                tag("p", tag("a", chapter, href=f"../{entry.section}.html"), class_="trail"),
                tag("h1", self.word(entry.label)),
                tag("p", lead, class_="lead") if lead else None,
                *(tag("p", self.word(flag), class_="flag") for flag in entry.flags),
                *(self._block(block, numbered) for block in entry.blocks),
                tag("h2", self.word(labels.READ_WHERE)),
                tag(
                    "ol",
                    *(self._authority(c, n) for c, n in numbered.items()),
                    class_="authorities",
                ),
                tag("p", checked, class_="day"),
            ]
        )

    def _block(self, block: Block, numbered: dict[str, int]) -> Markup:
        title = self.word(block.title)
        parts: list[Markup | None] = [tag("h2", title)]
        parts.append(tag("p", self.word(block.lead)) if block.lead else None)
        if isinstance(block, Lines):
            items = (tag("li", self._line(line, numbered)) for line in block.items)
            parts.append(tag("ul", *items, class_="rules"))
        else:
            parts.append(self._grid(block, title, numbered))
        return tag("section", *parts)

    def _grid(self, grid: Grid, title: str, numbered: dict[str, int]) -> Markup:
        def row(cells: Sequence[Line], span: int) -> Markup:
            told = [self._line(cell, numbered) for cell in cells]
            rows = str(span) if span > 1 else None
            first = tag("th", told[0], scope="row")
            if grid.head:
                first = tag("td", told[0], rowspan=rows)
            rest = (tag("td", cell) for cell in told[1:])
            return tag("tr", first if span else None, *rest)

        head = None
        if grid.head:
            cells = (tag("th", self.word(label), scope="col") for label in grid.head)
            head = tag("thead", tag("tr", *cells))
        table = tag("table", head, tag("tbody", *map(row, grid.rows, grid.spans())))
        kind = "grid" if grid.head else "grid facts"
        kind += " dated" if grid.ends_with_day else ""
        return tag("div", table, class_=kind, tabindex="0", role="region", aria_label=title)

    def _line(self, line: Line, numbered: dict[str, int]) -> Markup:
        if line.link:
            other = self.book.by_key[line.link]
            return tag("a", self.word(other.label), href=f"../{address(other)}")
        text = self.word(line.text)
        unknown = None
        if line.is_unknown and text != self.word(labels.UNKNOWN):
            unknown = tag("span", self.word(labels.IS_UNKNOWN), class_="unknown")
        said = tag("span", text, class_="unknown" if line.is_unknown and not unknown else None)
        if line.cite is None:
            return joined([said if line.is_unknown else text])
        number = str(numbered[line.cite])
        reference = tag("a", f"[{number}]", href=f"#ref-{number}", class_="ref")
        return joined(
            [said, " ", unknown, " " if unknown else None, self._mark(line.cite), " ", reference]
        )

    def _mark(self, cite: str) -> Markup:
        mark = self.book.place(cite).mark.value
        return tag("span", self.word(self.book.mark(cite)), class_=f"mark mark-{mark}")

    def _authority(self, cite: str, number: int) -> Markup:
        source = self.book.source(cite)
        about = authority(self.book, cite, self.language)
        place = self.book.place(cite)
        return tag(
            "li",
            tag("a", about, href=f"../sources.html#source-{source.id}"),
            " ",
            tag("code", Citation.parse(cite).place),
            " ",
            self._mark(cite),
            tag("span", place.says, class_="says") if self.language == "en" else None,
            id=f"ref-{number}",
        )

    # -- search ------------------------------------------------------------------------------

    def _search_data(self) -> str:
        rows = [
            [
                self.word(entry.label),
                address(entry),
                self.word(labels.SECTIONS[entry.section]),
                searched(self.book, entry, self.language),
            ]
            for entry in self.book.entries
        ]
        rows += [
            [
                getattr(self.book.pack.sources[name].title, self.language),
                f"sources.html#source-{name}",
                self.word(labels.SOURCES),
                " ".join(text for _, text in source_facts(self.book, name, self.language)).lower(),
            ]
            for name in self.book.citing
        ]
        data = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        return f"window.HANDBOOK={data};\n"


def address(entry: Entry) -> str:
    """Give the page of an entry from the language's folder."""
    return f"{entry.kind}/{entry.name}.html"


def searched(book: Book, entry: Entry, language: Language) -> str:
    """Give the words by which a reader may look for an entry."""
    found = [entry.lead[language] if entry.lead else "", entry.name.replace("_", " ")]
    found += [line.text[language] for line in entry.lines() if line.text]
    found += [authority(book, cite, language) for cite in entry.cites()]
    if entry.group:
        found.append(entry.group[language])
    return " ".join(dict.fromkeys(text for text in found if text)).lower()


def authority(book: Book, cite: str, language: Language) -> str:
    """Name a document by its title, number and issuer."""
    source = book.source(cite)
    title = getattr(source.title, language)
    if language == "zh":
        about = "，".join(x for x in (source.number, source.issuer) if x)
        return f"《{title}》（{about}）" if about else f"《{title}》"
    about = ", ".join(x for x in (source.number, source.issuer) if x)
    return f"{title} ({about})" if about else title


def source_facts(book: Book, name: str, language: Language) -> list[tuple[Words, str]]:
    """Say what is known of a document; a number that is not known is left out, not made up."""
    source = book.pack.sources[name]
    facts: list[tuple[Words, str]] = [(labels.ISSUER, source.issuer)]
    if source.number:
        facts.append((labels.NUMBER, source.number))
    if source.issued_on:
        facts.append((labels.ISSUED, source.issued_on.isoformat()))
    if source.in_force_from:
        start = source.in_force_from.isoformat()
        end = source.in_force_until.isoformat() if source.in_force_until else None
        told = labels.UNTIL if end else labels.FROM
        facts.append((labels.IN_FORCE, told[language].format(a=start, b=end)))
    if source.found_at:
        facts.append((labels.FOUND, source.found_at))
    facts.append((labels.CHECKED, source.checked_on.isoformat()))
    return facts
