"""`huoshui explain CODE --definition ID`: what stands between a subject and one definition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from huoshui import explain as wording
from huoshui.cli import output
from huoshui.kernel.errors import Refusal
from huoshui.matching import Rules, kind_of
from huoshui.policy.pack import Pack


class GivenRefusal(Refusal):
    """Why an assumed value cannot be read."""

    NO_COLUMN = (
        "There is no column {column} to assume a value of.",
        "Name an indicator or an input of the table, as in --given rd_intensity=0.05.",
        "没有可以假设取值的列 {column}。",
        "请写一项指标或判定表的输入，例如 --given rd_intensity=0.05。",
    )
    NOT_A_VALUE = (
        "{text} is not a {type} for {column}.",
        "Write a number, true or false, a day YYYY-MM-DD, a word, or unknown.",
        "{text} 不是列 {column} 的 {type} 值。",
        "请写数字、true 或 false、日期 YYYY-MM-DD、词汇或 unknown。",
    )


def assumed(pack: Pack, definition: str, given: Iterable[str]) -> dict[str, object]:
    """Read `column=value` assumptions, each as the type of its column."""
    table = pack.tables.get(definition)
    inputs = {} if table is None else {n: c.type for n, c in table.inputs.items()}
    types: Mapping[str, str] = {**{n: i.type for n, i in pack.indicators.items()}, **inputs}
    found: dict[str, object] = {}
    for text in given:
        column, _, value = text.partition("=")
        if column not in types:
            raise GivenRefusal.NO_COLUMN.refuse(column=column)
        try:
            found[column] = _read(value.strip(), types[column])
        except (ValueError, InvalidOperation):
            raise GivenRefusal.NOT_A_VALUE.refuse(
                text=value, type=types[column], column=column
            ) from None
    return found


def _read(text: str, type_: str) -> object:
    if text == "unknown":
        return None
    if type_ == "flag":
        return {"true": True, "false": False}[text] if text in ("true", "false") else _fail(text)
    if type_ == "day":
        return dt.date.fromisoformat(text)
    if type_ == "text":
        return text
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _fail(text: str) -> object:
    raise ValueError(text)


def report_of(
    rules: Rules,
    row: Mapping[str, object],
    definition: str,
    given: Mapping[str, object],
    *,
    grade: str | None,
) -> dict[str, Any]:
    """Explain one definition to one row, with what is assumed of it."""
    pack = rules.pack
    moved = rules.moved(rules.whole_row(row), given) if given else row
    kind = kind_of(pack, definition)
    report = wording.whynot_report(
        pack, kind, definition, moved, pack.asof, rules=rules, grade=grade
    )
    return {**report, "given": {name: wording.plain_value(v) for name, v in given.items()}}


def show(answer: Mapping[str, Any], lang: Any) -> None:
    """Show a report as text."""
    output.say(f"{answer['asked']} ({answer['entity']})")
    for line in wording.whynot_lines(dict(answer), lang):
        output.say(line)
