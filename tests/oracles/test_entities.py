"""The SQL of the entities stage against a slow plain version, on many small worlds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.entities import checks
from huoshui.entities.ops.naming import normal_names
from huoshui.kernel.sql import literal
from tests.entities.worlds import (
    BRACKET_WORDS,
    ITEMS,
    LEGAL_FORMS,
    bench_of,
    linked,
    random_facts,
    settlement_of,
    world_pack,
)
from tests.oracles import entity_oracle

RULES = (
    settlement_of(["authority", "latest_true", "latest_known"], {"loan": ["bank", "office"]}),
    settlement_of(["latest_known"]),
    settlement_of(["latest_true", "authority"], {"loan": ["other"], "registration": ["bank"]}),
)
SEEDS = range(30)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_world_is_linked_and_settled_as_the_plain_version_does(seed: int) -> None:
    facts, rule = random_facts(seed), RULES[seed % len(RULES)]
    pack = world_pack(rule)
    bench = linked(pack, facts)
    oracle = entity_oracle.Linking(facts)
    links = {
        (code, name): (entity, how)
        for code, name, entity, how in bench.rows("SELECT * FROM subject_entity")
    }
    unlinked = {
        (code, name): (None, reason)
        for code, name, reason in bench.rows(
            "SELECT subject_code, subject_name, reason FROM unlinked"
        )
    }
    assert links | unlinked == oracle.subjects
    assert dict(bench.rows("SELECT branch, parent FROM branch_link")) == oracle.parents
    for item in ITEMS.values():
        key = ", ".join(item.key)
        believed = bench.rows(
            f"SELECT entity, {key}, feed, batch, source_file, source_row FROM settled_{item.id}"
        )
        expected = [
            (*place, row["feed"], row["batch"], row["source_file"], row["source_row"])
            for place, row in entity_oracle.settled(
                item, facts[item.id], rule, oracle.subjects
            ).items()
        ]
        assert sorted(map(str, believed)) == sorted(map(str, expected))


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    facts, pack = random_facts(seed), world_pack(RULES[0])
    mixed = {item: list(rows) for item, rows in facts.items()}
    for rows in mixed.values():
        random.Random(seed).shuffle(rows)
    for relation in ("subject_entity", "unlinked", "branch_link", "entity", "settled_loan"):
        ordered = f"SELECT * FROM {relation} ORDER BY ALL"
        assert linked(pack, facts).rows(ordered) == linked(pack, mixed).rows(ordered)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_must_hold_of_the_stage_holds(seed: int) -> None:
    pack = world_pack(RULES[0])
    bench = linked(pack, random_facts(seed)).run(checks(pack))
    for check in checks(pack):
        assert bench.rows(f"SELECT * FROM {check.name}") == [], check.name


EMPTY = bench_of(world_pack(RULES[0]), {})


@given(
    st.lists(
        st.text(alphabet="湖南芙蓉科公司集团()（）［］ 　ａBb·1１", max_size=14),
        min_size=1,
        max_size=20,
    )
)
def test_a_name_has_one_form_in_sql_and_in_plain_words(names: list[str]) -> None:
    listed = ", ".join(f"({literal(name)})" for name in names)
    sql = normal_names(
        f"SELECT name FROM (VALUES {listed}) AS given(name)",
        legal_forms=LEGAL_FORMS,
        bracket_words=BRACKET_WORDS,
    )
    expected = {n: entity_oracle.normal(n) for n in names if entity_oracle.normal(n)}
    assert dict(EMPTY.rows(sql)) == expected
