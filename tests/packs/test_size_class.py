"""The size class by its least measure is the size class as the table of 2017 words its rule."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.indicators.compute import computed
from huoshui.indicators.schema import arrow_type
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.policy.values import resolved
from tests.given import ROOT

DAY = dt.date(2026, 11, 20)
MEASURES = {"size_by_staff": "staff_count", "size_by_revenue": "revenue_fen"} | {
    "size_by_assets": "total_assets_fen"
}
CLASSES = ("large", "medium", "small")


@cache
def pack() -> Pack:
    return load([ROOT / "packs" / "common"], asof=DAY)


@cache
def limits() -> dict[str, dict[str, tuple[int, ...]]]:
    """Give, by line and measure, the limits of large, medium and small in the measure's unit."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for line in pack().vocabularies["size_line"].entries:
        found[line] = {}
        for indicator, column in MEASURES.items():
            values = pack().indicators[indicator].values
            stated = [values.get(f"{line}_{name}") for name in CLASSES]
            if all(stated):
                scale = 1 if column == "staff_count" else Decimal(1_000_000)
                found[line][column] = tuple(
                    int((resolved(each, DAY).value or 0) * scale)  # type: ignore[union-attr, arg-type]
                    for each in stated
                )
    return found


def worded(line: str, row: dict[str, int | None]) -> str | None:
    """Say the class as the rule does: every limit must be met, or it drops; micro is any below."""
    asked = limits()[line]
    known = {column: row[column] for column in asked}
    if any(value is not None and value < asked[c][2] for c, value in known.items()):
        return "micro"
    if None in known.values():
        return None
    for nth, name in enumerate(CLASSES):
        if all((known[column] or 0) >= asked[column][nth] for column in asked):
            return name
    raise AssertionError("what is not micro meets the limits of small")


def program(line: str, row: dict[str, int | None]) -> str | None:
    columns = {"size_line": pa.array([line], arrow_type(pack(), pack().indicators["size_line"]))}
    for column in MEASURES.values():
        columns[column] = pa.array([row[column]], arrow_type(pack(), pack().indicators[column]))
    for indicator in (*MEASURES, "size_class"):
        columns[indicator] = computed(pack(), indicator, columns, asof=DAY, rows=1)
    return columns["size_class"].to_pylist()[0]


@st.composite
def firms(draw: st.DrawFn) -> tuple[str, dict[str, int | None]]:
    line = draw(st.sampled_from(sorted(limits())))
    row: dict[str, int | None] = {}
    for column in MEASURES.values():
        near = [each + step for each in limits()[line].get(column, (0,)) for step in (-1, 0, 1)]
        row[column] = draw(st.one_of(st.none(), st.sampled_from(near)))
    return line, row


@given(firm=firms())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_the_least_measure_gives_the_class_that_the_rule_words(
    firm: tuple[str, dict[str, int | None]],
):
    assert program(*firm) == worded(*firm)


def test_the_table_has_sixteen_lines_and_each_line_one_or_two_measures():
    assert len(limits()) == 16
    assert {len(asked) for asked in limits().values()} == {1, 2}
    assert all(a > b > c for asked in limits().values() for a, b, c in asked.values())


def test_the_editions_of_the_trades_have_96_and_97_divisions_in_20_sections():
    assert len(pack().vocabularies["industry_section"].entries) == 20
    assert len(pack().vocabularies["industry_division"].entries) == 97
    before = load([ROOT / "packs" / "common"], asof=dt.date(2017, 9, 30))
    assert len(before.vocabularies["industry_division"].entries) == 96
    assert before.vocabularies["industry_division"].entries["59"].zh == "仓储业"
