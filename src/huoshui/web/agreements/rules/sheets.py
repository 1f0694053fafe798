"""A loan's schedule and statement as rows, for pages and files alike: told once, in one order."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from huoshui.kernel.money import written
from huoshui.web.agreements.rules.loan.state import LoanState

Words = dict[str, str]
Cell = object

SCHEDULE: tuple[tuple[Words, str], ...] = (
    ({"zh": "应还日", "en": "Due on"}, "code"),
    ({"zh": "本金", "en": "Principal"}, "num"),
    ({"zh": "利息", "en": "Interest"}, "num"),
    ({"zh": "未还", "en": "Open"}, "num"),
    ({"zh": "状态", "en": "State"}, "name"),
)
"""Columns of a schedule, each with its kind."""

STATEMENT: tuple[tuple[Words, str], ...] = (
    ({"zh": "起息日", "en": "Value day"}, "code"),
    ({"zh": "事项", "en": "What"}, "name"),
    ({"zh": "金额", "en": "Amount"}, "num"),
    ({"zh": "日终本金", "en": "Principal after it"}, "num"),
    ({"zh": "日终应还", "en": "Due after it"}, "num"),
)
"""Columns of a statement, each with its kind."""

SCHEDULE_TITLE = {"zh": "还款计划", "en": "Schedule"}
STATEMENT_TITLE = {"zh": "对账单", "en": "Statement"}
LATE = {"zh": "逾期", "en": "late"}
DUE = {"zh": "应还", "en": "due"}
PAID = {"zh": "已还", "en": "paid"}
PAID_LATE = {"zh": "逾期后已还", "en": "paid late"}
PLANNED = {"zh": "未到期", "en": "planned"}
PROVISIONAL = {"zh": "未到期（日期暂定）", "en": "planned, the day may move"}
GONE = {"zh": "已核销", "en": "written off"}
RESTS = {"zh": "延期，不还", "en": "rests"}


def schedule_rows(state: LoanState) -> list[list[Cell]]:
    """Tell what fell due and what will: the schedule in force."""
    rows: list[list[Cell]] = []
    for each in state.fallen:
        left = each.principal_left_fen + each.interest_left_fen
        if each.is_open:
            word = LATE if each.is_late else DUE
        elif each.settled_on is None:
            word = GONE
        else:
            word = PAID_LATE if each.is_late else PAID
        rows.append([each.due_on, each.principal_fen, each.interest_fen, left, word])
    carried = state.carried_fen  # interest of periods that rest is due with the next instalment
    for period in state.coming:
        if period.rests:
            carried += period.interest_fen
            rows.append([period.due_on, 0, 0, 0, RESTS])
            continue
        interest, carried = period.interest_fen + carried, 0
        word = PROVISIONAL if period.is_provisional else PLANNED
        left = period.principal_fen + interest
        rows.append([period.due_on, period.principal_fen, interest, left, word])
    return rows


def told(rows: Iterable[Sequence[Cell]], language: str) -> list[list[str]]:
    """Tell rows as text: fen as yuan to the fen, days as they are, words in one language."""
    return [[_text(cell, language) for cell in row] for row in rows]


def _text(cell: Cell, language: str) -> str:
    if cell is None:
        return "—"
    if isinstance(cell, dict):
        return str(cell[language])
    if isinstance(cell, int):
        return written(cell)
    return str(cell)


def as_cells(rows: Iterable[Sequence[Cell]], language: str) -> list[list[str | int | None]]:
    """Tell rows for a workbook, where fen stay numbers."""
    return [
        [cell if isinstance(cell, int | None) else _text(cell, language) for cell in row]
        for row in rows
    ]


def as_csv(tables: Iterable[Iterable[Sequence[str]]]) -> bytes:
    """Write tables below each other as a file that spreadsheets open in Chinese as well."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for nth, rows in enumerate(tables):
        if nth:
            writer.writerow([])
        writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


PAIRS: tuple[tuple[str, Words], ...] = (
    ("ref", {"zh": "协议编号", "en": "Agreement"}),
    ("subject_name", {"zh": "借款人", "en": "Borrower"}),
    ("asof", {"zh": "截至", "en": "As of"}),
    ("drawn_on", {"zh": "放款日", "en": "Drawn on"}),
    ("matures_on", {"zh": "到期日", "en": "Matures on"}),
    ("principal_fen", {"zh": "未还本金（元）", "en": "Principal owed, yuan"}),
    ("due_fen", {"zh": "当前应还（元）", "en": "Due now, yuan"}),
    ("payoff_fen", {"zh": "结清所需（元）", "en": "Settles it, yuan"}),
)
"""What stands above a printed statement."""


def statement_told(agreement: Any, state: LoanState, parts: Any, language: str) -> dict[str, Any]:
    """Tell a statement for print: of whom, how it stands, the schedule and what happened."""
    known = {
        name: getattr(agreement if name in ("ref", "subject_name") else state, name)
        for name, _ in PAIRS
    }
    return {
        "language": language,
        "title": {"zh": "贷款还款计划与对账单", "en": "Loan schedule and statement"}[language],
        "pairs": [[label[language], _text(known[name], language)] for name, label in PAIRS],
        "parts": [
            {
                "title": title[language],
                "head": [label[language] for label, _ in columns],
                "rows": told(rows, language),
                "numbers": [nth for nth, (_, kind) in enumerate(columns) if kind == "num"],
            }
            for title, columns, rows in parts
        ],
        "made": {
            "zh": "由活水平台按合同与全部事件重演得出；银行核心系统的记录为准。",
            "en": "Folded from the contract and its events; the bank's own core is the record.",
        }[language],
    }
