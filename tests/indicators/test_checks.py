"""A measure that cannot give what its indicator says is refused before anything is computed."""

from __future__ import annotations

import pytest

from huoshui import entities, indicators
from huoshui.indicators.checks import MeasureRefusal
from tests.entities.worlds import linked
from tests.indicators.worlds import (
    indicators as every_indicator,
)
from tests.indicators.worlds import (
    measure_of,
    measures_pack,
    random_world,
)

WRONG = [
    ("WRONG_TYPE", "flag", None, {"op": "holding", "aggregate": "count"}),
    ("WRONG_TYPE", "number", "fen", {"op": "latest", "column": "kind"}),
    ("WRONG_UNIT", "number", "month", {"op": "latest", "column": "amount"}),
    ("NOT_A_SUM", "number", "fen", {"op": "trailing", "aggregate": "sum", "column": "kind"}),
    ("NOT_A_SUM", "number", "ratio", {"op": "variation", "column": "began", "months": 6}),
    ("NOT_FOR_OP", "flag", None, {"op": "holding", "aggregate": "any", "column": "kind"}),
    ("NOT_FOR_OP", "number", "month", {"op": "since", "column": "kind", "edge": "first"}),
    ("NOT_FOR_OP", "day", None, {"op": "edge_day", "column": "kind", "edge": "first"}),
    ("WRONG_TYPE", "number", "month", {"op": "edge_day", "column": "began", "edge": "last"}),
]


@pytest.mark.parametrize(("reason", "kind", "unit", "measure"), WRONG)
def test_a_measure_of_the_wrong_kind_is_refused(
    reason: str, kind: str, unit: str | None, measure: dict[str, object]
) -> None:
    made = {"it": measure_of("it", kind, unit, {"item": "sale", **measure})}
    codes = {problem.code for problem in indicators.definition_problems(measures_pack(made))}
    assert MeasureRefusal[reason].code in codes


def test_every_reason_is_reached() -> None:
    assert {reason for reason, *_ in WRONG} == {reason.name for reason in MeasureRefusal}


def test_sound_measures_are_not_refused() -> None:
    assert list(indicators.definition_problems(measures_pack(every_indicator()))) == []


def test_a_profile_that_lost_or_doubled_an_entity_is_found() -> None:
    pack = measures_pack(every_indicator(("",)))
    facts = random_world(3, (12,))
    bench = linked(pack, facts).run(indicators.build(pack, asof=pack.asof))
    bench.run([*entities.checks(pack), *indicators.checks(pack)])

    def offended() -> set[str]:
        return {
            check.name
            for check in indicators.checks(pack)
            if bench.rows(f"SELECT * FROM {check.name}")
        }

    assert offended() == set()
    bench.connection.execute("INSERT INTO profile_measured SELECT * FROM profile_measured LIMIT 1")
    assert offended() == {"profile_twice"}
    bench.connection.execute("DELETE FROM profile_measured")
    assert offended() == {"profile_lost"}
    bench.connection.execute("INSERT INTO profile_measured (entity) VALUES ('nobody')")
    bench.connection.execute("UPDATE settled_sale SET true_from = NULL")
    assert offended() == {"profile_lost", "profile_of_nobody", "fact_without_day"}
