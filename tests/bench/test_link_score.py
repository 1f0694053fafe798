"""The figure of the linkage benchmark, beside a plain reckoning of it."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest

from huoshui.bench.link_score import LINKS, score
from huoshui.synth.second_office import TRUTH

RELATION = {"branch": "branch", "near_identical": "none"}


def truth_of(*kinds: str) -> pa.Table:
    rows = [
        {
            "record": n,
            "kind": kind,
            "code": None if kind == "near_identical" else f"C{n}",
            "relation": RELATION.get(kind, "same"),
        }
        for n, kind in enumerate(kinds)
    ]
    return pa.Table.from_pylist(rows, TRUTH)


def links_of(*rows: tuple[int, str, str]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(LINKS.names, row, strict=True)) for row in rows], LINKS)


ALL = truth_of("legal_form", "branch", "near_identical", "ocr_slip")


def test_links_that_are_all_right_score_one() -> None:
    found = score(ALL, links_of((0, "C0", "same"), (1, "C1", "branch"), (3, "C3", "same")))
    assert (found["precision"], found["recall"], found["f1"]) == (1, 1, 1)
    assert set(found["f1_by_kind"].values()) == {1}


def test_linking_nothing_scores_nothing_and_leaves_a_twin_no_better_than_a_slip() -> None:
    found = score(ALL, links_of())
    assert (found["precision"], found["recall"], found["f1"]) == (0, 0, 0)
    assert found["f1_by_kind"]["near_identical"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_branch_said_to_be_its_firm_is_a_wrong_link_and_a_missing_one() -> None:
    found = score(truth_of("branch"), links_of((0, "C0", "same")))
    assert (found["precision"], found["recall"]) == (0, 0)


def test_a_twin_that_is_linked_counts_against_precision_only() -> None:
    made = links_of((0, "C0", "same"), (1, "C9", "same"))
    found = score(truth_of("legal_form", "near_identical"), made)
    assert (found["precision"], found["recall"]) == (0.5, 1)
    assert found["f1_by_kind"] == {"legal_form": 1, "near_identical": 0}


def test_links_without_a_relation_are_of_one_body() -> None:
    links = links_of((0, "C0", "same")).drop_columns(["relation"])
    assert score(truth_of("legal_form"), links)["f1"] == 1


def test_several_links_of_one_record_are_each_a_link() -> None:
    links = links_of((0, "C0", "same"), (0, "C5", "same"), (0, "C0", "same"))
    found = score(truth_of("legal_form"), links)
    assert (found["precision"], found["recall"]) == (0.5, 1)


@pytest.mark.parametrize("seed", range(5))
def test_the_figure_is_that_of_a_plain_reckoning(seed: int) -> None:
    chance = random.Random(seed)
    kinds = ("legal_form", "branch", "near_identical", "ocr_slip", "wrong_code")
    truth = truth_of(*(chance.choice(kinds) for _ in range(60)))
    rows = [
        (chance.randrange(60), f"C{chance.randrange(60)}", chance.choice(("same", "branch")))
        for _ in range(40)
    ]
    rows += [(n, f"C{n}", "same") for n in range(0, 60, 2)]
    found = score(truth, links_of(*rows))
    assert found["f1"] == pytest.approx(plainly(truth, set(rows)), abs=1e-4)
    for kind in set(kinds) - {"near_identical"}:
        only = [row for row in truth.to_pylist() if row["kind"] == kind]
        numbers = {row["record"] for row in only}
        mine = {row for row in rows if row[0] in numbers}
        own = plainly(pa.Table.from_pylist(only, TRUTH), mine)
        assert found["f1_by_kind"].get(kind, 0) == pytest.approx(own, abs=1e-4)


def plainly(truth: pa.Table, links: set[tuple[int, str, str]]) -> float:
    due = {
        (row["record"], row["code"], row["relation"])
        for row in truth.to_pylist()
        if row["relation"] != "none"
    }
    counted: Counter[Any] = Counter(right=len(due & links), made=len(links), due=len(due))
    both = counted["made"] + counted["due"]
    return 2 * counted["right"] / both if both else 0.0
