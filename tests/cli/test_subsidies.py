"""`huoshui subsidies`: what the office pays unasked is what each subject's own claims say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.region import told

Region = tuple[Path, dict[str, Any]]
DAY = ("--asof", "2026-11-20", "--json")


def test_everybody_to_be_paid_is_paid_what_their_own_claims_say(small_region: Region) -> None:
    home, _ = small_region
    found = told("subsidies", "--without-application", "--home", home, *DAY).json
    assert found["payments"], "the small region has somebody to pay"
    assert found["amount_fen"] == sum(each["amount_fen"] for each in found["payments"])
    for name, spent in found["budgets"].items():
        paid = [each for each in found["payments"] if each["offering"] == name]
        assert spent == {
            "subjects": len({each["entity"] for each in paid}),
            "amount_fen": sum(each["amount_fen"] for each in paid),
        }
    entity = found["payments"][0]["entity"]
    claims = told("subsidies", entity, "--home", home, *DAY).json["claims"]
    unasked = {c["offering"]: c["amount_fen"] for c in claims if c["without_application"]}
    assert unasked == {
        each["offering"]: each["amount_fen"]
        for each in found["payments"]
        if each["entity"] == entity
    }
    for claim in claims:
        assert (claim["amount_fen"] is not None) == (claim["standing"] == "claimable")
        assert claim["mark"] == "house"


def test_a_subject_or_everybody_is_asked_about_and_not_both(small_region: Region) -> None:
    home, _ = small_region
    for said in ((), ("914399020208357266", "--without-application")):
        answer = told("subsidies", *said, "--home", home, *DAY)
        assert answer.code == 2
        assert answer.json["problems"][0]["code"] == "usage.wrong"
