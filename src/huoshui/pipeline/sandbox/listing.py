"""The list for download: one line for each subject that enters or leaves something, and why.

It is read in spreadsheet programs: the byte order mark makes them read UTF-8, and a cell that they
would take for a formula is given an apostrophe in front.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from huoshui import explain as wording
from huoshui.explain.sentences import said
from huoshui.matching.clauses import REGION, OfferingClause
from huoshui.pipeline.sandbox.difference import Difference
from huoshui.pipeline.sandbox.money import SECTION, amounts_fen
from huoshui.pipeline.sandbox.moves import WORDS, Move, Moved
from huoshui.pipeline.sandbox.sides import Side
from huoshui.ratings.ops.clauses import plain

HEADERS = {
    "zh": (
        "类别",
        "编号",
        "名称",
        "变化",
        "主体代码",
        "主体名称",
        "行政区划",
        "行业门类",
        "变更前",
        "变更后",
        "起作用的条款",
        "条款内容与数值",
        "阈值变化",
        "变更前金额（元）",
        "变更后金额（元）",
    ),
    "en": (
        "kind",
        "id",
        "label",
        "change",
        "subject",
        "name",
        "county",
        "section",
        "before",
        "after",
        "clauses",
        "what they ask and find",
        "thresholds moved",
        "amount before (yuan)",
        "amount after (yuan)",
    ),
}

_WORDS = {
    "offerings": {"zh": "产品与政策", "en": "offering"},
    "titles": {"zh": "资质称号", "en": "title"},
    "entered": {"zh": "新进入", "en": "entered"},
    "left": {"zh": "退出", "en": "left"},
    "became_unknown": {"zh": "变为未知", "en": "became unknown"},
    "became_known": {"zh": "由未知变为确定", "en": "became known"},
    "yes": {"zh": "是", "en": "yes"},
    "no": {"zh": "否", "en": "no"},
    "unknown": {"zh": "未知", "en": "unknown"},
    "absent": {"zh": "无此项", "en": "absent"},
}

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell that a spreadsheet program would run begins with."""


def escaped(cell: object) -> str:
    """Write a cell so that no spreadsheet program takes it for a formula.

    >>> escaped("=1+1"), escaped("鼎新科技"), escaped(None)
    ("'=1+1", '鼎新科技', '')
    """
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(DANGEROUS) else text


def write_list(found: Difference, path: Path, language: wording.Language) -> int:
    """Write everybody who moved, and give the number of lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS[language])
        for line in lines(found, language):
            writer.writerow([escaped(cell) for cell in line])
            count += 1
    return count


def lines(found: Difference, language: wording.Language) -> Iterator[tuple[object, ...]]:
    """Yield the cells of each line, by definition and then by subject."""
    for one in found.moved:
        if one.moves:
            yield from _Lines(found, one, language).every()


class _Lines:
    """The lines of one definition, with what they have in common."""

    def __init__(self, found: Difference, one: Moved, language: wording.Language) -> None:
        self.found, self.one, self.language = found, one, language
        pack = found.pack_of(one.kind, one.definition)
        self.label = getattr(pack.definitions(one.kind)[one.definition].label, language)
        self.clauses = {
            clause.id: (side, clause)
            for side in (found.base, found.changed)  # the changed one has the last word
            for clause in side.plans[one.kind].clauses.get(one.definition, ())
        }
        self.amounts = [self._amounts(side) for side in (found.base, found.changed)]
        self.asks: dict[str, str] = {}
        self.rows = np.array([move.row for move in one.moves])
        self.place = {int(row): nth for nth, row in enumerate(self.rows)}
        self.columns: dict[tuple[bool, str], list[object] | None] = {}

    def every(self) -> Iterator[tuple[object, ...]]:
        """Yield a line for each subject that moved."""
        for move in self.one.moves:
            entity = self.found.entity(move)
            reasons = [self._reason(move, name) for name, _, _ in move.clauses]
            yield (
                self._word(move.kind),
                move.definition,
                self.label,
                self._word(move.direction),
                entity,
                self.found.names.get(entity),
                self._value(self.found.changed, REGION, move.row),
                self._value(self.found.changed, SECTION, move.row),
                self._word(WORDS[move.before]),
                self._word(WORDS[move.after]),
                ", ".join(name for name, _, _ in move.clauses),
                ("；" if self.language == "zh" else "; ").join(reasons),
                ", ".join(dict.fromkeys(t for n, _, _ in move.clauses for t in self._moved(n))),
                *(self._yuan(each, move.row) for each in self.amounts),
            )

    def _word(self, code: str) -> str:
        return _WORDS[code][self.language]

    def _value(self, side: Side, column: str, row: int) -> object:
        values = self._column(side, column)
        return None if values is None else values[self.place[row]]

    def _column(self, side: Side, column: str) -> list[object] | None:
        """Take a column once for all the subjects that moved; None: the side has it not."""
        key = (side is self.found.base, column)
        if key not in self.columns:
            there = column in side.profile.column_names
            taken = plain(side.profile[column]).take(pa.array(self.rows)) if there else None
            self.columns[key] = None if taken is None else taken.to_pylist()
        return self.columns[key]

    def _reason(self, move: Move, name: str) -> str:
        """Say what a clause asks, and what each side finds in the columns that it reads."""
        side, clause = self.clauses[name]
        parts = []
        for column in clause.whole.columns:
            now = self._shown(side, column, move.row)
            was = self._shown(self.found.base, column, move.row)
            told = now if was in (now, None) else f"{was} → {now}"
            label = wording.column_label(side.pack, column, self.language)
            parts.append(f"{label} {told}")
        asks = self._asks(side, clause, move.row)
        joined = ("，" if self.language == "zh" else ", ").join(parts)
        if not joined:
            return asks
        return f"{asks}（{joined}）" if self.language == "zh" else f"{asks} ({joined})"

    def _shown(self, side: Side, column: str, row: int) -> str | None:
        values = self._column(side, column)
        if values is None:
            return None
        return wording.column_value(side.pack, column, values[self.place[row]], self.language)

    def _asks(self, side: Side, clause: OfferingClause, row: int) -> str:
        columns = {name: self._value(side, name, row) for name in clause.whole.columns}
        named = any(f"{{{name}}}" in getattr(clause.say, self.language) for name in columns)
        if named:  # the sentence itself differs from subject to subject
            return said(side.pack, clause.say, columns, clause.values, self.language)
        if clause.id not in self.asks:
            told = said(side.pack, clause.say, columns, clause.values, self.language)
            self.asks[clause.id] = told
        return self.asks[clause.id]

    def _moved(self, name: str) -> list[str]:
        """Say which values of a clause differ between the packs."""
        sides = [
            {c.id: c.values for c in side.plans[self.one.kind].clauses.get(self.one.definition, ())}
            for side in (self.found.base, self.found.changed)
        ]
        before, after = (side.get(name, {}) for side in sides)
        told = []
        for value in [v for v in before if v in after]:
            was, now = before[value], after[value]
            if was != now:
                texts = ["?" if c is None or c.value is None else str(c.value) for c in (was, now)]
                told.append(f"{value} {texts[0]} → {texts[1]}")
        return told

    def _amounts(self, side: Side) -> tuple[np.ndarray, np.ndarray] | None:
        if self.one.kind != "offerings" or self.one.definition not in side.pack.offerings:
            return None
        return amounts_fen(side, self.one.definition)

    def _yuan(self, amounts: tuple[np.ndarray, np.ndarray] | None, row: int) -> str | None:
        if amounts is None or not amounts[1][row]:
            return None
        yuan, fen = divmod(int(amounts[0][row]), 100)
        return f"{yuan}.{fen:02d}"
