"""What people read: numbers by unit, verdicts in sentences, and what is missing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random
from decimal import Decimal
from pathlib import Path

import pytest

from huoshui import explain, matching, ratings
from huoshui.explain.numbers import plain_number
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.policy.scope import profile_scope


@pytest.fixture(scope="module")
def pack(demo_packs: list[Path], asof: dt.date) -> Pack:
    return load(demo_packs, asof=asof)


FIRM = {
    "subject_kind": "firm",
    "registration_status": "operating",
    "company_age_months": 60,
    "is_high_tech": True,
    "is_dishonest_debtor": False,
    "was_dishonest_24m": False,
    "is_abnormal": False,
    "serious_penalties_24m_count": 0,
    "tax_grade": "B",
    "invention_patents_count": 4,
    "class_two_rights_count": 12,
    "rd_intensity": 0.021,
    "rd_staff_share": 0.22,
    "high_tech_revenue_share": 0.7,
    "revenue_fen": 3_000_000_000,
    "revenue_growth": 0.12,
    "net_margin": 0.06,
    "debt_ratio": 0.5,
    "tax_paid_12m_fen": 30_000_000,
    "knowledge_value_low": 63.0,
    "knowledge_value_high": 69.0,
    "knowledge_value_line": 300_000_000,
}


def _row(pack: Pack, **changes: object) -> dict[str, object]:
    return {**dict.fromkeys(profile_scope(pack).columns), **FIRM, **changes}


def _report(pack: Pack, row: dict[str, object]) -> explain.Report:
    plan = matching.compile(pack, asof=pack.asof)
    (trace,) = matching.explain_one(
        pack, row, asof=pack.asof, plan=plan, offerings=["knowledge_value_loan"]
    )
    terms = matching.terms_of(plan.terms["knowledge_value_loan"], row, asof=pack.asof)
    return explain.offering_report(pack, trace, row, terms=terms)


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (512_300_000, "fen", "512.3 万元", "5,123,000 yuan"),
        (12_345, "fen", "123.45 元", "123.45 yuan"),
        (Decimal("1.5"), "wan_yuan", "1.5 万元", "15,000 yuan"),
        (25_000_000_000, "fen", "2.5 亿元", "250,000,000 yuan"),
        (0.021, "ratio", "2.1 %", "2.1 %"),
        (450.0, "bp", "4.5 %", "4.5 %"),
        (12, "month", "12 个月", "12 months"),
        (None, "fen", "未知", "unknown"),
        (True, None, "是", "yes"),
        (dt.date(2026, 1, 2), None, "2026-01-02", "2026-01-02"),
    ],
)
def test_a_value_is_written_by_its_unit(
    pack: Pack, value: object, unit: str | None, zh: str, en: str
) -> None:
    assert explain.shown(pack, value, unit, "zh") == zh
    assert explain.shown(pack, value, unit, "en") == en


def test_a_small_number_does_not_vanish_and_nothing_is_minus_nothing() -> None:
    assert plain_number(Decimal("0.00123")) == "0.0012"
    assert plain_number(Decimal("-0.0")) == "0"


def test_an_open_offering_says_so_with_its_terms(pack: Pack) -> None:
    report = _report(pack, _row(pack))
    assert report["verdict"] == "yes"
    assert report["sentence"]["zh"].startswith("可申请：知识价值信用贷款")
    assert "300 万元" in report["terms"]["sentence"]["zh"]
    assert report["terms"]["amount_fen"] == 300_000_000


def test_a_closed_offering_names_the_clause_the_value_and_the_threshold(pack: Pack) -> None:
    report = _report(pack, _row(pack, company_age_months=7))
    assert report["verdict"] == "no"
    assert "正常经营满12 个月（成立月数 7 个月）" in report["sentence"]["zh"]
    assert "operated for at least 12 months" in report["sentence"]["en"]
    (clause,) = [c for c in report["clauses"] if c["verdict"] is False]
    assert clause["cite"] == "yuanjiang-library-2025#age"
    assert clause["mark"] == "seen"
    assert clause["found"][0]["value"] == 7
    assert clause["compared_with"][0]["value"] == "12"


def test_an_unknown_offering_says_what_is_missing_and_what_shows_it(pack: Pack) -> None:
    report = _report(pack, _row(pack, tax_grade=None))
    assert report["verdict"] == "unknown"
    assert "缺纳税信用等级，可由" in report["sentence"]["zh"]
    (clause,) = [c for c in report["clauses"] if c["verdict"] is None]
    assert (clause["missing"], clause["evidence"]) == (["tax_grade"], ["tax_grade"])


def test_a_score_in_doubt_names_the_criteria_that_are_open(pack: Pack) -> None:
    row = _row(pack, knowledge_value_low=30.0, rd_intensity=None)
    report = _report(pack, row)
    (clause,) = [c for c in report["clauses"] if c["verdict"] is None]
    assert clause["clause"] == "grade_reached"
    assert "rd_intensity" in clause["missing"]
    assert "rd_spending" in clause["evidence"]


def test_reports_are_plain_data_and_the_same_each_time(pack: Pack) -> None:
    row = _row(pack)
    trace = ratings.explain(pack, "knowledge_value", row, asof=pack.asof)
    report = explain.rating_report(pack, trace, row)
    assert json.dumps(report) == json.dumps(explain.rating_report(pack, trace, row))
    assert json.loads(json.dumps(_report(pack, row)))["verdict"] == "yes"
    assert (report["low"], report["high"], report["score"]) == ("63", "69", None)
    assert report["missing"][0]["columns"] == ["government_projects_36m_count"]


@pytest.mark.parametrize("language", explain.LANGUAGES)
def test_lines_say_the_caution_and_whose_the_terms_are(
    pack: Pack, language: explain.Language
) -> None:
    row = _row(pack)
    trace = ratings.explain(pack, "knowledge_value", row, asof=pack.asof)
    lines = list(explain.rating_lines(explain.rating_report(pack, trace, row), language))
    assert any(line.strip().startswith("※") for line in lines)
    offering = list(explain.offering_lines(_report(pack, row), language))
    assert any(line.strip().startswith("※") for line in offering)
    assert sum("✓" in line for line in offering) == len(_report(pack, row)["clauses"])


def test_what_was_told_before_never_stands_for_what_would_be_told_anew(pack: Pack) -> None:
    """One pack tells of many rows in turn; a copy of it, which remembers nothing, of each row."""
    chance = random.Random(20261121)
    plan = matching.compile(pack, asof=pack.asof)
    offerings = chance.sample(list(pack.offerings), 25)
    names = sorted({name for name in plan.reads if name in pack.indicators})
    rows = [_row(pack)]
    for _ in range(12):  # each a little other than the one before, so that much is told again
        lost = dict.fromkeys(chance.sample(names, 3))
        flags = {n: chance.choice([True, False]) for n in ("is_high_tech", "is_abnormal")}
        staff = chance.choice([1, 1.0, 2.5])
        rows.append({**rows[-1], **lost, **flags, "company_age_months": staff})
    for row in rows:
        given = {"asof": pack.asof, "plan": plan, "offerings": offerings}
        traces = matching.explain_one(pack, row, **given)
        anew = dataclasses.replace(pack)
        assert not anew.remembered
        for trace in traces:
            told = json.dumps(explain.offering_report(pack, trace, row), default=str)
            assert told == json.dumps(explain.offering_report(anew, trace, row), default=str)


def test_whoever_adds_to_a_report_changes_no_other(pack: Pack) -> None:
    row = _row(pack)
    (trace,) = matching.explain_one(pack, row, asof=pack.asof, offerings=["knowledge_value_loan"])
    first = explain.clause_report(pack, trace.clauses[0], row)
    as_told = dict(first)
    first["parts"] = ["more"]
    assert explain.clause_report(pack, trace.clauses[0], row) == as_told
