"""Every command speaks JSON when asked, and every refusal has the one shape and its exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from huoshui.cli.docs import walk
from huoshui.cli.main import cli
from tests.region import told

SHAPE = {"code", "message", "where", "fix", "cites"}


def leaves(command: click.Command) -> Iterator[tuple[str, click.Command]]:
    for context in walk(command, "huoshui"):
        if not isinstance(context.command, click.Group):
            yield str(context.info_name), context.command


def test_every_command_speaks_json_and_says_what_it_does() -> None:
    found = dict(leaves(cli))
    assert len(found) >= 15
    silent = [
        path
        for path, command in found.items()
        if not command.help or "as_json" not in {p.name for p in command.params}
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (["explain", "91X", "--home", "{tmp}"], 1, "place.no_lake"),
        (["ingest", "{tmp}/nowhere", "--home", "{tmp}"], 1, "intake.nothing_there"),
        (["packs", "check", "{tmp}/nowhere"], 1, None),
        (["run", "--asof", "2023-02-30", "--home", "{tmp}"], 2, "usage.wrong"),
        (["explain", "--home", "{tmp}"], 2, "usage.wrong"),
        (["no-such-command"], 2, "usage.wrong"),
        (["demo", "--firms", "3", "--home", "{tmp}"], 2, "usage.wrong"),
        (["model", "fit", "{tmp}/none.csv", "--target", "y"], 1, "model.no_table"),
    ],
)
def test_wrong_input_is_refused_in_the_one_shape(
    tmp_path: Path, arguments: list[str], code: int, problem: str | None
) -> None:
    given = [argument.replace("{tmp}", str(tmp_path)) for argument in arguments]
    answer = told(*given, "--json")
    assert answer.code == code, answer.err
    problems = answer.json.get("problems") or answer.json["faults"]
    assert all(set(p) == SHAPE for p in problems)
    assert all(p["fix"] for p in problems)
    if problem is not None:
        assert [p["code"] for p in problems] == [problem]


def test_without_json_a_refusal_says_what_to_do_on_standard_error(tmp_path: Path) -> None:
    answer = told("explain", "91X", "--home", tmp_path)
    assert answer.code == 1
    assert answer.out == ""
    assert "place.no_lake" in answer.err
    assert "huoshui demo" in answer.err


def test_an_empty_file_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/tax_grade.csv").write_bytes(b"")
    answer = told("ingest", tmp_path / "raw", "--home", tmp_path / "home", "--json")
    assert answer.code == 1
    (file,) = answer.json["files"]
    assert file["status"] == "refused"
    assert set(file["problem"]) == SHAPE
    again = told("ingest", tmp_path / "raw", "--home", tmp_path / "home", "--json")
    assert again.out == answer.out
