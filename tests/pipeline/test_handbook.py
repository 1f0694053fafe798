"""The handbook: every link leads somewhere, nothing is left out, and text stays text."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from huoshui.explain.rules import RULE_KINDS
from huoshui.kernel.citation import Certainty
from huoshui.kernel.errors import Refused
from huoshui.pipeline.handbook import MARKER, Book, book_of, region_roots, write_handbook
from huoshui.pipeline.handbook.leaves import NOTHING, Grid, Line
from huoshui.pipeline.handbook.markup import tag
from huoshui.pipeline.handbook.printed import faces_folder, pdf
from huoshui.policy.loader import load
from tests.region import told

PACKS = Path(__file__).resolve().parents[2] / "packs"
DAY = dt.date(2026, 11, 20)
ODD = """<script>alert("&")</script> #panic("x") *b* $x$ @y \\u{41} 'q'"""


class Page(HTMLParser):
    """What a reader can follow and read on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.said: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [str(given[name]) for name in ("href", "src") if given.get(name)]
        self.ids += [str(given["id"])] if "id" in given else []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@pytest.fixture(scope="module")
def book() -> Book:
    return book_of(load(region_roots(PACKS, "demo"), asof=DAY), "demo")


@pytest.fixture(scope="module")
def site(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_handbook(book, tmp_path_factory.mktemp("book") / "out", printed=False).folder


@pytest.fixture(scope="module")
def pages(site: Path) -> Mapping[Path, Page]:
    return {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}


def small(book: Book, **changes: Any) -> Book:
    """Keep one entry of each kind, so that printing takes a moment; words may be changed."""
    kept = {entry.kind: entry for entry in reversed(book.entries) if not entry.links()}
    entries = tuple(type(e)(**{**vars(e), **changes}) for e in kept.values())
    return Book(book.region, book.pack, entries)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.problems[0].code


def test_every_rule_in_force_has_a_page_in_both_languages(book: Book, site: Path) -> None:
    for kind in RULE_KINDS:
        for name in book.pack.definitions(kind):
            for language in ("zh", "en"):
                assert (site / language / kind / f"{name}.html").is_file(), (kind, name)


def test_every_link_leads_to_a_page_and_a_place_on_it(pages: Mapping[Path, Page]) -> None:
    seen = 0
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path
        for link in page.links:
            where, _, place = link.partition("#")
            target = (path.parent / where).resolve() if where else path
            assert target.is_file(), f"{path}: {link}"
            if place:
                assert place in pages[target].ids, f"{path}: {link}"
            seen += 1
    assert seen > 10_000


def test_every_page_is_reached_from_the_first(site: Path, pages: Mapping[Path, Page]) -> None:
    reached, waiting = set(), [site / "index.html"]
    while waiting:
        path = waiting.pop()
        if path not in reached and path in pages:
            reached.add(path)
            waiting += [(path.parent / x.partition("#")[0]).resolve() for x in pages[path].links]
    assert reached == set(pages)


def test_nothing_is_fetched_from_elsewhere(pages: Mapping[Path, Page], site: Path) -> None:
    for page in pages.values():
        assert not [link for link in page.links if "//" in link or link.startswith("/")]
    assert "url(" not in (site / "handbook.css").read_text("utf-8")


def test_every_number_stands_with_its_mark_and_source(
    book: Book, site: Path, pages: Mapping[Path, Page]
) -> None:
    for entry in book.entries:
        text = "".join(pages[site / "zh" / entry.kind / f"{entry.name}.html"].said)
        assert f"最近核对 {entry.checked_on}" in text
        for cite in entry.cites():
            source = book.source(cite)
            assert f"《{source.title.zh}》" in text
            assert source.issuer in text
            assert source.number is None or source.number in text
            assert book.mark(cite)["zh"] in text


def test_what_is_unknown_or_the_houses_own_is_said_first(
    book: Book, site: Path, pages: Mapping[Path, Page]
) -> None:
    seen = set()
    for entry in book.entries:
        text = "".join(pages[site / "en" / entry.kind / f"{entry.name}.html"].said)
        marks = {book.place(cite).mark for cite in entry.cites()}
        terms = getattr(book.pack.definitions(entry.kind)[entry.name], "terms_are", None)
        if Certainty.HOUSE in marks:
            assert "house's own" in text
            seen.add("house")
        if Certainty.UNKNOWN in marks:
            assert "Some values are unknown" in text, entry.key
            seen.add("unknown")
        if terms == "house":
            assert "Demo terms" in text
            seen.add("demo")
    assert seen == {"house", "unknown", "demo"}


def test_a_rating_stands_under_its_caution_and_never_as_a_likelihood(
    book: Book, site: Path, pages: Mapping[Path, Page]
) -> None:
    for entry in book.entries:
        if entry.kind == "ratings":
            text = "".join(pages[site / "zh" / "ratings" / f"{entry.name}.html"].said)
            caution = book.pack.ratings[entry.name].caution
            assert caution is None or caution.zh in text
            assert "不表示获得认定、获批或违约的可能性" in text


def test_a_threshold_of_a_rule_is_told_with_its_unit(
    site: Path, pages: Mapping[Path, Page]
) -> None:
    # sme-cultivation-2026: three years, revenue of 50 million, a debt ratio of at most 75 %
    said = "".join(pages[site / "zh/titles/little_giant.html"].said)
    assert "3 年" in said
    assert "5,000 万元" in said
    assert "75 %" in said
    assert "优质中小企业梯度培育管理办法" in said


def test_search_finds_by_title_by_words_and_by_source(site: Path) -> None:
    text = (site / "zh/search-data.js").read_text("utf-8")
    rows = json.loads(text.removeprefix("window.HANDBOOK=").rstrip().rstrip(";"))
    found = {address: f"{title} {words}" for title, address, _, words in rows}
    assert "小巨人" in found["titles/little_giant.html"]
    assert "资产负债率" in found["titles/little_giant.html"]
    assert "优质中小企业梯度培育管理办法" in found["titles/little_giant.html"]
    assert all((site / "zh" / address.partition("#")[0]).is_file() for address in found)


def test_words_of_a_pack_stay_words_on_a_page(book: Book, tmp_path: Path) -> None:
    odd = small(book, label={"zh": ODD, "en": ODD}, lead={"zh": ODD, "en": ODD})
    folder = write_handbook(odd, tmp_path / "odd", printed=False).folder
    for path in folder.rglob("*.html"):
        page = Page(path.read_text("utf-8"))
        assert page.tags.count("script") == (0 if path.parent == folder else 2)
    entry = odd.entries[0]
    page = Page((folder / "zh" / entry.kind / f"{entry.name}.html").read_text("utf-8"))
    assert ODD in page.said


def test_words_of_a_pack_stay_words_on_paper(book: Book) -> None:
    # a #panic that were evaluated would stop the printing
    odd = small(book, label={"zh": ODD, "en": ODD}, lead={"zh": ODD, "en": ODD})
    assert pdf(odd, "zh", faces=faces_folder()).startswith(b"%PDF")


def test_two_runs_give_the_same_bytes_and_a_folder_of_ours_is_written_over(
    book: Book, tmp_path: Path
) -> None:
    first = write_handbook(small(book), tmp_path / "a")
    before = bytes_of(first.folder)
    write_handbook(small(book), tmp_path / "a")
    again = bytes_of(write_handbook(small(book), tmp_path / "b").folder)
    assert before == bytes_of(first.folder) == again
    assert {"handbook-zh.pdf", "handbook-en.pdf", MARKER} <= set(before)
    assert sorted(x.name for x in tmp_path.iterdir()) == ["a", "b"]


def test_one_language_alone_has_no_way_to_the_other(book: Book, tmp_path: Path) -> None:
    folder = write_handbook(small(book), tmp_path / "zh", languages=["zh"], printed=False).folder
    assert not (folder / "en").exists()
    for path in folder.rglob("*.html"):
        for link in Page(path.read_text("utf-8")).links:
            assert (path.parent / link.partition("#")[0]).exists() or link.startswith("#")


@pytest.fixture
def somebodys(book: Book, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter-1.txt").write_text("years of work")
    yield folder
    assert (folder / "chapter-1.txt").read_text() == "years of work"


def test_a_folder_that_holds_other_things_is_left_alone(book: Book, somebodys: Path) -> None:
    with pytest.raises(Refused) as refused:
        write_handbook(small(book), somebodys, printed=False)
    assert code_of(refused) == "handbook.not_ours"
    assert "chapter-1.txt" in str(refused.value)


def test_a_marker_vouches_only_for_what_it_lists(book: Book, somebodys: Path) -> None:
    made = write_handbook(small(book), somebodys.parent / "made", printed=False).folder
    shutil.copy(made / MARKER, somebodys / MARKER)
    with pytest.raises(Refused) as refused:
        write_handbook(small(book), somebodys, printed=False)
    assert code_of(refused) == "handbook.not_ours"
    (somebodys / MARKER).write_text("not json")
    with pytest.raises(Refused):
        write_handbook(small(book), somebodys, printed=False)


def test_a_file_is_no_folder(book: Book, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(Refused) as refused:
        write_handbook(small(book), tmp_path / "file", printed=False)
    assert code_of(refused) == "handbook.not_a_folder"
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("region", ["atlantis", "common", "", "../packs/demo"])
def test_an_unknown_region_names_those_there_are(region: str) -> None:
    with pytest.raises(Refused) as refused:
        region_roots(PACKS, region)
    assert code_of(refused) == "handbook.no_region"
    assert "demo, " in str(refused.value)
    assert "hunan" in str(refused.value)


def test_the_command_writes_a_region_and_says_how_much(tmp_path: Path) -> None:
    given = ("--region", "wuhan", "--out", tmp_path / "book", "--asof", DAY, "--no-pdf", "--json")
    answer = told("packs", "handbook", *given)
    assert answer.code == 0, answer.err
    found = answer.json
    written = bytes_of(tmp_path / "book")
    assert found["region"] == "wuhan"
    assert found["files"] == len(written) - 1  # the marker is not counted
    assert found["bytes"] == sum(len(written[name]) for name in written if name != MARKER)
    assert not any(name.endswith(".pdf") for name in written)


def test_without_the_chinese_face_nothing_is_printed() -> None:
    with pytest.raises(Refused) as refused:
        faces_folder("no-such-face-of-type")
    assert code_of(refused) == "print.no_face"
    assert "--no-pdf" in str(refused.value)


def test_a_first_cell_reaches_over_the_empty_ones_below_it() -> None:
    said = Line({"zh": "甲", "en": "a"})
    rows = ((said, said), (NOTHING, said), (NOTHING, said), (said, said))
    assert Grid({"zh": "", "en": ""}, rows).spans() == [3, 0, 0, 1]


def test_a_tag_escapes_what_it_is_given() -> None:
    assert tag("p", "a<b", title='"') == '<p title="&quot;">a&lt;b</p>'
