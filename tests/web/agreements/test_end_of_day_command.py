"""`huoshui eod`: it books every loan, exits 3 naming those held back, and does nothing twice."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from huoshui.cli import output
from huoshui.cli.end_of_day import eod
from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.project import day_ended, embedded
from huoshui.web.project.database import Database
from tests.web.agreements.portfolio import Portfolio


def test_the_command_books_all_loans_and_names_those_held_back(
    jobs_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(day_ended.database, "running", lambda home: nullcontext(jobs_database))
    (tmp_path / embedded.REMEMBERED).touch()
    book = Portfolio(11, loans=3)
    with acting(SYSTEM):
        book._loan("L-LOST", calendar="nowhere")

    def asked(*more: str) -> tuple[int, dict[str, Any]]:
        command = ["--home", str(tmp_path), "--asof", "2026-11-22", "--workers", "1", *more]
        done = CliRunner().invoke(eod, command, standalone_mode=False)
        if "--json" not in more:
            return done.return_value, {"said": done.output + done.stderr}
        return done.return_value, json.loads(done.output)

    code, said = asked("--json")
    assert code == output.DOES_NOT_HOLD
    assert said["nights"] == 3
    assert said["loans"] > 0
    assert [each["ref"] for each in said["held"]] == ["L-LOST"]
    code, told = asked()
    assert code == output.DOES_NOT_HOLD
    assert "0 nights of parts" in told["said"]
    assert "calendar.no_calendar" in told["said"]


def test_a_home_without_a_database_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(eod, ["--home", str(tmp_path)], standalone_mode=False)
    assert isinstance(done.exception, Refused)
    assert done.exception.problems[0].code == "day_end.no_database"


def test_what_breaks_off_is_told_with_its_last_words(
    jobs_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(day_ended.database, "running", lambda home: nullcontext(jobs_database))
    monkeypatch.setattr(day_ended, "MODULE", "huoshui.web.project.no_such_module")
    (tmp_path / embedded.REMEMBERED).touch()
    done = CliRunner().invoke(eod, ["--home", str(tmp_path)], standalone_mode=False)
    assert isinstance(done.exception, Refused)
    (problem,) = done.exception.problems
    assert problem.code == "day_end.broken_off"
    assert "no_such_module" in problem.message
