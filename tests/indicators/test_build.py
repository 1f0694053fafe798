"""What an indicator is, told by single cases: zero, unknown, the day, and the types of columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pyarrow as pa
import pytest

from huoshui import indicators
from huoshui.policy.schema import Indicator
from tests.entities.worlds import ASOF, Row, bench_of
from tests.indicators.worlds import ITEMS, measure_of, measures_pack

MADE: dict[str, tuple[str, str | None, dict[str, object]]] = {
    "sold_fen": ("number", "fen", {"item": "sale", "op": "holding", "aggregate": "sum"}),
    "bought_fen": ("number", "fen", {"item": "purchase", "op": "holding", "aggregate": "sum"}),
    "owed_yuan": ("number", "yuan", {"item": "report", "op": "holding", "aggregate": "sum"}),
}


def profile(rows: Mapping[str, list[Row]], made: Mapping[str, Indicator] | None = None) -> pa.Table:
    """Measure entity A from its settled facts."""
    chosen = made or {
        name: measure_of(name, kind, unit, {**shape, "column": "amount"})
        for name, (kind, unit, shape) in MADE.items()
    }
    pack = measures_pack(chosen)
    facts = {i: [{**_fact(), **row} for row in rows.get(i, ())] for i in ITEMS}
    bench = bench_of(pack, facts)
    for item in ITEMS:
        bench.connection.execute(
            f"CREATE VIEW settled_{item} AS SELECT *, subject_code AS entity FROM fact_{item}"
        )
    bench.connection.execute("CREATE TABLE entity AS SELECT 'A' AS entity")
    bench.run(indicators.build(pack, asof=ASOF))
    return bench.arrow("SELECT * FROM profile_measured")


def _fact() -> Row:
    return {
        "subject_code": "A",
        "true_from": dt.date(2026, 1, 31),
        "batch": 1,
        "feed": "f",
        "source_file": "a.csv",
        "source_row": 1,
        "no": "1",
        "party": "p",
        "amount": 100,
    }


def value(rows: Mapping[str, list[Row]], column: str) -> object:
    return profile(rows).column(column)[0].as_py()


def test_nothing_known_of_a_register_is_unknown_and_not_zero() -> None:
    assert value({}, "sold_fen") is None


def test_no_row_in_a_complete_register_is_zero_once_the_register_is_known() -> None:
    assert value({"sale": [{"subject_code": "B"}]}, "sold_fen") == 0


def test_no_row_where_absence_tells_nothing_is_unknown() -> None:
    assert value({"purchase": [{"subject_code": "B"}]}, "bought_fen") is None


def test_an_amount_that_nobody_gave_makes_the_sum_unknown() -> None:
    bought = {"purchase": [{}, {"no": "2", "kind": None}]}
    made = {
        "kinds": measure_of(
            "kinds",
            "number",
            "count",
            {"item": "purchase", "op": "holding", "aggregate": "count_distinct", "column": "kind"},
        )
    }
    assert profile(bought, made).column("kinds")[0].as_py() is None


def test_a_fact_that_becomes_true_after_the_day_does_not_exist_yet() -> None:
    tomorrow = ASOF + dt.timedelta(days=1)
    assert value({"sale": [{"true_from": ASOF}, {"true_from": tomorrow}]}, "sold_fen") == 100


def test_a_fact_holds_through_its_last_day() -> None:
    assert value({"sale": [{"true_until": ASOF}]}, "sold_fen") == 100
    assert value({"sale": [{"true_until": ASOF - dt.timedelta(days=1)}]}, "sold_fen") == 0


def test_a_later_report_of_the_same_thing_ends_the_earlier_one() -> None:
    reports = [
        {"true_from": dt.date(2026, 4, 30), "amount": 900},
        {"true_from": dt.date(2026, 5, 31), "amount": 700},
        {"true_from": dt.date(2026, 3, 31), "amount": 50, "no": "2"},
    ]
    assert value({"report": reports}, "owed_yuan") == 7.5


def test_columns_have_the_types_that_their_indicators_say() -> None:
    schema = profile({}).schema
    assert [str(schema.field(n).type) for n in ("entity", "sold_fen", "owed_yuan")] == [
        "string",
        "int64",
        "double",
    ]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ({"op": "trailing", "aggregate": "count", "months": 1}, 1),  # 30 June, not 31 May
        ({"op": "trailing", "aggregate": "count", "months": 2}, 2),
        ({"op": "trailing", "aggregate": "count", "months": 1, "months_before": 1}, 1),
        ({"op": "active_months", "months": 4}, 2),
        ({"op": "financial_year", "aggregate": "count"}, 1),
        ({"op": "financial_year", "aggregate": "count", "year": 0, "where": "party = 'q'"}, 0),
    ],
)
def test_windows_end_where_months_end(measure: dict[str, object], expected: int) -> None:
    days = (dt.date(2026, 5, 31), dt.date(2026, 6, 30), dt.date(2025, 12, 31), dt.date(2024, 1, 1))
    rows: list[Row] = [{"true_from": day, "no": str(n)} for n, day in enumerate(days)]
    made = {"n": measure_of("n", "number", "count", {"item": "sale", **measure})}
    assert profile({"sale": rows}, made).column("n")[0].as_py() == expected
