"""Charts and posting rules: what does not balance is refused when the pack loads, with its line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.web.agreements.rules.loan.postings import POSTING_KINDS
from tests.given import ROOT, pack_folder

DAY = dt.date(2026, 11, 20)
CHART = """
id: lender
label: { zh: 科目, en: chart }
accounts:
  principal: { label: { zh: 本金, en: p }, kind: asset, side: debit, per: agreement,
               floor_fen: 0, cite: house#adr-0001 }
  bank: { label: { zh: 银行, en: b }, kind: asset, side: debit, per: institution,
          cite: house#adr-0001 }
  income: { label: { zh: 收入, en: i }, kind: income, side: credit, per: institution,
            cite: house#adr-0001 }
cite: house#adr-0001
checked_on: 2026-11-20
"""
POSTING = """
id: loan
label: { zh: 贷款, en: loan }
chart: lender
events:
  repay:
    label: { zh: 还款, en: repaid }
    amounts:
      paid_fen: { zh: 共还, en: paid }
      principal_fen: { zh: 本金, en: principal }
      interest_fen: { zh: 利息, en: interest }
    sums: { paid_fen: [principal_fen, interest_fen] }
    lines:
      - { debit: bank, credit: principal, amount: principal_fen, book: cash }
      - { debit: bank, credit: income, amount: interest_fen, book: cash }
    cite: house#adr-0001
cite: house#adr-0001
checked_on: 2026-11-20
"""


def loaded(folder: Path, posting: str = POSTING, chart: str = CHART) -> Pack:
    """Load a small pack with a chart and posting rules."""
    files = {"charts/lender.yaml": chart, "postings/loan.yaml": posting}
    return load([pack_folder(folder, files)], asof=DAY)


def test_a_rule_that_balances_is_read(tmp_path: Path) -> None:
    event = loaded(tmp_path).postings["loan"].events["repay"]
    assert [(line.debit, line.credit, line.amount) for line in event.lines] == [
        ("bank", "principal", "principal_fen"),
        ("bank", "income", "interest_fen"),
    ]


SLIPS = {
    "not_balanced": ("debit: bank, credit: income", "debit: bank"),
    "same_account": ("credit: income", "credit: bank"),
    "sum_not_posted": ("amount: interest_fen", "amount: principal_fen"),
    "no_account": ("credit: income", "credit: pocket"),
    "no_amount": ("amount: interest_fen", "amount: tip_fen"),
    "no_chart": ("chart: lender", "chart: nobody"),
    "amount_unused": (
        "      interest_fen:",
        "      tip_fen: { zh: 小费, en: tip }\n      interest_fen:",
    ),
}


@pytest.mark.parametrize("code", SLIPS)
def test_a_rule_that_does_not_fit_is_refused_with_file_and_line(tmp_path: Path, code: str) -> None:
    right, wrong = SLIPS[code]
    with pytest.raises(Refused) as refused:
        loaded(tmp_path, POSTING.replace(right, wrong))
    found = {problem.code: problem for problem in refused.value.problems}
    problem = found[f"posting.{code}"]
    assert problem.where is not None
    assert problem.where.file == "common/postings/loan.yaml"
    assert problem.where.line is not None
    assert problem.where.line >= 3


def test_what_does_not_balance_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="line 2 debits bank by interest_fen, and credits nothing"):
        loaded(tmp_path, POSTING.replace("debit: bank, credit: income", "debit: bank"))


def test_an_event_without_lines_and_an_account_in_two_charts_are_refused(tmp_path: Path) -> None:
    empty = POSTING[: POSTING.index("    lines:")] + "    lines: []\n    cite: house#adr-0001\n"
    tail = "cite: house#adr-0001\nchecked_on: 2026-11-20\n"
    files = {
        "charts/lender.yaml": CHART,
        "charts/pool.yaml": CHART.replace("id: lender", "id: pool"),
        "postings/loan.yaml": empty + tail,
    }
    with pytest.raises(Refused) as refused:
        load([pack_folder(tmp_path, files)], asof=DAY)
    codes = [problem.code for problem in refused.value.problems]
    assert codes.count("posting.account_twice") == 3
    assert "posting.no_lines" in codes


def test_everything_that_a_loan_may_book_has_a_rule() -> None:
    pack = load([ROOT / "packs/common"], asof=DAY)
    assert set(POSTING_KINDS) <= set(pack.postings["loan"].events)
