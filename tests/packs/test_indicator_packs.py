"""The indicators that the house ships say in worked examples what they mean, and mean it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from huoshui.engines.duckdb import DuckDB
from huoshui.entities.schema import DECISION
from huoshui.facts.schema import ARROW, ORIGIN, arrow_schema, own_columns
from huoshui.indicators.build import build
from huoshui.policy import expression
from huoshui.policy.schema import ColumnType, Item
from huoshui.policy.scope import profile_scope
from tests.packs.test_catalogue import ASOF, pack

EXAMPLE_KEYS = {"name", "asof", "given", "expect"}
FLAGS = (
    "is_",
    "has_",
    "was_",
    "owns_",
    "supports_",
    "led_",
    "national_award_",
    "provincial_award_",
)
FORMULAS = sorted(i.id for i in pack().indicators.values() if i.formula)


def examples(indicator: str) -> list[dict[str, Any]]:
    content = pack().examples("indicators")[indicator].content
    assert isinstance(content, list)
    return content


def day_of(example: dict[str, Any]) -> dt.date:
    return dt.date.fromisoformat(str(example.get("asof", ASOF)))


def expected(indicator: str, example: dict[str, Any]) -> object:
    """Give the value expected in the type of the indicator's column; None where unknown."""
    value, kind = example["expect"], pack().indicators[indicator].type
    if value == "unknown":
        return None
    if kind == "number":
        return float(Decimal(str(value)))
    if kind == "flag":
        assert isinstance(value, bool), (indicator, value)
    if kind == "day":
        return dt.date.fromisoformat(str(value))
    return value


def agrees(got: object, wanted: object) -> bool:
    if isinstance(got, int | float | Decimal) and isinstance(wanted, float):
        return float(got) == pytest.approx(wanted, rel=1e-12, abs=1e-12)
    return got == wanted and type(got) is type(wanted)


def test_every_indicator_has_a_known_and_an_unknown_or_edge_example():
    for name in pack().indicators:
        told = examples(name)
        outcomes = {str(e["expect"]) for e in told}
        assert len(told) >= 2, name
        assert len(outcomes) >= 2, f"{name} expects the same everywhere"
        assert outcomes - {"unknown"}, name
        assert len({e["name"] for e in told}) == len(told), name
        for example in told:
            assert set(example) <= EXAMPLE_KEYS, (name, example["name"])


def test_a_word_expected_is_a_word_of_the_vocabulary():
    for indicator in pack().indicators.values():
        if indicator.vocabulary:
            words = {*pack().vocabularies[indicator.vocabulary].entries, "unknown"}
            assert {e["expect"] for e in examples(indicator.id)} <= words, indicator.id


def test_zero_and_no_are_said_only_of_complete_registers():
    for indicator in pack().indicators.values():
        if indicator.measure is None:
            assert indicator.when_missing == "unknown", indicator.id
            continue
        complete = pack().items[indicator.measure.item].absence == "means_none"
        counts = indicator.measure.op != "latest"
        filled = {"number": "zero", "flag": "no"}.get(indicator.type, "unknown")
        assert indicator.when_missing == (filled if complete and counts else "unknown"), (
            indicator.id
        )


def test_the_name_of_a_column_carries_its_unit():
    suffixes = {"_fen": "fen", "_kwh": "kwh", "_m3": "cubic_metre", "_growth": "ratio"} | {
        "_share": "ratio",
        "_ratio": "ratio",
        "_months": "month",
    }
    for indicator in pack().indicators.values():
        flag = indicator.id.startswith(FLAGS)
        assert flag == (indicator.type == "flag"), indicator.id
        for suffix, unit in suffixes.items():
            if indicator.id.endswith(suffix):
                assert indicator.unit == unit, indicator.id
        if indicator.id.endswith("_count"):
            assert indicator.unit in ("count", "person"), indicator.id


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_gives_what_its_examples_say(name):
    indicator = pack().indicators[name]
    assert indicator.formula is not None
    typed = expression.check(
        expression.parse(indicator.formula), profile_scope(pack(), indicator.values)
    )
    for example in examples(name):
        given = {k: None if v == "null" else _read(k, v) for k, v in example["given"].items()}
        assert set(given) == set(expression.names(expression.parse(indicator.formula))) & set(
            pack().indicators
        ), f"{name}: {example['name']} does not give what the formula reads"
        got = expression.evaluate_row(typed, given, asof=day_of(example)).value
        assert agrees(got, expected(name, example)), (name, example["name"], got)


def _read(column: str, value: object) -> object:
    kind = pack().indicators[column].type
    if value is not None and kind == "number":
        return float(Decimal(str(value)))
    if value is not None and kind == "day":
        return dt.date.fromisoformat(str(value))
    return value


def _subjects() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Make every example of a measure a subject of its own."""
    for indicator in pack().indicators.values():
        if indicator.measure:
            for nth, example in enumerate(examples(indicator.id)):
                yield f"{indicator.id}/{nth}", indicator.id, example


def fact_of(item: Item, subject: str, nth: int, given: dict[str, Any]) -> dict[str, Any]:
    """Read a row of an example as ingest would, with the times that the item's columns tell."""
    unknown = set(given) - set(item.columns)
    assert not unknown, f"{subject} gives {unknown}, which {item.id} has not"
    for name in (*item.key, item.true_from):
        optional = name in ("true_from", "counterparty_code")
        assert optional or name in given, f"{subject} does not give {name}"
    row = {name: _typed(item, name, value) for name, value in given.items()}
    row |= {"entity": subject, "batch": 1, "feed": "f", "source_file": "a", "source_row": nth}
    row["true_from"] = _as_day(row[item.true_from])
    row["true_until"] = _as_day(row.get(item.true_until or ""))
    return row


def _typed(item: Item, name: str, value: Any) -> Any:
    column = item.columns[name]
    if column.vocabulary:
        assert value in pack().vocabularies[column.vocabulary].entries, (item.id, name, value)
    if column.type is ColumnType.DAY:
        return dt.date.fromisoformat(value)
    if column.type is ColumnType.DECIMAL:
        return Decimal(str(value))
    if pa.types.is_string(ARROW[column.type]):
        return str(value)
    assert isinstance(value, bool) == (column.type is ColumnType.FLAG), (item.id, name)
    return value


def _as_day(value: Any) -> dt.date | None:
    return dt.date(value, 12, 31) if isinstance(value, int) else value


@cache
def measured(asof: dt.date) -> dict[str, dict[str, Any]]:
    """Measure all examples in one world, each a subject that the registers may not know."""
    facts: dict[str, list[dict[str, Any]]] = {name: [] for name in pack().items}
    subjects = [name for name, _, _ in _subjects()]
    for subject, _, example in _subjects():
        for name, rows in example["given"].items():
            made = [fact_of(pack().items[name], subject, n, row) for n, row in enumerate(rows)]
            facts[name] += made
    with DuckDB(threads=1) as engine:
        engine.arrow("entity", pa.table({"entity": pa.array(subjects, pa.string())}))
        for name, rows in facts.items():
            item = pack().items[name]
            schema = arrow_schema(item).insert(0, pa.field("entity", pa.string()))
            columns = ("entity", *own_columns(item), *ORIGIN)
            full = [{c: row.get(c) for c in columns} for row in rows]
            engine.arrow(f"fact_{name}", pa.Table.from_pylist(full, schema))
            engine.view(f"settled_{name}", f"SELECT * FROM fact_{name}")
        engine.steps(build(pack(), asof=asof))
        rows = engine.query("SELECT * FROM profile_measured").to_pylist()
    return {row["entity"]: row for row in rows}


def test_every_register_is_known_in_the_examples():
    """A register that nobody has filled tells nothing, so each needs a row in some example."""
    given = {item for _, _, e in _subjects() for item, rows in e["given"].items() if rows}
    assert given == set(pack().items) - {DECISION}, "words on who is who are measured by nothing"


@pytest.mark.parametrize("name", sorted({n for _, n, _ in _subjects()}))
def test_a_measure_gives_what_its_examples_say(name):
    for subject, indicator, example in _subjects():
        if indicator == name:
            got = measured(day_of(example))[subject][name]
            assert agrees(got, expected(name, example)), (name, example["name"], got)
