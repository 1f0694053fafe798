"""A loan's schedule and statement as rows, for pages and files alike: told once, in one order."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

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

LATE = {"zh": "逾期", "en": "late"}
DUE = {"zh": "应还", "en": "due"}
PAID = {"zh": "已还", "en": "paid"}
PAID_LATE = {"zh": "逾期后已还", "en": "paid late"}
PLANNED = {"zh": "未到期", "en": "planned"}
PROVISIONAL = {"zh": "未到期（日期暂定）", "en": "planned, the day may move"}
RESTS = {"zh": "延期，不还", "en": "rests"}


def schedule_rows(state: LoanState) -> list[list[Cell]]:
    """Tell what fell due and what will: the schedule in force."""
    rows: list[list[Cell]] = []
    for each in state.fallen:
        left = each.principal_left_fen + each.interest_left_fen
        if each.is_open:
            word = LATE if each.is_late else DUE
        else:
            word = PAID_LATE if each.is_late else PAID
        rows.append([each.due_on, each.principal_fen, each.interest_fen, left, word])
    for period in state.coming:
        word = PROVISIONAL if period.is_provisional else PLANNED
        word = RESTS if period.rests else word
        left = period.principal_fen + period.interest_fen
        rows.append([period.due_on, period.principal_fen, period.interest_fen, left, word])
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


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write rows as a file that spreadsheets open in Chinese as well."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
