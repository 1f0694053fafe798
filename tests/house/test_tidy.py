"""House rules, each with lines that it must catch and lines that it must let pass."""

from __future__ import annotations

import ast
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES_MOST, TEST_LINES_MOST, FUNCTION_LINES_MOST = 500, 800, 70
NAMES_REFUSED = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    found = [ROOT / name for name in listed if name.endswith(suffixes)]
    return [path for path in found if path.is_file()]


@dataclass(frozen=True)
class Rule:
    """A pattern that no line may match, where it applies, and what to write instead."""

    name: str
    pattern: str
    under: str
    instead: str
    bad: tuple[str, ...]
    good: tuple[str, ...]


RULES = (
    Rule(
        "the core does not read the clock",
        r"\b(date\.today|datetime\.now|datetime\.utcnow|time\.time)\(",
        r"src/huoshui/(?!cli/|bench/|web/project/clock\.py)",
        "take the day or the moment as an argument",
        ("asof = date.today()", "now = datetime.now()"),
        ("asof: date", "started = time.perf_counter()"),
    ),
    Rule(
        "no province or city in Python",
        r"湖南|湖北|武汉|长沙|重庆|hunan|hubei|wuhan|changsha|chongqing",
        r"src/huoshui/(?!pipeline/real\.py|synth/)",
        "say it in a pack",
        ('if region == "湖南":', 'load("packs/hunan")'),
        ("if region.startswith(prefix):",),
    ),
    Rule(
        "nothing is left for later",
        r"\b(TODO|FIXME|XXX)\b|NotImplementedError",
        r"(src|packs|tests)/(?!house/)",
        "do it, or file an issue and leave it out",
        ("# TODO: later", "raise NotImplementedError"),
        ("# the rest follows",),
    ),
    Rule(
        "no machine paths",
        r"(?<![\w.}/])/(work|root|farm|home)/",
        r"(src|packs|docs|tests|README|Makefile|\.ci)",
        "name the path relative to the repository",
        ("/work/main/x", "open('/root/x')"),
        ("packs/common", "https://x.org/home/"),
    ),
    Rule(
        "no print in the library",
        r"^\s*print\(",
        r"src/huoshui/(?!cli/)",
        "return what is to be shown; the command line shows it",
        ("    print(x)",),
        ("    pprint(x)", "    # print(x)"),
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_house_rule_catches_its_bad_lines_and_passes_its_good_ones(rule: Rule) -> None:
    pattern = re.compile(rule.pattern)
    assert [line for line in rule.bad if not pattern.search(line)] == []
    assert [line for line in rule.good if pattern.search(line)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_line_breaks_a_house_rule(rule: Rule) -> None:
    pattern, under = re.compile(rule.pattern), re.compile(rule.under)
    found = []
    for path in tracked(".py", ".yaml", ".md", ".toml", "Makefile", "run"):
        name = path.relative_to(ROOT).as_posix()
        if not under.match(name) or name == "tests/house/test_tidy.py":
            continue
        if rule.under.startswith("src") and path.suffix != ".py":
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{name}:{number} {line.strip()[:80]} -> {rule.instead}")
    assert found == []


def test_files_and_functions_stay_short_enough_to_read() -> None:
    long = []
    for path in tracked(".py"):
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text("utf-8")
        most = TEST_LINES_MOST if name.startswith("tests/") else FILE_LINES_MOST
        if text.count("\n") > most:
            long.append(f"{name}: {text.count(chr(10))} lines, at most {most}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MOST and name.startswith("src/"):
                    long.append(f"{name}:{node.lineno} {node.name}: {lines} lines")
    assert long == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    named = [p for p in tracked(".py") if p.stem in NAMES_REFUSED]
    assert named == [], "name the file after what it does"


def test_every_module_says_what_it_is() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in tracked(".py")
        if path.read_text("utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_locks_and_configuration_hold_no_address() -> None:
    names = ("requirements/core.lock", "requirements/all.lock", "pyproject.toml", "Makefile")
    address = re.compile(r"https?://|--index-url|--find-links")
    holding = [name for name in names if address.search((ROOT / name).read_text())]
    assert holding == []
    for lock in names[:2]:
        text = (ROOT / lock).read_text()
        pins = re.findall(r"^[a-z0-9][\w.-]*==[^ ]+ \\$", text, re.MULTILINE | re.IGNORECASE)
        assert len(pins) >= 20
        assert text.count("==") == len(pins), "every requirement is pinned with hashes"


def test_nothing_large_is_in_the_repository() -> None:
    large = [
        path.relative_to(ROOT).as_posix() for path in tracked("") if path.stat().st_size > 1 << 20
    ]
    assert large == []
