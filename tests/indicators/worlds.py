"""Random facts of a few entities, and measures of every kind over them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Mapping
from decimal import Decimal

from huoshui.policy.pack import Pack
from huoshui.policy.schema import Indicator, Item
from tests.entities.worlds import Bench, Facts, Row, item_of, settlement_of, world_pack

ENTITIES = ("A", "B", "C", "D", "E")

COLUMNS = {
    "no": "text",
    "kind": "text",
    "party": "text",
    "amount": "money:fen",
    "weight": "decimal:ratio",
    "is_new": "flag",
    "began": "day",
    "part": "text",
}
NEEDED = ("amount", "party")

ITEMS: Mapping[str, Item] = {
    item.id: item
    for item in (
        item_of("sale", COLUMNS, ["no"], absence="means_none", required=NEEDED),
        item_of("purchase", COLUMNS, ["no"], absence="unknown", required=NEEDED),
        item_of("report", COLUMNS, ["no", "true_from"], absence="means_none", required=NEEDED),
    )
}

CONDITIONS = {
    "": None,
    "kind = 'x'": lambda r: None if r["kind"] is None else r["kind"] == "x",
    "party = 'p'": lambda r: r["party"] == "p",
    "is_new or kind = 'y'": lambda r: _either(
        r["is_new"], None if r["kind"] is None else r["kind"] == "y"
    ),
    "began is null": lambda r: r["began"] is None,
}


def _either(one: bool | None, other: bool | None) -> bool | None:
    return True if one or other else None if one is None or other is None else False


SHAPES: tuple[tuple[str, str | None, dict[str, object]], ...] = (
    ("number", "fen", {"op": "latest", "column": "amount"}),
    ("text", None, {"op": "latest", "column": "kind"}),
    ("flag", None, {"op": "latest", "column": "is_new"}),
    ("number", "count", {"op": "holding", "aggregate": "count"}),
    ("number", "count", {"op": "holding", "aggregate": "count", "column": "kind"}),
    ("flag", None, {"op": "holding", "aggregate": "any"}),
    ("flag", None, {"op": "holding", "aggregate": "any", "column": "is_new"}),
    ("number", "count", {"op": "holding", "aggregate": "count_distinct", "column": "party"}),
    ("number", "fen", {"op": "holding", "aggregate": "max", "column": "amount"}),
    ("day", None, {"op": "holding", "aggregate": "min", "column": "began"}),
    ("number", "fen", {"op": "financial_year", "aggregate": "sum", "column": "amount"}),
    ("number", "fen", {"op": "financial_year", "aggregate": "sum", "column": "amount", "year": -1}),
    ("number", "ratio", {"op": "trailing", "aggregate": "sum", "column": "weight", "months": 6}),
    ("number", "count", {"op": "trailing", "aggregate": "count", "months": 3, "months_before": 3}),
    ("number", "count", {"op": "active_months", "months": 12}),
    ("number", "month", {"op": "since", "column": "began", "edge": "first"}),
    ("number", "month", {"op": "since", "column": "true_from", "edge": "last"}),
    ("day", None, {"op": "edge_day", "column": "began", "edge": "first"}),
    ("day", None, {"op": "edge_day", "column": "true_from", "edge": "last"}),
    (
        "number",
        "ratio",
        {"op": "top_share", "column": "amount", "by": "party", "top": 1, "months": 12},
    ),
    (
        "number",
        "ratio",
        {"op": "top_share", "column": "weight", "by": "part", "top": 2, "months": 24},
    ),
    ("number", "ratio", {"op": "variation", "column": "amount", "months": 6}),
    ("number", "ratio", {"op": "variation", "column": "weight", "months": 12}),
)


def indicators(conditions: Collection[str] = tuple(CONDITIONS)) -> dict[str, Indicator]:
    """Make an indicator for every shape and item, under each of the conditions."""
    made = {}
    for item in ITEMS.values():
        for nth, (kind, unit, shape) in enumerate(SHAPES):
            for c, text in enumerate(CONDITIONS):
                if text not in conditions:
                    continue
                name = f"{item.id}_{nth}_{c}"
                may_fill = item.absence == "means_none" and c % 2 == 0 and kind != "text"
                filled = {"number": "zero", "flag": "no"}.get(kind) if may_fill else None
                made[name] = measure_of(
                    name,
                    kind,
                    unit,
                    {**shape, "item": item.id, "where": text or None},
                    when_missing=filled or "unknown",
                )
    return made


def measure_of(
    name: str,
    kind: str,
    unit: str | None,
    measure: Mapping[str, object],
    when_missing: str = "unknown",
) -> Indicator:
    """Make a measured indicator."""
    return Indicator.model_validate(
        {
            "id": name,
            "label": {"zh": name, "en": name},
            "type": kind,
            "unit": unit,
            "measure": measure,
            "when_missing": when_missing,
            "cite": "house#adr-0001",
            "checked_on": "2026-11-20",
        }
    )


def measures_pack(made: Mapping[str, Indicator]) -> Pack:
    """Make a pack of indicators over the three items."""
    return world_pack(settlement_of(["latest_known"]), ITEMS, indicators=made)


def random_world(seed: int, sizes: tuple[int, ...] = (0, 6, 14, 30)) -> dict[str, list[Row]]:
    """Make facts whose days lie close to the edges of windows; an item has one of the sizes."""
    chance = random.Random(seed)
    edges = [dt.date(2026, m, d) for m in (1, 3, 6) for d in (1, 28)]
    edges += [dt.date(2025, 12, 31), dt.date(2025, 6, 30), dt.date(2024, 12, 31)]
    edges += [dt.date(2026, 2, 28), dt.date(2026, 3, 31), dt.date(2026, 7, 1)]
    facts: dict[str, list[Row]] = {}
    for item in ITEMS:
        size = chance.choice(sizes)
        facts[item] = [_row(chance, edges, number) for number in range(size)]
    return facts


def _row(chance: random.Random, edges: list[dt.date], number: int) -> Row:
    day = chance.choice(edges) + dt.timedelta(days=chance.choice((-1, 0, 0, 1)))
    return {
        "subject_code": chance.choice(ENTITIES[:-1]),
        "subject_name": None,
        "true_from": day,
        "true_until": chance.choice((None, None, day + dt.timedelta(days=40))),
        "batch": chance.randint(1, 3),
        "feed": chance.choice(("f", "g")),
        "source_file": "a.csv",
        "source_row": number,
        "no": chance.choice("1234567"),
        "kind": chance.choice(("x", "y", None)),
        "party": chance.choice("pqr"),
        "part": chance.choice(("s", "t", "u", "v", None)),
        "amount": chance.choice((-50, 0, 7, 100, 10**12)),
        "weight": chance.choice((Decimal("0.25"), Decimal("3"), None)),
        "is_new": chance.choice((True, False, None)),
        "began": chance.choice((None, day, dt.date(2020, 2, 29), dt.date(2027, 1, 1))),
    }


def believed(bench: Bench, pack: Pack) -> Facts:
    """Read the settled facts back, as rows."""
    return {item: bench.arrow(f"SELECT * FROM settled_{item}").to_pylist() for item in pack.items}
