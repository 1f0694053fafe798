"""Values as people read them: money in 万元 or yuan, shares in per cent, words by their label.

>>> money(Decimal(512_300_000), "zh"), money(Decimal(512_300_000), "en")
('512.3 万元', '5,123,000 yuan')
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from huoshui.explain.once import once
from huoshui.policy.pack import Pack
from huoshui.policy.scope import APPLICATION_COLUMNS
from huoshui.ratings import columns as rating_columns

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")

_UNKNOWN = {"zh": "未知", "en": "unknown"}
_FLAG = {"zh": {True: "是", False: "否"}, "en": {True: "yes", False: "no"}}
_WAN_FEN, _YI_FEN = Decimal(1_000_000), Decimal(10_000_000_000)


def shown(pack: Pack, value: object, unit: str | None, language: Language) -> str:
    """Write a value of a unit (of the pack's units) in a language."""
    if value is None or value != value:
        return _UNKNOWN[language]
    if isinstance(value, bool):
        return _FLAG[language][value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if unit is None:
        return plain_number(number)
    definition = pack.units[unit]
    if definition.dimension == {"money": 1}:
        return money(number * definition.scale, language)
    if unit == "bp":
        return f"{plain_number(number / 100)} %"
    if not definition.dimension:  # a pure number is a share: told in per cent
        return f"{plain_number(number * definition.scale * 100)} %"
    label = getattr(definition.label, language)
    return f"{plain_number(number)} {label}".rstrip()


def money(fen: Decimal, language: Language) -> str:
    """Write fen as 元, 万元 or 亿元, or as yuan."""
    if language == "en":
        return f"{plain_number(fen / 100)} yuan"
    if abs(fen) >= _YI_FEN:
        return f"{plain_number(fen / _YI_FEN)} 亿元"
    if abs(fen) >= _WAN_FEN:
        return f"{plain_number(fen / _WAN_FEN)} 万元"
    return f"{plain_number(fen / 100)} 元"


def plain_number(number: Decimal, places: int = 2) -> str:
    """Write a number with thousands separated, at most `places` decimals and no empty ones.

    >>> plain_number(Decimal("1234.500")), plain_number(Decimal("0.001"))
    ('1,234.5', '0.001')
    """
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if not rounded and number:  # what would vanish keeps its first two digits
        rounded = number.quantize(Decimal(1).scaleb(number.adjusted() - 1), ROUND_HALF_UP)
    text = f"{rounded:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def column_unit(pack: Pack, column: str) -> str | None:
    """Give the unit of a column of the profile, a rating's columns included."""
    indicator = pack.indicators.get(column)
    if indicator is not None:
        return indicator.unit
    if column in APPLICATION_COLUMNS:
        return APPLICATION_COLUMNS[column].unit
    rating = rating_of(pack, column)
    if rating is None:
        return None
    names = rating_columns(rating)
    if column == names.line:
        return "fen"
    return "point" if column in (names.score, names.low, names.high) else None


def rating_of(pack: Pack, column: str) -> str | None:
    """Name the rating that a column of the profile belongs to, if any."""

    def every() -> dict[str, str]:
        return {c: rating for rating in pack.ratings for c in rating_columns(rating)}

    return once(pack, "rating_of", (), every).get(column)


def column_label(pack: Pack, column: str, language: Language) -> str:
    """Give the name of a column of the profile in a language."""
    indicator = pack.indicators.get(column)
    if indicator is not None:
        return str(getattr(indicator.label, language))
    if column in APPLICATION_COLUMNS:
        return str(getattr(APPLICATION_COLUMNS[column].label, language))
    rating = rating_of(pack, column)
    if rating is None:
        return column
    tail = _RATING_TAIL[language][rating_columns(rating).index(column)]
    return f"{getattr(pack.ratings[rating].label, language)}{tail}"


_RATING_TAIL = {
    "zh": ("", "（下限）", "（上限）", "等级", "建议额度"),
    "en": ("", " (least)", " (most)", ", grade", ", line"),
}


def column_value(pack: Pack, column: str, value: object, language: Language) -> str:
    """Write a column's value: a word by its label, a number by its unit."""
    said = pack.indicators.get(column) or APPLICATION_COLUMNS.get(column)
    if isinstance(value, str) and said is not None and said.vocabulary:
        entry = pack.vocabularies[said.vocabulary].entries.get(value)
        return str(getattr(entry, language)) if entry else value
    return shown(pack, value, column_unit(pack, column), language)
