"""Worked examples of offerings: what holds is silent, and each way of not holding is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huoshui.pipeline.offering_examples import offering_examples
from huoshui.policy.loader import load
from tests.given import pack_folder

DAY = dt.date(2026, 11, 20)

VOCABULARY = """
id: {id}
label: {{ zh: 词表, en: words }}
checked_on: 2026-11-20
entries:
  {word}: {{ zh: 词, en: word }}
"""

INDICATOR = """
id: {id}
label: {{ zh: 指标, en: indicator }}
type: {type}
formula: "{formula}"
cite: house#adr-0001
checked_on: 2026-11-20
"""

OFFERING = """
id: patent_loan
label: { zh: 专利贷, en: Patent loan }
kind: loan
institution: bank
terms_are: house
applicants: [firm]
purposes: [research]
security: [credit]
values:
  least:
    2024-01-01: { value: 2, unit: count, cite: house#adr-0001 }
  most:
    2024-01-01: { value: 100, unit: yuan, cite: house#adr-0001 }
clauses:
  - id: enough
    when: patents_count >= least
    say: { zh: "不少于{least}", en: "at least {least}" }
    cite: house#adr-0001
amount: most
cite: house#adr-0001
checked_on: 2026-11-20
"""

YES = """
- name: two are enough
  given: { subject_kind: firm, patents_count: 2 }
  expect: yes
  amount_yuan: 100
"""
NO = """
- name: one is too few
  given: { subject_kind: firm, patents_count: 1 }
  expect: no
  because: [enough]
"""
UNKNOWN = """
- name: nobody counted
  given: { subject_kind: firm }
  expect: unknown
  because: [enough]
"""


RULE = """
automatic:
  clauses:
    - id: small
      when: asked_fen <= most
      say: { zh: 小额, en: small }
      cite: house#adr-0001
  rate: price
  months: longest
  cite: house#adr-0001
term: { least: longest, most: longest }
"""
RULED = OFFERING.replace(
    "cite: house#adr-0001\nchecked_on", RULE.lstrip() + "cite: house#adr-0001\nchecked_on"
)
RULED = RULED.replace(
    "clauses:\n  - id: enough",
    """  price:
    2024-01-01: { value: 400, unit: bp, cite: house#adr-0001 }
  longest:
    2024-01-01: { value: 12, unit: month, cite: house#adr-0001 }
clauses:
  - id: enough""",
)
AT_ONCE = """
- name: a hundred yuan at once
  given: { subject_kind: firm, patents_count: 2 }
  expect: yes
  asked: { amount_yuan: 100, months: 12, purpose: research }
  expect_automatic: approve
"""
REFERRED = """
- name: a fen more
  given: { subject_kind: firm, patents_count: 2 }
  expect: yes
  asked: { amount_yuan: "100.01", months: 12, purpose: research }
  expect_automatic: refer
  automatic_because: [rule_fails, asks_too_much]
"""


def _codes(root: Path, examples: str | None, offering: str = OFFERING) -> list[str]:
    words = {"subject_kind": "firm", "purpose": "research", "security": "credit", "zone": "all"}
    words |= {"stage": "start_up", "repayment": "bullet"}
    files = {
        f"vocabularies/{name}.yaml": VOCABULARY.format(id=name, word=word)
        for name, word in words.items()
    }
    files["indicators/subject_kind.yaml"] = INDICATOR.format(
        id="subject_kind", type="text", formula="'firm'"
    )
    files["indicators/patents_count.yaml"] = INDICATOR.format(
        id="patents_count", type="number\nunit: count", formula="1"
    )
    files["institutions/bank.yaml"] = (
        "id: bank\nlabel: { zh: 银行, en: Bank }\nkind: bank\nregion: '439900'\n"
        "checked_on: 2026-11-20\n"
    )
    files["products/patent_loan.yaml"] = offering
    if examples is not None:
        files["products/patent_loan.examples.yaml"] = examples
    pack = load([pack_folder(root, files)], asof=DAY)
    return [problem.code for problem in offering_examples(pack)]


def test_examples_that_hold_are_silent(tmp_path: Path) -> None:
    assert _codes(tmp_path, YES + NO + UNKNOWN) == []


@pytest.mark.parametrize(
    ("examples", "code"),
    [
        (None, "example.none"),
        (YES + NO, "example.lacks"),
        (YES.replace("expect: yes", "expect: no") + NO + UNKNOWN + YES, "example.verdict"),
        (NO.replace("[enough]", "[applicants]") + YES + UNKNOWN, "example.because"),
        (YES.replace("amount_yuan: 100", "amount_yuan: 101") + NO + UNKNOWN, "example.term"),
        (YES.replace("amount_yuan", "rate_bp") + NO + UNKNOWN, "example.term"),
        (YES.replace("patents_count", "patent_count") + YES + NO + UNKNOWN, "example.no_column"),
        (YES.replace("count: 2", "count: two") + YES + NO + UNKNOWN, "example.not_of_type"),
        (YES.replace("expect: yes", "expect: perhaps") + NO + UNKNOWN, "example.form"),
    ],
)
def test_each_way_of_not_holding_is_told(tmp_path: Path, examples: str | None, code: str) -> None:
    assert _codes(tmp_path, examples) == [code]


@pytest.mark.parametrize(
    ("examples", "codes"),
    [
        (AT_ONCE + REFERRED, []),
        (AT_ONCE, ["example.lacks_automatic"]),
        (REFERRED, ["example.lacks_automatic"]),
        (AT_ONCE + REFERRED.replace(".01", ".00"), ["example.automatic"]),
        (AT_ONCE.replace("months: 12", "months: 13") + AT_ONCE + REFERRED, ["example.automatic"]),
        (AT_ONCE + REFERRED.replace("rule_fails, ", ""), ["example.because"]),
    ],
)
def test_what_a_rule_decides_at_once_is_worked_out_too(
    tmp_path: Path, examples: str, codes: list[str]
) -> None:
    assert _codes(tmp_path, YES + NO + UNKNOWN + examples, RULED) == codes


def test_an_example_of_another_day_is_asked_of_the_pack_of_that_day(tmp_path: Path) -> None:
    earlier = YES.replace("given:", "asof: 2023-06-01\n  given:")
    # The values begin in 2024, so that before nothing can be said.
    before = UNKNOWN.replace("given:", "asof: 2023-06-01\n  given:")
    assert _codes(tmp_path / "a", YES + NO + before) == []
    assert _codes(tmp_path / "b", YES + NO + UNKNOWN + earlier) == [
        "example.verdict",
        "example.term",
    ]
