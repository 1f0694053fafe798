"""`huoshui cashflow`: official cases tried from the command line, schedules as tables and CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from huoshui.cli import output
from huoshui.cli.main import cli
from tests.cashflow.actus.test_official import CASE

LOAN = ("--principal", "12万", "--rate", "6", "--drawn", "2026-01-20", "--matures", "2027-01-20")


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    """Run the command line in this process; give its exit code and what it printed."""
    code = output.run(cli, ["cashflow", *map(str, arguments)])
    return code, capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, Any]:
    """Run it for JSON."""
    code, out = said(capsys, *arguments, "--json")
    return code, json.loads(out)


def test_a_file_of_cases_is_tried_and_a_difference_fails_the_command(tmp_path: Path, capsys):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps({"one": CASE}), "utf-8")
    terms = {**CASE["terms"], "nominalInterestRate": "0.13"}
    bad.write_text(json.dumps({"one": {**CASE, "terms": terms}}), "utf-8")
    assert told(capsys, "actus", good) == (0, {"passed": 1, "failed": 0, "failures": []})
    code, answer = told(capsys, "actus", bad)
    assert code == 3
    assert answer["failures"][0] == {
        "case": "one",
        "event": "2: 2026-02-01T00:00 IP, payoff",
        "expected": 12.0,
        "got": 13.0,
    }
    assert "Where they differ" in said(capsys, "actus", bad)[1]
    assert told(capsys, "actus", tmp_path / "none.json")[0] == 1


def test_a_schedule_is_printed_as_json_as_csv_and_as_a_table(capsys):
    code, answer = told(capsys, "schedule", *LOAN, "--day-count", "months_and_days")
    assert code == 0
    assert (answer["principal_fen"], answer["interest_fen"]) == (12_000_000, 393_566)
    assert {each["payment_fen"] for each in answer["instalments"]} == {1_032_797, 1_032_799}
    early = ("--prepay", "2026-05-03:3万", "--keep", "payment", "--csv")
    rows = list(csv.DictReader(io.StringIO(said(capsys, "schedule", *LOAN, *early)[1])))
    assert sum(int(row["principal_fen"]) for row in rows) == 9_000_000
    table = said(capsys, "schedule", *LOAN)[1]
    assert "2027-01-20" in table
    assert "Interest in all" in table


def test_terms_that_cannot_be_are_refused_with_what_to_do(capsys):
    code, answer = told(capsys, "schedule", *LOAN, "--business-days", "SCF")
    assert (code, answer["problems"][0]["code"]) == (1, "calendar.no_year")
    assert told(capsys, "schedule", *LOAN, "--reference", "lpr_1y")[0] == 2
    for wrong in (("--rate", "cheap"), ("--principal", "much"), ("--prepay", "2026-05-03")):
        assert told(capsys, "schedule", *LOAN, *wrong)[0] == 2
