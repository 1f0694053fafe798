"""Why-not reports: distances, ways, evidence and intervals, each worked by hand."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from huoshui.explain import whynot_lines, whynot_report
from huoshui.matching import Rules
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Indicator, Source
from tests.given import SOURCE
from tests.matching.chance import DAY, HOUSE, change, indicator, label, pack_with, rating

SCORE = rating(
    groups=[
        {
            "id": "g",
            "label": label("g"),
            "criteria": [
                {
                    "id": "inventions",
                    "indicator": "inventions",
                    "tiers": [{"points": 0}, {"at_least": 1, "points": 20}],
                    "cite": HOUSE,
                },
                {
                    "id": "share",
                    "indicator": "share",
                    "tiers": [
                        {"points": 0},
                        {"at_least": "0.03", "points": 20},
                        {"at_least": "0.05", "points": 40},
                    ],
                    "cite": HOUSE,
                },
            ],
        }
    ],
    bands=[
        {"grade": "A", "at_least": 60, "label": label("A"), "cite": HOUSE},
        {"grade": "B", "at_least": 20, "label": label("B"), "cite": HOUSE},
        {"grade": "C", "label": label("C"), "cite": HOUSE},
    ],
)


def indicators() -> list[Indicator]:
    return [
        indicator("subject_kind", "text", vocabulary="subject_kind"),
        indicator("revenue", "number", "fen"),
        indicator("spend", "number", "fen", change=change("3", "higher")),
        indicator("share", "number", "ratio", formula="spend / revenue"),
        indicator("inventions", "number", "count", change=change("4", "higher")),
        indicator("penalties", "number", "count"),
        indicator("listed", "flag", change=change("1", "higher")),
        indicator("held_until", "day"),
    ]


def pack_for(*clauses: str) -> Pack:
    import yaml

    pack = pack_with(indicators(), [SCORE], list(clauses))
    pack.sources["house"] = Source.model_validate(yaml.safe_load(SOURCE))  # type: ignore[index]
    return pack


def report_of(pack: Pack, row: dict[str, object], **more: Any) -> Any:
    rules = Rules(pack)
    given = {"subject_kind": "firm", **row}
    whole = rules.moved(rules.whole_row(given), given)
    kind, name = more.pop("ask", ("offerings", "wanted"))
    found = whynot_report(pack, kind, name, whole, DAY, rules=rules, **more)
    json.dumps(found)
    assert list(whynot_lines(found, "zh"))
    assert list(whynot_lines(found, "en"))
    return found


# 30 yuan of R&D on 1,000 yuan of revenue is 3 %.
ROW: dict[str, object] = {
    "revenue": 100_000,
    "spend": 3_000,
    "inventions": 0,
    "penalties": 2,
    "listed": False,
}


def clause(report: Any, name: str) -> Any:
    return next(c for c in report["clauses"] if c["clause"] == name)


def test_a_failing_clause_says_how_far_and_in_which_unit() -> None:
    report = report_of(pack_for("inventions >= 3", "penalties < 1 or share >= 0.05"), ROW)
    assert report["verdict"] == "no"
    first = clause(report, "clause_0")
    assert (first["value"], first["threshold"], first["distance"]) == (0, 3, 3)
    assert first["unit"] == "count"
    parts = clause(report, "clause_1")["parts"]
    assert [(p["column"], p["distance"]) for p in parts] == [("penalties", 1), ("share", 0.02)]


def test_a_part_under_not_is_told_the_way_it_is_wanted() -> None:
    report = report_of(pack_for("not (penalties >= 2)"), ROW)
    (part,) = clause(report, "clause_0")["parts"]
    assert (part["asks"], part["threshold"], part["verdict"]) == ("<", 2, False)


def test_points_become_what_earns_them() -> None:
    # 0 inventions and 3 % earn 0 + 20.  60 points ask for both: one invention (effort 4) for 20,
    # and 5 % for 40, which is 50 yuan of R&D: one threshold further, effort 3.
    report = report_of(pack_for("score >= 60"), ROW)
    way = report["nearest"]
    assert way["reached"]
    assert way["verified"]
    assert {(c["column"], c["from"], c["to"]) for c in way["changes"]} == {
        ("inventions", 0, 1),
        ("spend", 3_000, 5_000),
    }
    assert way["effort"] == "7"


def test_the_cheaper_of_two_ways_is_taken() -> None:
    # 40 points: one invention (effort 4) beside the 20 there are, or 5 % alone (effort 3).
    report = report_of(pack_for("score >= 40"), ROW)
    assert [c["column"] for c in report["nearest"]["changes"]] == ["spend"]


def test_what_the_subject_cannot_move_blocks() -> None:
    report = report_of(pack_for("penalties < 1", "listed"), ROW)
    assert not report["nearest"]["reached"]
    assert report["nearest"]["blocking"] == ["clause_0"]


def test_an_unknown_that_can_be_shown_is_one_step() -> None:
    report = report_of(pack_for("inventions >= 1"), {**ROW, "inventions": None})
    assert report["verdict"] == "unknown"
    (step,) = report["nearest"]["changes"]
    assert (step["shown"], step["to"], step["steps"]) == (True, 1, 1)
    assert [u["column"] for u in report["unknown"]] == ["inventions"]


def test_a_score_with_missing_evidence_is_an_interval() -> None:
    report = report_of(pack_for("reaches(score, 60)"), {**ROW, "inventions": None})
    interval = report["interval"]
    assert (interval["low"], interval["high"]) == ("20", "40")
    assert interval["moves_most"]["id"] == "inventions"
    assert interval["thresholds"] == [60]


def test_a_rating_is_asked_for_the_next_grade() -> None:
    report = report_of(pack_for("listed"), ROW, ask=("ratings", "score"))
    # 20 points are grade B; A from 60.
    assert (report["grade"], report["wanted_grade"]) == ("B", "A")
    grade = clause(report, "grade")
    assert (grade["value"], grade["threshold"], grade["distance"]) == (20, 60, 40)
    assert report["nearest"]["effort"] == "7"


def test_days_are_told_in_days() -> None:
    pack = pack_for("asof <= held_until")
    report = report_of(pack, {**ROW, "held_until": dt.date(2026, 11, 1)})
    assert clause(report, "clause_0")["distance"] == 20
    assert report["earliest"]["day"] is None


def test_a_scheme_whose_points_nobody_knows_is_neither_passed_nor_to_be_earned() -> None:
    root = Path(__file__).resolve().parents[2] / "packs"
    pack = load([root / "common", root / "hunan"], asof=dt.date(2026, 11, 20))
    row = Rules(pack).whole_row({"subject_kind": "firm"})
    found: Any = whynot_report(pack, "ratings", "hunan_knowledge_value", row, pack.asof)
    assert found["verdict"] == "unknown"
    assert found["interval"]["low"] is None
    assert (found["nearest"], found["earliest"]) == (None, None)
