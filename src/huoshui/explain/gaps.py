"""How far a clause is from holding: each comparison in it with value, threshold and distance.

Parts inside or, not and case are told too, with whether each is as the clause wants it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from huoshui.explain.numbers import LANGUAGES, Language, column_label, column_unit, shown
from huoshui.explain.reports import Report
from huoshui.matching.nearest.ground import is_logic
from huoshui.policy.expression import Type, Typed, evaluate_row
from huoshui.policy.expression.typed import Apply, Constant, Read
from huoshui.policy.pack import Pack

_ASKS: Mapping[str, Mapping[Language, str]] = {
    ">=": {"zh": "不低于", "en": "at least"},
    ">": {"zh": "高于", "en": "above"},
    "<=": {"zh": "不高于", "en": "at most"},
    "<": {"zh": "低于", "en": "below"},
    "=": {"zh": "等于", "en": "equal to"},
    "<>": {"zh": "不等于", "en": "other than"},
    "in": {"zh": "为其中之一：", "en": "one of"},
    "starts_with": {"zh": "开头为", "en": "starting with"},
    "is": {"zh": "须为", "en": "to be"},
    "known": {"zh": "须已知", "en": "to be known"},
    "unknown": {"zh": "须未知", "en": "to be unknown"},
}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}


@dataclass(frozen=True)
class Gap:
    """One comparison: what is compared, with what, and how far apart they are."""

    verdict: bool | None  # whether it is as the clause wants it
    column: str | None  # what is compared, where it is one column and nothing else
    text: str
    asks: str  # >=, >, <=, <, =, <>, in, starts_with, is, known or unknown
    value: object
    threshold: object
    distance: float | int | None  # how much is lacking, in `unit`; days between two days
    unit: str | None
    negated: bool  # of in and starts_with: that it must not be so


def gaps_of(pack: Pack, typed: Typed, row: Mapping[str, object], asof: dt.date) -> list[Gap]:
    """Give every comparison of a condition, in the order in which it is written."""
    return list(dict.fromkeys(_walked(pack, typed, row, asof, True)))


def _walked(
    pack: Pack, typed: Typed, row: Mapping[str, object], asof: dt.date, wanted: bool
) -> Iterator[Gap]:
    if isinstance(typed, Constant):
        return
    if is_logic(typed):
        assert isinstance(typed, Apply), "what joins is an operation"
        name, args = typed.operation.name, typed.args
        if name == "case":  # its conditions choose, its values answer
            for condition in args[:-1:2]:
                yield from _walked(pack, condition, row, asof, True)
            for value in (*args[1:-1:2], args[-1]):
                yield from _walked(pack, value, row, asof, wanted)
            return
        inner = wanted if name in ("and", "or") else not wanted if name == "not" else True
        for arg in args:
            yield from _walked(pack, arg, row, asof, inner)
        return
    yield _gap(pack, typed, row, asof, wanted)


def _gap(pack: Pack, typed: Typed, row: Mapping[str, object], asof: dt.date, wanted: bool) -> Gap:
    found = evaluate_row(typed, row, asof=asof).value
    verdict = None if found is None else found is wanted
    if not isinstance(typed, Apply):
        column = typed.column if isinstance(typed, Read) else None
        return Gap(verdict, column, typed.text, "is", found, wanted, None, None, False)
    name, args = typed.operation.name, typed.args
    if name == "is null":
        value = evaluate_row(args[0], row, asof=asof).value
        asks = "unknown" if wanted else "known"
        return Gap(verdict, _column(args[0]), args[0].text, asks, value, None, None, None, False)
    if name in _FLIPPED:
        return _compared(pack, typed, row, asof, wanted, verdict)
    if name in ("in", "starts_with"):
        value = evaluate_row(args[0], row, asof=asof).value
        options = [evaluate_row(arg, row, asof=asof).value for arg in args[1:]]
        threshold = options[0] if name == "starts_with" else tuple(options)
        column = _column(args[0])
        return Gap(verdict, column, args[0].text, name, value, threshold, None, None, not wanted)
    return Gap(verdict, _column(typed), typed.text, "is", found, wanted, None, None, False)


def _compared(
    pack: Pack,
    typed: Apply,
    row: Mapping[str, object],
    asof: dt.date,
    wanted: bool,
    verdict: bool | None,
) -> Gap:
    left, right = typed.args
    asks = typed.operation.name
    if not left.columns and right.columns:  # what is asked about stands on the left
        left, right, asks = right, left, _FLIPPED[asks]
    asks = asks if wanted else _OPPOSITE[asks]
    value = evaluate_row(left, row, asof=asof).value
    threshold = evaluate_row(right, row, asof=asof).value
    column = _column(left)
    unit = column_unit(pack, column) if column else _unit_name(pack, left)
    if left.type == Type.DAY:
        unit = "day_count" if "day_count" in pack.units else None
    distance = _distance(asks, value, threshold, is_met=verdict is True)
    return Gap(verdict, column, left.text, asks, value, threshold, distance, unit, False)


def _distance(asks: str, value: object, threshold: object, *, is_met: bool) -> float | int | None:
    """Say how much is lacking; nothing where the comparison holds."""
    if isinstance(value, dt.date) and isinstance(threshold, dt.date):
        return 0 if is_met else abs((threshold - value).days)
    if isinstance(value, bool) or isinstance(threshold, bool):
        return None
    if not isinstance(value, int | float) or not isinstance(threshold, int | float):
        return None
    if is_met or asks == "<>":
        return 0
    lacking = round(abs(threshold - value), 12)
    return int(lacking) if lacking == int(lacking) else lacking


def _column(typed: Typed) -> str | None:
    """See the column through coalesce; None where something is computed."""
    if isinstance(typed, Read):
        return typed.column
    if isinstance(typed, Apply) and typed.operation.name in ("coalesce", "nullif"):
        return _column(typed.args[0])
    return None


def _unit_name(pack: Pack, typed: Typed) -> str | None:
    if typed.unit is None:
        return None
    return next((name for name, unit in pack.units.items() if unit == typed.unit), None)


def gap_report(pack: Pack, gap: Gap) -> Report:
    """Give one comparison as plain data with a sentence."""
    return {
        "verdict": gap.verdict,
        "column": gap.column,
        "text": gap.text,
        "asks": gap.asks,
        "negated": gap.negated,
        "value": plain_value(gap.value),
        "threshold": plain_value(gap.threshold),
        "distance": gap.distance,
        "unit": gap.unit,
        "sentence": {x: _sentence(pack, gap, x) for x in LANGUAGES},
    }


def _sentence(pack: Pack, gap: Gap, language: Language) -> str:
    zh = language == "zh"
    what = column_label(pack, gap.column, language) if gap.column else gap.text
    asks = _ASKS[gap.asks][language]
    if gap.negated:
        asks = f"不{asks}" if zh else f"not {asks}"
    value = _shown(pack, gap, gap.value, language)
    threshold = (
        "" if gap.asks in ("known", "unknown") else _shown(pack, gap, gap.threshold, language)
    )
    parts = [f"{what}现为 {value}" if zh else f"{what} is {value}"]
    parts.append(f"要求{asks} {threshold}".rstrip() if zh else f"asked {asks} {threshold}".rstrip())
    if gap.distance and gap.verdict is False:
        lacks = shown(pack, gap.distance, gap.unit, language)
        parts.append(f"差 {lacks}" if zh else f"{lacks} off")
    return ("，" if zh else ", ").join(parts)


def _shown(pack: Pack, gap: Gap, value: object, language: Language) -> str:
    if isinstance(value, tuple):
        return ("、" if language == "zh" else ", ").join(
            _shown(pack, gap, each, language) for each in value
        )
    indicator = pack.indicators.get(gap.column or "")
    if isinstance(value, str) and indicator is not None and indicator.vocabulary:
        vocabulary = pack.vocabularies.get(indicator.vocabulary)
        entry = vocabulary.entries.get(value) if vocabulary else None
        return str(getattr(entry, language)) if entry else value
    return shown(pack, value, None if isinstance(value, dt.date) else gap.unit, language)


def plain_value(value: object) -> object:
    """Give a value as JSON can hold it."""
    if isinstance(value, tuple):
        return [plain_value(each) for each in value]
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, bool | int | float | str):
        return value
    return str(value)
