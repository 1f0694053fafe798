"""A chart: a sentence that says what it shows, a table, and the drawing made from that table.

One set of rows feeds the table and the drawing, so that they cannot disagree; a chart without its
sentence or its rows is our own mistake.  An unknown value is a gap in the drawing, never a zero.

>>> drawn = Chart("loans", {"zh": "贷款", "en": "Loans"}, {"zh": "增长。", "en": "They grow."},
...     ({"zh": "年", "en": "Year"}, {"zh": "余额", "en": "Balance"}), (("2025", 250_000_000),),
...     unit="fen")
>>> drawn.shown_rows("zh"), drawn.to_dict("zh")["rows"]
([['2025', '250 万元']], [['2025', 250.0]])
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from huoshui.explain import LANGUAGES, Language, money
from huoshui.explain.numbers import plain_number

Both = dict[Language, str]
Unit = Literal["count", "fen", "bp", "ratio", "number"]

_AXIS: dict[str, tuple[float, Both]] = {
    "fen": (1_000_000, {"zh": "万元", "en": "10,000 yuan"}),
    "bp": (100, {"zh": "%", "en": "%"}),
    "ratio": (0.01, {"zh": "%", "en": "%"}),
}


@dataclass(frozen=True)
class Chart:
    """What is drawn: `head` names the category and then each series; `rows` hold them."""

    id: str
    title: Both
    sentence: Both
    head: tuple[Both, ...]
    rows: tuple[tuple[str | Both | int | float | None, ...], ...]
    kind: Literal["bar", "line", "stack", "lying"] = "bar"  # lying: bars from left to right
    unit: Unit = "count"

    def __post_init__(self) -> None:
        """Insist on the sentence in both languages and on rows as wide as the head."""
        assert all(self.sentence.get(x) for x in LANGUAGES), "a chart says what it shows"
        assert len(self.head) > 1, "a chart has a category and a series"
        assert all(len(row) == len(self.head) for row in self.rows), "a row fills its columns"

    def to_dict(self, language: Language) -> dict[str, object]:
        """Give what the script draws: numbers in the unit of the axis."""
        scale, label = _AXIS.get(self.unit, (1, {"zh": "", "en": ""}))
        return {
            "kind": self.kind,
            "axis": label[language],
            "title": self.title[language],
            "head": [x[language] for x in self.head],
            "rows": [
                [_word(row[0], language), *(_scaled(value, scale) for value in row[1:])]
                for row in self.rows
            ],
        }

    def shown_rows(self, language: Language) -> list[list[str]]:
        """Give the table: the same rows as people read them."""
        return [
            [_word(row[0], language), *(self._shown(value, language) for value in row[1:])]
            for row in self.rows
        ]

    def _shown(self, value: object, language: Language) -> str:
        if value is None:
            return {"zh": "未知", "en": "unknown"}[language]
        number = Decimal(str(value))
        if self.unit == "fen":
            return money(number, language)
        if self.unit == "bp":
            return f"{plain_number(number / 100)}%"
        if self.unit == "ratio":
            return f"{plain_number(number * 100)}%"
        return plain_number(number)


def _word(value: object, language: Language) -> str:
    return str(value[language] if isinstance(value, dict) else value)


def _scaled(value: object, scale: float) -> float | None:
    return None if value is None else float(Decimal(str(value)) / Decimal(str(scale)))
