"""The report of a decision: all it rests on, and equal bytes from another process."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from huoshui.explain import canonical, decision_report
from huoshui.kernel.errors import Where
from huoshui.matching import Asked, Limits
from huoshui.pipeline.offering_examples import profile_row
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack

PACKS = Path(__file__).resolve().parents[2] / "packs"
DAY = dt.date(2026, 11, 20)
GIVEN: dict[str, object] = {
    "subject_kind": "firm",
    "registration_status": "operating",
    "is_dishonest_debtor": False,
    "innovation_points": "70.25",
    "innovation_points_low": "70.25",
    "innovation_points_high": "70.25",
    "rd_intensity": "0.0512345678",
    "overdue_now_fen": 0,
    "open_enforcements_count": 0,
    "lenders_count": 2,
    "revenue_fen": 1_000_000_000,
}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load([PACKS / "common", PACKS / "demo"], asof=DAY)


def made(pack: Pack, **changed: object) -> dict[str, Any]:
    row = profile_row(pack, {**GIVEN, **changed}, Where("test"))
    asked, limits = Asked(100_000_000, 12, "research"), Limits(0, 0, 10**12)
    return decision_report(pack, row, "innovation_points_loan", asked, limits, asof=DAY, known=7)


def test_the_report_holds_the_rules_the_verdict_the_ratings_and_what_was_read(pack: Pack) -> None:
    report = made(pack)
    assert report["rules"] == {"pack_digest": pack.digest, "asof": "2026-11-20", "known": 7}
    assert report["offering"]["verdict"] == "yes"
    assert report["automatic"]["granted"] == {
        "amount_fen": 100_000_000,
        "rate_bp": 340,
        "months": 12,
    }
    assert [rating["rating"] for rating in report["ratings"]] == ["innovation_points"]
    columns = [column["column"] for column in report["profile"]]
    assert columns == sorted(columns)
    criteria = {c["indicator"] for c in report["ratings"][0]["criteria"]}
    assert {"revenue_fen", "rd_intensity", "innovation_points_low"} | criteria <= set(columns)
    assert "asked_fen" not in columns, "what is asked is no part of the profile"
    assert "village_credit_fen" not in columns, "what was not read is not told"


def test_a_double_and_a_whole_number_of_one_value_are_written_alike(pack: Pack) -> None:
    row = profile_row(pack, GIVEN, Where("test"))
    doubles = {k: float(v) if type(v) is int else v for k, v in row.items()}
    asked, limits = Asked(100_000_000, 12, "research"), Limits(0, 0, 10**12)
    one, other = (
        canonical(
            decision_report(pack, each, "innovation_points_loan", asked, limits, asof=DAY, known=7)
        )
        for each in (row, doubles)
    )
    assert json.loads(one)["automatic"] == json.loads(other)["automatic"]
    assert one == other


def test_another_process_makes_the_same_bytes(pack: Pack) -> None:
    here = canonical(made(pack))
    code = (
        "import sys; from tests.explain.test_decision import *;"
        "pack = load([PACKS / 'common', PACKS / 'demo'], asof=DAY);"
        "sys.stdout.buffer.write(canonical(made(pack)).encode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PACKS.parent,
        env={"PYTHONHASHSEED": "11", "PATH": ""},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == here


def test_another_fact_another_day_or_another_application_is_another_text(pack: Pack) -> None:
    assert canonical(made(pack)) != canonical(made(pack, lenders_count=3))
    assert canonical(made(pack)) == canonical(made(pack, village_credit_fen=5)), "not read"


def test_what_json_cannot_hold_is_null_and_nothing_is_rounded() -> None:
    text = canonical({"x": [float("inf"), 0.1 + 0.2, 1e300, dt.date(2026, 1, 2), ("a", True)]})
    assert text == '{"x":[null,0.30000000000000004,1e+300,"2026-01-02",["a",true]]}'
