"""Worked examples of indicators run through the real SQL; a wrong one is told with its line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huoshui.pipeline.examples import indicator_examples
from huoshui.policy.loader import load
from tests.given import pack_folder

ASOF = dt.date(2026, 11, 20)
CATEGORY = """
id: credit
label: { zh: 信贷, en: credit }
order: 1
checked_on: 2026-11-20
"""
LOAN = """
id: loan
label: { zh: 贷款, en: loan }
category: credit
columns:
  no: { type: text, required: true, label: { zh: 号, en: number } }
  fen: { type: money, unit: fen, label: { zh: 额, en: amount } }
  drawn_on: { type: day, required: true, label: { zh: 日, en: day } }
  paid_on: { type: day, label: { zh: 还, en: paid } }
key: [no]
true_from: drawn_on
true_until: paid_on
owner: { zh: 银行, en: a bank }
refresh: monthly
sensitivity: internal
consent: enterprise
fresh_days: 30
absence: means_none
cite: house#adr-0001
checked_on: 2026-11-20
"""
DEBT = """
id: debt
label: { zh: 债, en: debt }
type: number
unit: fen
measure: { op: holding, item: loan, aggregate: sum, column: fen }
cite: house#adr-0001
checked_on: 2026-11-20
"""
HALF = """
id: half
label: { zh: 半, en: half }
type: number
unit: fen
formula: debt / 2
cite: house#adr-0001
checked_on: 2026-11-20
"""


def problems(tmp_path: Path, *, debt: str, half: str = "[]") -> list[str]:
    folder = pack_folder(
        tmp_path,
        {
            "categories/credit.yaml": CATEGORY,
            "facts/loan.yaml": LOAN,
            "indicators/debt.yaml": DEBT,
            "indicators/debt.examples.yaml": debt,
            "indicators/half.yaml": HALF,
            "indicators/half.examples.yaml": half,
        },
    )
    return [
        f"{p.code} {p.where and p.where.line}: {p.message}"
        for p in indicator_examples(load([folder], asof=ASOF))
    ]


def test_examples_that_hold_give_no_problem(tmp_path: Path) -> None:
    debt = """
    - name: one of two is paid back
      given:
        loan:
          - { no: a, fen: 500, drawn_on: 2026-01-01 }
          - { no: b, fen: 700, drawn_on: 2025-01-01, paid_on: 2026-11-19 }
      expect: 500
    - name: on the last day it still counts
      asof: 2026-11-19
      given: { loan: [{ no: b, fen: 700, drawn_on: 2025-01-01, paid_on: 2026-11-19 }] }
      expect: 700
    - name: an amount that nobody gave is unknown and not zero
      given: { loan: [{ no: a, drawn_on: 2026-01-01 }, { no: b, fen: 5, drawn_on: 2026-01-01 }] }
      expect: unknown
    - name: none is zero
      given: { loan: [] }
      expect: 0
    """
    half = """
    - name: of seven it is four, for fen are whole
      given: { debt: 7 }
      expect: 4
    - name: of an unknown debt
      given: { debt: null }
      expect: unknown
    """
    assert problems(tmp_path, debt=debt, half=half) == []


@pytest.mark.parametrize(
    ("given", "expect", "said"),
    [
        ("{ loan: [] }", "1", "indicator_example.answer 3: “a case” comes to 0, not 1."),
        (
            "{ loan: [] }",
            "unknown",
            "indicator_example.answer 3: “a case” comes to 0, not unknown.",
        ),
        ("{ loan: [] }", "false", "indicator_example.answer 3: “a case” comes to 0, not False."),
        (
            "{ loan: [{ no: a, fen: half, drawn_on: 2026-01-01 }] }",
            "1",
            "indicator_example.not_of_type 2: half is no money for fen.",
        ),
        (
            "{ loan: [{ no: a, drawn_on: 2026-02-30 }] }",
            "1",
            "indicator_example.not_of_type 2: 2026-02-30 is no day for drawn_on.",
        ),
        (
            "{ loan: [{ number: a }] }",
            "1",
            "indicator_example.not_read 2: loan does not read number.",
        ),
        ("{ lone: [] }", "1", "indicator_example.not_read 2: debt does not read lone."),
    ],
)
def test_an_example_that_does_not_hold_is_told_with_its_line(
    tmp_path: Path, given: str, expect: str, said: str
) -> None:
    debt = f"""
- name: a case
  given: {given}
  expect: {expect}
"""
    assert problems(tmp_path, debt=debt) == [said]


def test_a_formula_must_be_given_all_that_it_reads(tmp_path: Path) -> None:
    half = "- { name: nothing is given, given: {}, expect: 1 }"
    assert problems(tmp_path, debt="[]", half=half) == [
        "indicator_example.not_read 1: half does not read all that is given."
    ]
