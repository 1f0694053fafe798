"""The official ACTUS cases pass, and a file that does not fit fails where it does not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from huoshui.cashflow.actus.official import FileRefusal, try_file
from huoshui.kernel.errors import Refused
from tests.cashflow.actus.given import BASIC

FILES = {"ann": 16, "ceg": 7, "lam": 16, "nam": 11, "pam": 13}

CASE: dict[str, Any] = {
    "identifier": "one",
    "terms": {**BASIC, "cycleOfInterestPayment": "P6ML0"},
    "to": "",
    "dataObserved": {},
    "eventsObserved": [],
    "results": [
        {"eventDate": "2026-01-01T00:00", "eventType": "IED", "payoff": "-1200.0"},
        {"eventDate": "2026-02-01T00:00", "eventType": "IP", "payoff": "12", "currency": "CNY"},
        {"eventDate": "2027-01-01T00:00", "eventType": "IP", "payoff": 132.0},
        {"eventDate": "2027-01-01", "eventType": "MD", "payoff": 1200, "notionalPrincipal": "0"},
    ],
}


def tried(tmp_path: Path, *cases: Any) -> dict[str, Any]:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({str(n): case for n, case in enumerate(cases)}), "utf-8")
    return try_file(path).to_dict()


@pytest.mark.parametrize("name", FILES)
def test_every_official_case_passes(shared_data: Path, name: str):
    found = try_file(shared_data / "actus" / f"actus-tests-{name}.json").to_dict()
    assert found == {"passed": FILES[name], "failed": 0, "failures": []}


def test_a_case_written_by_hand_passes(tmp_path):
    assert tried(tmp_path, CASE) == {"passed": 1, "failed": 0, "failures": []}


@pytest.mark.parametrize(
    ("row", "key", "value", "said"),
    [
        (1, "payoff", "12.001", "payoff"),
        (1, "currency", "USD", "currency"),
        (3, "notionalPrincipal", "1200", "notionalPrincipal"),
        (2, "eventType", "IPCI", "IPCI"),
        (2, "eventDate", "2026-12-31T00:00", "2026-12-31"),
        (2, "marginOfSafety", "3", "marginOfSafety"),
    ],
)
def test_a_difference_is_named_with_what_was_expected_and_what_came(
    tmp_path, row, key, value, said
):
    case = copy.deepcopy(CASE)
    case["results"][row][key] = value
    found = tried(tmp_path, case, CASE)
    assert (found["passed"], found["failed"]) == (1, 1)
    (failure,) = found["failures"]
    assert failure["case"] == "0"
    assert said in f"{failure['event']} {failure['expected']}"
    assert failure["got"] is not None


def test_too_few_and_too_many_events_are_told(tmp_path):
    short, long = copy.deepcopy(CASE), copy.deepcopy(CASE)
    short["results"].pop()
    long["results"].append({"eventDate": "2027-02-01T00:00", "eventType": "IP", "payoff": 0})
    found = tried(tmp_path, short, long)
    assert [(each["expected"], each["got"]) for each in found["failures"]] == [
        (None, "2027-01-01T00:00:00 MD"),
        ("IP", None),
    ]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"contractType": "XYZ"}, "XYZ is not computed here"),
        ({"notionalPrincipal": "many"}, "notionalPrincipal is many, which is not a number"),
        ({"maturityDate": "soon"}, "maturityDate is soon, which is not a date"),
        ({"maturityDate": ""}, "needs maturityDate"),
        ({"cycleOfInterestPayment": "P1X"}, "P1X is not a cycle"),
        ({"contractRole": "GOD"}, "contractRole is GOD"),
        (
            {"cycleOfRateReset": "P1ML0", "marketObjectCodeOfRateReset": "LPR"},
            "Nothing is observed of LPR",
        ),
    ],
)
def test_a_case_that_cannot_be_read_fails_alone_with_a_sentence(tmp_path, terms, said):
    found = tried(tmp_path, {**CASE, "terms": {**CASE["terms"], **terms}}, CASE)
    assert (found["passed"], found["failed"]) == (1, 1)
    assert said in found["failures"][0]["got"]


@pytest.mark.parametrize("case", [None, 7, [], {}, {"terms": None}, {"terms": {}, "results": []}])
def test_a_case_of_no_form_fails_alone(tmp_path, case):
    found = tried(tmp_path, case, CASE)
    assert (found["passed"], found["failed"]) == (1, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [("{", FileRefusal.UNREADABLE), ("{}", FileRefusal.NO_CASES), ("3", FileRefusal.NO_CASES)],
)
def test_a_file_of_no_cases_is_refused(tmp_path, text, code):
    path = tmp_path / "cases.json"
    path.write_text(text, "utf-8")
    with pytest.raises(Refused) as refused:
        try_file(path)
    assert refused.value.problems[0].code == code.code


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused, match="unreadable"):
        try_file(tmp_path / "none.json")
