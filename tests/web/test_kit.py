"""The kit: every part says what `huoshui explain` said, in both languages, and hides no doubt."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from huoshui.web.audit.rules.charts import Chart
from huoshui.web.audit.rules.language import speak
from tests.region import told
from tests.web.gallery import STATIC, TEMPLATES, both, page, start_django

LARGEST_BYTES = 1_000_000


@pytest.fixture(scope="session")
def explained(small_region: tuple[Any, dict[str, Any]], asof: dt.date) -> dict[str, Any]:
    """What the command line explains of a firm to which something is open and something not."""
    home, _ = small_region
    said = told("match", "--offering", "easy_tech_loan", "--home", home, "--json")
    code = said.json["open_to"][0]
    answer = told("explain", code, "--home", home, "--asof", str(asof), "--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="session")
def pages(explained: dict[str, Any]) -> dict[str, str]:
    return {language: page(explained, language) for language in ("zh", "en")}


class Reading(HTMLParser):
    """What a page holds: its words, and the attributes of every element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if not self._script:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def rendered(source: str, language: str = "zh", **context: object) -> str:
    start_django()
    from django.template import engines

    speak(language)
    template = engines["django"].from_string("{% load said drawing %}" + source)
    return str(template.render({"language": language, **context}))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_shows_every_sentence_of_an_offer_in_its_language(
    pages: dict[str, str], explained: dict[str, Any], language: str
) -> None:
    text = Reading(pages[language]).text
    for offer in explained["offers"][:4]:
        assert offer["label"][language] in text
        for clause in offer["clauses"]:
            shown = "sentence" if clause["verdict"] is None else "say"
            assert " ".join(clause[shown][language].split()) in text


def test_each_part_marks_how_sure_we_are_and_says_that_a_score_is_no_probability(
    pages: dict[str, str], explained: dict[str, Any]
) -> None:
    assert "不是违约概率" in pages["zh"]
    assert "not a probability of default" in pages["en"]
    cautions = [r["caution"]["zh"] for r in explained["ratings"] if r["caution"]]
    assert cautions, "the house's own schemes say what they are"
    for caution in cautions:
        assert caution in pages["zh"]
    for word in ("本平台自定", "额度利率为平台示例，非机构报价"):
        assert word in pages["zh"], "what the house made up is said to be made up"
    assert "均为虚构" in pages["zh"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_inline_is_on_a_page_for_the_content_policy_forbids_it(
    pages: dict[str, str], language: str
) -> None:
    elements = Reading(pages[language]).elements
    assert [a for _, a in elements if "style" in a or any(n.startswith("on") for n in a)] == []
    assert [t for t, _ in elements if t == "style"] == []
    scripts = [a for t, a in elements if t == "script"]
    assert all("src" in a or a.get("type") == "application/json" for a in scripts)
    outside = re.compile(r"^(https?:)?//")
    asked = [a[n] for _, a in elements for n in ("src", "href", "action") if a.get(n)]
    assert [x for x in asked if x and outside.match(x)] == []


@pytest.mark.parametrize(("language", "said_in"), [("zh", "zh-CN"), ("en", "en")])
def test_every_input_has_a_label_and_every_id_is_said_once(
    pages: dict[str, str], language: str, said_in: str
) -> None:
    elements = Reading(pages[language]).elements
    ids = [a["id"] for _, a in elements if a.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {a.get("for") for t, a in elements if t == "label"}
    inputs = [a for t, a in elements if t in ("input", "select", "textarea")]
    open_inputs = [a for a in inputs if a.get("type") not in ("hidden", "checkbox", "radio")]
    assert open_inputs
    assert [a for a in open_inputs if a.get("id") not in labelled] == []
    described = {x for _, a in elements for x in (a.get("aria-describedby") or "").split()}
    assert described <= set(ids)
    assert elements[0] == ("html", {"lang": said_in, "data-bs-theme": "light"})


def test_english_pages_hold_chinese_only_where_it_is_a_name(pages: dict[str, str]) -> None:
    start_django()
    words = [w for w in Reading(pages["en"]).words if re.search(r"[\u4e00-\u9fff]", w)]
    names = ("活水", "李明", "中文", "万元", "贷")
    assert [w for w in words if not any(name in w for name in names)] == []


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("{{ x|money }}", "1,234.56 万元", "12,345,600 yuan"),
        ("{{ x|yuan }}", "12,345,600.00", "12,345,600.00"),
        ("{{ x|number }}", "1,234,560,000", "1,234,560,000"),
        ("{{ none|money }}", "未知", "unknown"),
        ("{{ none|yuan }}", "未知", "unknown"),
        ("{{ none|bp }}", "未知", "unknown"),
        ("{{ none|day }}", "未知", "unknown"),
        ("{{ zero|money }}", "0 元", "0 yuan"),
        ("{{ rate|bp }}", "3.65%", "3.65%"),
        ("{{ share|percent }}", "10.97%", "10.97%"),
        ("{{ then|age:today }}", "3 天前", "3 days ago"),
        ("{{ soon|age:today }}", "还有 1 天", "in 1 day"),
        ("{{ at|moment }}", "2026-11-20 14:03", "2026-11-20 14:03"),
        ('{% t "共 {n} 户" "{n} firms" n=5 %}', "共 5 户", "5 firms"),
        ("{% said label %}{{ label|said }}", "活水活水", "HuoshuiHuoshui"),
    ],
)
def test_values_are_said_as_people_read_them_and_unknown_is_never_zero(
    source: str, zh: str, en: str
) -> None:
    context = {
        "x": 1_234_560_000,
        "zero": 0,
        "none": None,
        "rate": 365,
        "share": 0.1097,
        "today": dt.date(2026, 11, 20),
        "then": dt.date(2026, 11, 17),
        "soon": dt.date(2026, 11, 21),
        "at": dt.datetime(2026, 11, 20, 6, 3, tzinfo=dt.UTC),
        "label": both("活水", "Huoshui"),
    }
    for language, wanted in (("zh", zh), ("en", en)):
        assert Reading(rendered(source, language, **context)).text == wanted


def test_what_people_wrote_is_shown_and_never_run() -> None:
    evil = "<script>alert(1)</script>"
    source = '{% t "你好 {name}" "Hello {name}" name=x %}{% said x %}{{ x|said }}'
    assert "<script>" not in rendered(source, x=evil)
    drawn = Chart(
        "c",
        both(evil, evil),
        both(evil, evil),
        (both("年", "Year"), both(evil, evil)),
        ((evil, 1),),
    )
    out = rendered("{% chart drawn %}", drawn=drawn)
    assert out.count("<script") == 1
    assert "alert(1)</script>" not in out


def test_a_chart_has_its_sentence_and_its_table_or_is_refused() -> None:
    head = (both("年", "Year"), both("余额", "Balance"))
    with pytest.raises(AssertionError, match="says what it shows"):
        Chart("c", both("题", "Title"), both("", ""), head, (("2025", 1),))
    gap = Chart("c", both("题", "Title"), both("说", "Said"), head, (("2025", None),), unit="fen")
    out = rendered("{% chart gap %}", gap=gap)
    assert "未知" in Reading(out).text
    assert '["2025", null]' in out


def test_a_problem_is_said_in_the_language_of_the_page(pages: dict[str, str]) -> None:
    assert "本产品今年的额度只剩 120 万元。" in pages["zh"]
    assert "Only 1,200,000 yuan is left" in pages["en"]
    assert "请填写这一项。" in pages["zh"]
    assert "Fill this in." in pages["en"]


def test_every_vendored_file_is_the_one_whose_digest_is_written_down() -> None:
    said = dict(
        re.findall(r"^- `([^`]+)` ([0-9a-f]{64})$", (STATIC / "VENDOR.md").read_text(), re.M)
    )
    vendored = sorted(p for p in (STATIC / "vendor").iterdir() if p.is_file())
    assert {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in vendored} == said
    assert [p.name for p in vendored if p.stat().st_size > LARGEST_BYTES] == []


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor/icons.svg").read_text()))
    source = "\n".join(p.read_text("utf-8") for p in TEMPLATES.parent.rglob("*.html"))
    named = set(re.findall(r'{% icon "([^"]+)"', source))
    named |= set(re.findall(r'symbol="([^"]+)"', source))
    assert named
    assert named <= sprite
