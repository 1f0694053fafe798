"""Worked examples of decision tables and of shares are run, and one that is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from huoshui.pipeline.sharing_examples import SharingExampleRefusal, sharing_examples
from huoshui.pipeline.table_examples import TableExampleRefusal, table_examples
from huoshui.policy.loader import load
from tests.given import pack_folder
from tests.policy.test_deciding import DAY, TABLE
from tests.policy.test_sharing import POOL, folder

HOLDING = """
- name: late
  given: { late: 7 }
  expect: { class: bad, left: 0 }
  row: too_late
- name: untold
  given: { late: 6, is_told: false }
  expect: { class: bad, left: unknown }
  row: untold
- name: fine
  given: { late: 6, is_told: true, seen_on: 2026-11-20, said: good }
  expect: { class: good, left: 0 }
  row: fine
"""
SHARED = """
- name: any loan
  given: {}
  in_scope: yes
  shares: { bank: "0.2", fund: "0.8" }
  funders: { city: "0.4", county: "0.6" }
  limits: { stop: "0.08", claimable_after_days: null }
"""


def of_table(tmp_path: Path, examples: str) -> list[str]:
    files = {**TABLE, "tables/judged.examples.yaml": examples}
    pack = load([pack_folder(tmp_path, files)], asof=DAY)
    return [problem.code for problem in table_examples(pack)]


def of_sharing(tmp_path: Path, examples: str, pool: str = POOL) -> list[str]:
    made = folder(tmp_path, pool)
    (made / "sharing" / "pool.examples.yaml").write_text(examples, "utf-8")
    return [problem.code for problem in sharing_examples(load([made], asof=DAY))]


def test_examples_that_hold_are_silent(tmp_path: Path):
    assert of_table(tmp_path, HOLDING) == []
    assert of_sharing(tmp_path / "2", SHARED) == []


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("left: 0 }\n  row: too_late", "left: 1 }\n  row: too_late", TableExampleRefusal.OUTPUT),
        ("class: bad, left: unknown", "class: good, left: unknown", TableExampleRefusal.OUTPUT),
        ("left: unknown", "left: 0", TableExampleRefusal.OUTPUT),
        ("row: fine", "row: untold", TableExampleRefusal.ROW),
        ("row: fine", "asof: 2026-11-20", TableExampleRefusal.LACKS),
        ("left: unknown", "right: unknown", TableExampleRefusal.NO_OUTPUT),
        ("given: { late: 7 }", "given: { later: 7 }", TableExampleRefusal.FORM),
        ("given: { late: 7 }", "given: { late: soon }", TableExampleRefusal.FORM),
        ("given: { late: 7 }", "give: { late: 7 }", TableExampleRefusal.FORM),
        ("  row: too_late", "  row: too_late\n  asof: 2019-01-01", TableExampleRefusal.OUTPUT),
    ],
)
def test_an_example_of_a_table_that_does_not_hold_is_named(
    tmp_path: Path, old: str, new: str, refusal: TableExampleRefusal
):
    assert old in HOLDING
    assert refusal.code in of_table(tmp_path, HOLDING.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("in_scope: yes", "in_scope: no", SharingExampleRefusal.SCOPE),
        ('bank: "0.2"', 'bank: "0.3"', SharingExampleRefusal.PART),
        ('bank: "0.2"', "bank: null", SharingExampleRefusal.PART),
        ('bank: "0.2"', 'bonk: "0.2"', SharingExampleRefusal.PART),
        ('city: "0.4"', 'city: "0.5"', SharingExampleRefusal.PART),
        ('stop: "0.08"', 'stop: "0.09"', SharingExampleRefusal.PART),
        ("days: null", "days: 90", SharingExampleRefusal.PART),
        ("in_scope: yes", "scope: yes", SharingExampleRefusal.FORM),
    ],
)
def test_an_example_of_shares_that_does_not_hold_is_named(
    tmp_path: Path, old: str, new: str, refusal: SharingExampleRefusal
):
    assert old in SHARED
    assert refusal.code in of_sharing(tmp_path, SHARED.replace(old, new, 1))


def test_what_has_no_examples_is_named(tmp_path: Path):
    pack = load([pack_folder(tmp_path, TABLE)], asof=DAY)
    assert [p.code for p in table_examples(pack)] == [TableExampleRefusal.NONE.code]
    pack = load([folder(tmp_path / "2")], asof=DAY)
    assert [p.code for p in sharing_examples(pack)] == [SharingExampleRefusal.NONE.code]


def test_examples_of_what_is_no_longer_in_force_are_run_on_the_days_they_name(tmp_path: Path):
    former = POOL.replace("form: risk", "valid_until: 2025-01-01\nform: risk")
    dated = SHARED.replace("  given", "  asof: 2024-06-30\n  given")
    assert of_sharing(tmp_path, dated, former) == []
    wrong = dated.replace('bank: "0.2"', 'bank: "0.3"')
    assert of_sharing(tmp_path / "2", wrong, former) == [SharingExampleRefusal.PART.code]
    undated = of_sharing(tmp_path / "3", SHARED, former)
    assert undated == [SharingExampleRefusal.NOT_IN_FORCE.code]
