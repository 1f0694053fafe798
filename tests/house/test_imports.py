"""The orders of import hold, and each contract is seen to fail when it is broken."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / ".importlinter"

BREAKS = {
    "flow": ("facts/build.py", "import huoshui.matching"),
    "kernel-pure": ("kernel/errors.py", "import pyarrow"),
    "stages-pure": ("matching/__init__.py", "import duckdb"),
    "one-door-to-engines": ("cli/main.py", "import huoshui.engines"),
    "web-asks": ("web/desk/queries/menu.py", "import huoshui.pipeline.run"),
    "apps": ("web/audit/rules/actor.py", "import huoshui.web.parties"),
    "inside-an-app": ("web/parties/models.py", "import huoshui.web.parties.actions"),
    "one-book": ("web/desk/queries/menu.py", "import huoshui.web.ledger.models"),
    "rules-pure": ("web/audit/rules/actor.py", "import django"),
}
"""Contract -> a file and a line which, added to it, must break that contract."""


def contracts() -> set[str]:
    parser = configparser.ConfigParser()
    parser.read(CONFIG)
    return {name.split(":")[-1] for name in parser.sections() if ":contract:" in name}


def lint(folder: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--config", ".importlinter"]
    command += ["--no-cache"] + (["--contract", contract] if contract else [])
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CONFIG, tmp_path / ".importlinter")
    return tmp_path


def test_every_contract_has_a_way_of_being_broken_here() -> None:
    assert contracts() == set(BREAKS)


@pytest.mark.parametrize("contract", sorted(BREAKS))
def test_a_contract_fails_when_it_is_broken(copy: Path, contract: str) -> None:
    before = lint(copy, contract)
    assert before.returncode == 0, before.stdout
    name, line = BREAKS[contract]
    file = copy / "src/huoshui" / name
    file.write_text(file.read_text("utf-8") + f"\n{line}\n", "utf-8")
    after = lint(copy, contract)
    assert after.returncode == 1, after.stdout
    assert "BROKEN" in after.stdout


def test_a_new_package_without_a_place_in_the_order_is_refused(copy: Path) -> None:
    (copy / "src/huoshui/stray").mkdir()
    (copy / "src/huoshui/stray/__init__.py").write_text('"""Nobody said where this goes."""\n')
    assert lint(copy, "flow").returncode == 1
