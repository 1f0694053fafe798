"""The page of a rule: what it asks, how it changed, who meets it, and a try of one's own."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from huoshui.matching.moved import Rules
from huoshui.policy.pack import Pack
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.insights.rules.trying import columns_of, fields_of, read, tried
from tests.web import given as parties
from tests.web.insights.test_pages import signed_in


@pytest.fixture(autouse=True)
def _day(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "HUOSHUI_DAY", str(parties.DAY))


@pytest.fixture
def pack(folder: Path) -> Pack:
    return pack_on(parties.DAY)


def seen(response: object) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", html.unescape(text))


def test_everybody_signed_in_reads_the_rules_and_nobody_else(loaded: object) -> None:
    from django.test import Client

    assert Client().get("/rules").status_code in (302, 303)
    bank = parties.institution("huoshui_city_bank")
    for role in ("auditor", "bank_officer"):
        page = signed_in(role, bank=bank if role.startswith("bank") else None)
        for kind in ("titles", "offerings", "ratings", "sharings", "tables"):
            assert page.get(f"/rules?kind={kind}").status_code == 200


def test_a_rule_says_its_words_values_citation_mark_and_how_many_meet_it(loaded: object) -> None:
    text = seen(signed_in("auditor").get("/rules/titles/tech_sme"))
    for words in ("科技型中小企业", "500", "试一试", "今天达到", "最近核对", "已查原页"):
        assert words in text, words
    assert "违约概率" not in text or "不是" in text


def test_asking_of_an_earlier_day_gives_the_rule_of_that_day(loaded: object) -> None:
    client = signed_in("auditor", language="en")
    now = seen(client.get("/rules/titles/srdi"))
    then = seen(client.get("/rules/titles/srdi?on=2025-06-01"))
    assert "2026-04-01" in now
    assert "This is the rule of 2025-06-01" in then
    assert "srdi@2022-08-01.yaml:" in then
    assert "srdi@2026-04-01.yaml:" in now


def test_a_day_without_a_version_leads_to_those_there_are(loaded: object) -> None:
    page = signed_in("auditor", language="en").get("/rules/titles/srdi?on=2010-01-01")
    assert page.status_code == 404
    assert "No version of this rule" in seen(page)
    assert "?on=2026-04-01" in page.content.decode()


def test_what_is_not_there_is_not_found(loaded: object) -> None:
    client = signed_in("auditor")
    for path in ("/rules/titles/nothing", "/rules/rumours/srdi"):
        assert client.get(path).status_code == 404


def test_values_typed_are_answered_clause_by_clause(loaded: object) -> None:
    client = signed_in("auditor", language="en")
    low = seen(client.get("/rules/titles/tech_sme?v_staff_count=501"))
    high = seen(client.get("/rules/titles/tech_sme?v_staff_count=500"))
    assert low != high
    fragment = client.get(
        "/rules/titles/tech_sme?v_staff_count=501", headers={"HX-Request": "true"}
    )
    assert fragment.content.decode().lstrip().startswith('<div id="tried"')


def test_what_cannot_be_read_is_said_and_the_rest_is_kept(loaded: object) -> None:
    page = signed_in("auditor", language="en").get(
        "/rules/titles/tech_sme?v_staff_count=many&v_revenue_fen=1200"
    )
    assert page.status_code == 200
    assert "many cannot be read" in seen(page)
    assert 'value="1200"' in page.content.decode()


def test_every_rule_can_be_tried_blank_and_at_each_of_its_thresholds(pack: Pack) -> None:
    rules = Rules(pack)
    for kind in ("titles", "ratings", "sharings", "tables"):
        for name in pack.definitions(kind):
            fields = fields_of(rules, kind, name, {})  # type: ignore[arg-type]
            assert {f.column for f in fields} == set(columns_of(rules, kind, name))  # type: ignore[arg-type]
            for field in fields:
                if field.kind == "number":
                    assert float(field.least) <= float(field.most)
                    assert float(field.step) > 0
            typed = {f.name: f.most for f in fields if f.kind == "number"}
            values, _, problems = read(fields, typed, pack)
            assert problems == [], (kind, name, [p.message for p in problems])
            assert tried(rules, kind, name, values)["answer"]  # type: ignore[arg-type]


def test_money_is_typed_in_ten_thousand_yuan_and_a_share_in_per_cent(pack: Pack) -> None:
    fields = fields_of(Rules(pack), "titles", "tech_sme", {})
    typed = {"v_revenue_fen": "20000", "v_rd_staff_share": "12.5", "v_staff_count": "12.5"}
    values, _, problems = read(fields, typed, pack)
    assert values["revenue_fen"] == 20_000_000_000
    if "rd_staff_share" in values:
        assert values["rd_staff_share"] == 0.125
    assert [p.where.field for p in problems if p.where] == ["v_staff_count"]
