"""The SQL of every operation against a slow plain version, on random facts and several days."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from huoshui import entities, indicators
from huoshui.policy.pack import Pack
from tests.entities.worlds import Bench, Row, bench_of, linked
from tests.indicators import worlds
from tests.oracles import indicator_oracle

DAYS = (dt.date(2026, 6, 30), dt.date(2026, 2, 28), dt.date(2026, 3, 15))
TEXTS = tuple(worlds.CONDITIONS)
PACKS = [worlds.measures_pack(worlds.indicators((text,))) for text in TEXTS]
PACK = PACKS[1]  # the one whose condition may be unknown


def with_everybody(facts: dict[str, list[Row]], pack: Pack = PACK) -> Bench:
    """Link facts, and add an entity of which nothing is known."""
    bench = linked(pack, facts)
    for entity in worlds.ENTITIES:
        bench.connection.execute(
            "INSERT INTO entity (entity) SELECT ? WHERE ? NOT IN (SELECT entity FROM entity)",
            [entity, entity],
        )
    return bench


def profile(bench: Bench, asof: dt.date, pack: Pack = PACK) -> list[dict[str, object]]:
    steps = indicators.build(pack, asof=asof)
    for step in steps:
        bench.connection.execute(f"CREATE OR REPLACE {step.kind} {step.name} AS {step.sql}")
    return bench.arrow("SELECT * FROM profile_measured ORDER BY entity").to_pylist()


def alike(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, int | float | Decimal):
        return one == pytest.approx(float(other), rel=1e-12, abs=1e-12)
    return one == other and isinstance(one, bool) == isinstance(other, bool)


@pytest.mark.parametrize("seed", range(15))
def test_every_measure_is_as_the_plain_version_has_it(seed: int) -> None:
    facts, pack = worlds.random_world(seed), PACKS[seed % len(PACKS)]
    bench, asof = with_everybody(facts, pack), DAYS[seed % len(DAYS)]
    settled = worlds.believed(bench, pack)
    differing = []
    for row in profile(bench, asof, pack):
        for name, indicator in pack.indicators.items():
            measure = indicator.measure
            assert measure is not None
            own = [r for r in settled[measure.item] if r["entity"] == row["entity"]]
            expected = indicator_oracle.measured(
                indicator,
                pack.items[measure.item],
                own,
                worlds.CONDITIONS[measure.where or ""],
                asof=asof,
                is_known=bool(facts[measure.item]),
            )
            if not alike(row[name], expected):
                differing.append((row["entity"], name, measure, row[name], expected))
    assert not differing, differing[:3]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_and_facts_of_others_change_nothing(seed: int) -> None:
    facts = worlds.random_world(seed, (6, 20))
    before = profile(with_everybody(facts), DAYS[0])
    mixed = {
        item: [*rows, {**rows[0], "subject_code": "Z"}] if rows else []
        for item, rows in facts.items()
    }
    for rows in mixed.values():
        random.Random(seed).shuffle(rows)
    after = [row for row in profile(with_everybody(mixed), DAYS[0]) if row["entity"] != "Z"]
    assert after == before


@pytest.mark.parametrize("seed", range(3))
def test_a_later_correction_does_not_change_what_was_known_before_it(seed: int) -> None:
    facts = worlds.random_world(seed, (6, 20))
    corrected = {
        item: [*rows, *({**row, "batch": 9, "amount": 1, "kind": "x"} for row in rows)]
        for item, rows in facts.items()
    }
    as_known = {item: [r for r in rows if r["batch"] < 9] for item, rows in corrected.items()}
    assert profile(with_everybody(as_known), DAYS[0]) == profile(with_everybody(facts), DAYS[0])
    assert profile(with_everybody(corrected), DAYS[0]) != profile(with_everybody(facts), DAYS[0])


def test_one_entity_measured_alone_is_as_among_all() -> None:
    facts = worlds.random_world(5, (20,))
    bench = with_everybody(facts)
    together = [row for row in profile(bench, DAYS[0]) if row["entity"] in ("A", "E")]
    alone = bench_of(PACK, facts).run(entities.build(PACK))
    alone.connection.execute("INSERT INTO entity (entity) VALUES ('E')")
    alone.connection.execute("CREATE TEMP TABLE wanted AS FROM (VALUES ('A'), ('E')) AS v(entity)")
    alone.run(indicators.build(PACK, asof=DAYS[0], within="wanted"))
    assert alone.arrow("SELECT * FROM profile_measured ORDER BY entity").to_pylist() == together


@pytest.mark.parametrize("seed", range(4))
def test_a_trace_gives_the_facts_that_the_value_is_made_of(seed: int) -> None:
    bench = with_everybody(worlds.random_world(seed, (30,)), PACKS[2])
    rows = {row["entity"]: row for row in profile(bench, DAYS[0], PACKS[2])}
    checked = set()
    for name, indicator in PACKS[2].indicators.items():
        measure = indicator.measure
        assert measure is not None
        sql = indicators.trace(PACKS[2], name, "A", asof=DAYS[0])
        assert sql is not None
        facts, value = bench.arrow(sql).to_pylist(), rows["A"][name]
        if value is None or (indicator.when_missing != "unknown" and not facts):
            continue
        checked.add(measure.aggregate or measure.op)
        if measure.aggregate == "sum":
            assert sum(f[measure.column or ""] for f in facts) == value
        elif measure.aggregate == "count" and measure.column is None:
            assert len(facts) == value
        elif measure.op == "latest":
            assert [f[measure.column or ""] for f in facts] == [value]
        elif measure.op == "active_months":
            assert len({(f["holds_from"].year, f["holds_from"].month) for f in facts}) == value
    assert {"sum", "count", "latest", "active_months"} <= checked
