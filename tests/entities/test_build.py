"""Who is who, told by single cases."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.entities.worlds import Bench, Facts, fact, linked, settlement_of, world_pack

A, B = "91430100AAAAAAAA1A", "91430100BBBBBBBB2B"
OLD = "430100000000001"
RULE = settlement_of(["authority", "latest_true", "latest_known"], {"loan": ["register", "bank"]})


def world(**facts: list[dict[str, object]]) -> Bench:
    return linked(world_pack(RULE), facts)


def entity_of(bench: Bench, code: str | None, name: str | None) -> object:
    found = bench.connection.execute(
        "SELECT entity FROM subject_entity WHERE subject_code IS NOT DISTINCT FROM ?"
        " AND subject_name IS NOT DISTINCT FROM ?",
        [code, name],
    ).fetchall()
    return found[0][0] if found else None


def test_an_old_number_joins_the_code_that_a_registration_gives_beside_it() -> None:
    bench = world(
        registration=[fact((A, "甲有限公司"), legacy_no=OLD)],
        loan=[fact((OLD, "甲公司旧名"), contract_no="c1")],
    )
    assert entity_of(bench, OLD, "甲公司旧名") == A


def test_an_old_number_that_nobody_maps_is_an_entity_of_its_own() -> None:
    bench = world(loan=[fact((OLD, "甲有限公司"), contract_no="c1"), fact((A, "甲有限公司"), 2)])
    assert entity_of(bench, OLD, "甲有限公司") == OLD


def test_an_old_number_that_two_codes_claim_is_linked_to_neither() -> None:
    bench = world(
        registration=[fact((A, "甲"), legacy_no=OLD), fact((B, "乙"), 2, legacy_no=OLD)],
        loan=[fact((OLD, "丙"), contract_no="c1")],
    )
    assert bench.rows("SELECT subject_code, reason, candidates FROM unlinked") == [
        (OLD, "AMBIGUOUS_LEGACY_CODE", 2)
    ]


def test_a_name_joins_the_one_entity_that_bears_it_however_it_is_spelt() -> None:
    bench = world(
        registration=[fact((A, "芙蓉（湖南）科技有限公司"))],
        loan=[fact((None, "湖南芙蓉 科技有限公司"), contract_no="c1")],
    )
    assert entity_of(bench, None, "湖南芙蓉 科技有限公司") == A


def test_a_former_name_joins_the_entity_that_bore_it() -> None:
    bench = world(
        registration=[fact((A, "新名有限公司"), former_name="旧名有限公司")],
        loan=[fact((None, "旧名有限公司"), contract_no="c1")],
    )
    assert entity_of(bench, None, "旧名有限公司") == A


def test_a_name_that_two_codes_bear_joins_neither_and_merges_nothing() -> None:
    bench = world(
        registration=[fact((A, "同名有限公司")), fact((B, "同名有限公司"), 2)],
        loan=[fact((None, "同名有限公司"), contract_no="c1")],
    )
    assert bench.rows("SELECT subject_name, reason, facts, candidates FROM unlinked") == [
        ("同名有限公司", "AMBIGUOUS_NAME", 1, 2)
    ]
    assert bench.rows("SELECT entity FROM entity ORDER BY 1") == [(A,), (B,)]


def test_a_name_nobody_bears_is_an_entity_known_by_name_only() -> None:
    bench = world(loan=[fact((None, "无码有限公司"), contract_no="c1")])
    ((entity, code, name),) = bench.rows("SELECT entity, code, name FROM entity")
    assert (code, name) == (None, "无码有限公司")
    assert entity == entity_of(
        world(loan=[fact((None, " 无码有限公司 "), 9)]), None, " 无码有限公司 "
    )


def test_a_record_without_code_and_name_is_kept_aside_with_its_reason() -> None:
    bench = world(loan=[fact((None, None), contract_no="c1"), fact((None, "（ ）"), 2)])
    assert sorted(bench.rows("SELECT reason FROM unlinked")) == [("NO_SUBJECT",), ("NO_SUBJECT",)]


def test_a_branch_is_linked_to_its_parent_and_never_merged() -> None:
    bench = world(
        registration=[fact((A, "甲乙有限公司")), fact((B, "甲乙有限公司长沙分公司"), 2)],
        loan=[fact((B, "甲乙有限公司长沙分公司"), contract_no="c1")],
    )
    assert bench.rows("SELECT branch, parent, how FROM branch_link") == [(B, A, "name")]
    assert bench.rows("SELECT entity FROM settled_loan") == [(B,)]
    assert bench.rows("SELECT parent FROM entity WHERE is_branch") == [(A,)]


def test_a_branch_that_a_parent_lists_is_an_entity_without_facts_of_its_own() -> None:
    bench = world(
        branch=[fact((A, "甲有限公司"), branch_code=B, branch_name="甲有限公司株洲店")],
    )
    assert bench.rows("SELECT branch, parent, how FROM branch_link") == [(B, A, "listed")]
    assert bench.rows(f"SELECT name, kind FROM entity WHERE entity = '{B}'") == [
        ("甲有限公司株洲店", "firm")
    ]


def test_a_correction_supersedes_the_earlier_word_of_its_own_feed_only() -> None:
    bench = world(
        loan=[
            fact((A, None), 1, contract_no="c1", balance_fen=5, feed="bank", batch=1),
            fact((A, None), 1, contract_no="c1", balance_fen=6, feed="bank", batch=3),
            fact((A, None), 1, contract_no="c1", balance_fen=7, feed="register", batch=2),
            fact((A, None), 2, contract_no="c2", balance_fen=8, feed="bank", batch=1),
        ]
    )
    assert bench.rows("SELECT contract_no, balance_fen FROM settled_loan ORDER BY 1") == [
        ("c1", 7),
        ("c2", 8),
    ]
    assert bench.rows("SELECT count(*) FROM fact_loan") == [(4,)]


@pytest.mark.parametrize(
    ("rule", "balance"), [("latest_true", 2), ("latest_known", 1), ("authority", 1)]
)
def test_each_step_of_the_settlement_rule_chooses_as_it_says(rule: str, balance: int) -> None:
    facts: Facts = {
        "loan": [
            fact((A, None), balance_fen=1, feed="bank", batch=9, true_from=dt.date(2026, 1, 1)),
            fact((A, None), balance_fen=2, feed="other", batch=2, true_from=dt.date(2026, 5, 1)),
        ]
    }
    bench = linked(world_pack(settlement_of([rule], {"loan": ["register", "bank"]})), facts)
    assert bench.rows("SELECT balance_fen FROM settled_loan") == [(balance,)]


def test_an_entity_is_described_by_its_latest_registration_in_force_on_the_day() -> None:
    bench = world(
        registration=[
            fact((A, "旧"), 1, region_code="430100", true_from=dt.date(2020, 1, 1)),
            fact((A, "新"), 2, region_code="430200", true_from=dt.date(2026, 6, 30)),
            fact((A, "明日"), 3, region_code="430300", true_from=dt.date(2026, 7, 1)),
        ]
    )
    assert bench.rows("SELECT name, region_code, kind FROM entity") == [("新", "430200", "firm")]
