"""Definitions told as rules: every number stands with its citation, in both languages."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from huoshui.explain import RULE_KINDS, rule_report
from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack

PACKS = Path(__file__).resolve().parents[2] / "packs"
DAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load([PACKS / "common", PACKS / "demo"], asof=DAY)


def labels(part: object) -> Iterator[dict[str, str]]:
    if isinstance(part, dict):
        if set(part) == {"zh", "en"}:
            yield part
        for value in part.values():
            yield from labels(value)
    elif isinstance(part, list):
        for value in part:
            yield from labels(value)


def test_every_definition_is_told_in_both_languages_as_plain_data(pack: Pack) -> None:
    for kind in RULE_KINDS:
        for name in pack.definitions(kind):
            report = rule_report(pack, kind, name)
            assert json.loads(json.dumps(report)) == report
            for label in labels(report):
                assert "{" not in label["zh"] + label["en"], (kind, name, label)


def test_a_clause_names_its_values_with_day_citation_and_mark(pack: Pack) -> None:
    report = rule_report(pack, "offerings", "knowledge_value_loan")
    (old_enough,) = (c for c in report["clauses"] if c["id"] == "old_enough")  # type: ignore[attr-defined]
    assert "12" in old_enough["say"]["zh"]
    (value,) = old_enough["values"]
    (entry,) = value["through_time"]
    assert (entry["from"], entry["cite"], entry["mark"]) == (
        "2024-01-01",
        "yuanjiang-library-2025#age",
        "seen",
    )
    assert entry["in_force"]


def test_a_ratings_tiers_say_which_end_belongs_to_them(pack: Pack) -> None:
    report = rule_report(pack, "ratings", "knowledge_value")
    (growth,) = (
        c
        for g in report["groups"]  # type: ignore[attr-defined]
        for c in g["criteria"]
        if c["column"] == "revenue_growth"
    )
    zh = [tier["range"]["zh"] for tier in growth["tiers"]]
    assert zh[0] == "≤ 0 %", "growth has to be above nothing to earn points"
    assert zh[1].startswith("> 0 %")


def test_a_rule_that_is_not_there_is_refused_with_what_to_do(pack: Pack) -> None:
    with pytest.raises(Refused) as refused:
        rule_report(pack, "offerings", "nothing")
    assert refused.value.problems[0].code == "asked_rule.no_such"
    with pytest.raises(Refused) as refused:
        rule_report(pack, "rumours", "nothing")
    assert "offerings" in refused.value.problems[0].fix
