"""What a bank's core says of its loans, read from CSV and held against the platform's own folds.

| column | 列 | what it says, as of the file's day |
| --- | --- | --- |
| asof | 数据日期 | the day, the same on every row |
| agreement | 协议号 | the platform's reference of the agreement |
| principal | 本金余额 | principal owed, in yuan |
| interest_due | 应还利息 | interest that fell due and is unpaid, in yuan |
| next_due_on | 下一还款日 | the next day on which an instalment falls due; empty: none |
| class | 五级分类 | a word of the packs' list, or what it is called; empty: not told |
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huoshui.kernel.errors import Problem, Refusal, Refused, Where
from huoshui.kernel.money import written
from huoshui.kernel.period import parse_day
from huoshui.web.ledger.rules.statements.form import fen_of
from huoshui.web.ledger.rules.statements.sheet import decoded

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "asof": ("数据日期",),
    "agreement": ("协议号", "借据号"),
    "principal": ("本金余额",),
    "interest_due": ("应还利息",),
    "next_due_on": ("下一还款日",),
    "class": ("五级分类",),
}
"""Columns by the names they may stand under, all of them needed."""

_AGAIN = "Have the core write the file anew and send that; nothing was compared."
_AGAIN_ZH = "请从核心系统重新导出后提交；本文件未作比对。"


class CoreSheetRefusal(Refusal):
    """Why a file of the bank's core is not compared, the weightiest first."""

    NOT_A_SHEET = (
        "The file is no sheet of loans: {detail}.", _AGAIN,
        "文件不是贷款余额表：{detail_zh}。", _AGAIN_ZH,
    )  # fmt: skip
    MISSING = (
        "{field} is missing.", _AGAIN,
        "缺少 {field}。", _AGAIN_ZH,
    )  # fmt: skip
    NOT_READABLE = (
        "{value} cannot be read as {field}.", _AGAIN,
        "“{value}”无法识别为 {field}。", _AGAIN_ZH,
    )  # fmt: skip
    TWICE = (
        "The agreement {agreement} stands on line {first} already.", _AGAIN,
        "协议 {agreement} 已见于第 {first} 行。", _AGAIN_ZH,
    )  # fmt: skip
    DAYS_DIFFER = (
        "The row is of {asof}, the ones before it of {first}.", _AGAIN,
        "本行数据日期为 {asof}，与此前的 {first} 不同。", _AGAIN_ZH,
    )  # fmt: skip
    IN_THE_FUTURE = (
        "The file is of {asof}, which is after {today}.", _AGAIN,
        "数据日期 {asof} 晚于今天 {today}。", _AGAIN_ZH,
    )  # fmt: skip


@dataclass(frozen=True)
class CoreLoan:
    """A loan as the core, or the platform, has it at the end of a day."""

    principal_fen: int
    interest_due_fen: int
    next_due_on: dt.date | None
    class_name: str | None  # null: not told, or waiting for a judgement


@dataclass(frozen=True)
class CoreSheet:
    """The loans of a file, by their references, as of its day."""

    asof: dt.date
    loans: Mapping[str, CoreLoan]


@dataclass(frozen=True)
class Said:
    """One thing said differently, each as people read it."""

    kind: str
    ours: str
    theirs: str
    amount_fen: int | None = None


def compared(ours: CoreLoan, theirs: CoreLoan) -> Iterator[Said]:
    """Yield what two books say differently of a loan; what one does not know is no difference."""
    for kind, one, other in (
        ("principal", ours.principal_fen, theirs.principal_fen),
        ("interest_due", ours.interest_due_fen, theirs.interest_due_fen),
    ):
        if one != other:
            yield Said(kind, written(one), written(other), other - one)
    if ours.next_due_on != theirs.next_due_on:
        yield Said("next_due_on", str(ours.next_due_on or "—"), str(theirs.next_due_on or "—"))
    if None not in (ours.class_name, theirs.class_name) and ours.class_name != theirs.class_name:
        yield Said("class", str(ours.class_name), str(theirs.class_name))


def read_core(body: bytes, *, file: str, classes: Mapping[str, str], today: dt.date) -> CoreSheet:
    """Read a core's file, or refuse it with every fault found; `classes` maps names to words."""
    rows = csv.reader(io.StringIO(decoded(body, file=file), newline=""), strict=True)
    reader = _Reader(file, classes)
    try:
        head = reader.head(next(rows, []))
        for row in rows:
            if any(cell.strip() for cell in row):
                reader.row(rows.line_num, head, row)
    except csv.Error as error:
        raise CoreSheetRefusal.NOT_A_SHEET.refuse(
            where=Where(file, line=rows.line_num), detail=str(error), detail_zh="CSV 引号或分隔有误"
        ) from None
    Refused.raise_any(reader.problems)
    if reader.asof is None:
        raise CoreSheetRefusal.MISSING.refuse(where=Where(file, line=1), field="agreement")
    if reader.asof > today:
        raise CoreSheetRefusal.IN_THE_FUTURE.refuse(
            where=Where(file, line=2, field="asof"), asof=reader.asof, today=today
        )
    return CoreSheet(reader.asof, reader.loans)


class _Reader:
    """Reads rows and gathers what is wrong with them."""

    def __init__(self, file: str, classes: Mapping[str, str]) -> None:
        self.file, self.classes = file, classes
        self.problems: list[Problem] = []
        self.loans: dict[str, CoreLoan] = {}
        self.places: dict[str, int] = {}
        self.asof: dt.date | None = None

    def head(self, names: Sequence[str]) -> list[str | None]:
        """Give the column that each name of the first row stands for."""
        known = {alias: key for key, words in COLUMNS.items() for alias in (key, *words)}
        head = [known.get(name.strip()) for name in names]
        missing = [key for key in COLUMNS if head.count(key) != 1]
        if missing:
            self._problem(CoreSheetRefusal.MISSING, 1, missing[0], field=", ".join(missing))
        Refused.raise_any(self.problems)
        return head

    def row(self, place: int, head: Sequence[str | None], cells: Sequence[str]) -> None:
        """Read one loan."""
        if len(cells) != len(head):
            self._problem(
                CoreSheetRefusal.NOT_A_SHEET, place, None,
                detail=f"{len(cells)} cells under {len(head)} columns",
                detail_zh=f"应有 {len(head)} 列，实有 {len(cells)} 列",
            )  # fmt: skip
            return
        said = {key: cell.strip() for key, cell in zip(head, cells, strict=True) if key}
        asof, next_due_on = self._day(place, said, "asof"), None
        if said["next_due_on"]:
            next_due_on = self._day(place, said, "next_due_on")
        principal, interest = (self._fen(place, said, n) for n in ("principal", "interest_due"))
        if asof and self.asof not in (None, asof):
            self._problem(CoreSheetRefusal.DAYS_DIFFER, place, "asof", asof=asof, first=self.asof)
        self.asof = self.asof or asof
        ref, word = said["agreement"], said["class"]
        if not ref:
            self._problem(CoreSheetRefusal.MISSING, place, "agreement", field="agreement")
        elif ref in self.places:
            self._problem(
                CoreSheetRefusal.TWICE, place, "agreement", agreement=ref, first=self.places[ref]
            )
        if word and word not in self.classes:
            self._problem(CoreSheetRefusal.NOT_READABLE, place, "class", value=word, field="class")
        self.places.setdefault(ref, place)
        self.loans[ref] = CoreLoan(
            principal or 0, interest or 0, next_due_on, self.classes.get(word)
        )

    def _fen(self, place: int, said: Mapping[str, str], name: str) -> int | None:
        fen = fen_of(said[name].replace(",", ""))
        if fen is None:
            self._problem(CoreSheetRefusal.NOT_READABLE, place, name, value=said[name], field=name)
        return fen

    def _day(self, place: int, said: Mapping[str, str], name: str) -> dt.date | None:
        day = parse_day(said[name])
        if day is None:
            self._problem(CoreSheetRefusal.NOT_READABLE, place, name, value=said[name], field=name)
        return day

    def _problem(self, kind: CoreSheetRefusal, place: int, at: str | None, /, **said: Any) -> None:
        self.problems.append(kind.problem(where=Where(self.file, line=place, field=at), **said))
