"""A move that no answer depends on is left alone, and one that an answer may depend on is not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from huoshui.pipeline.idle import Path as Place
from huoshui.pipeline.idle import is_idle
from huoshui.pipeline.mutation import replaced
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Rating
from tests.given import pack_folder
from tests.policy.test_check import FILES

DAY = dt.date(2026, 11, 20)
BEST = ("groups", 0, "criteria", 0)

SCORE = """
    id: score
    label: {{ zh: 评分, en: score }}
    kind: policy
    base: 10
    least: 10
    most: {most}
    groups:
      - id: best
        label: {{ zh: 择优, en: best }}
        take: best
        cap: 5
        criteria:
          - id: paid
            indicator: paid_fen
            tiers: [{{ points: 0 }}, {{ at_least: 10, points: 5 }}]
            missing: 0
            cite: house#adr-0001
          - id: kind
            indicator: kind
            cases: {{ one: 4 }}
            otherwise: {otherwise}
            missing: {otherwise}
            cite: house#adr-0001
      - id: judged
        label: {{ zh: 评定, en: judged }}
        when: share is not null
        criteria:
          - id: paid
            indicator: paid_fen
            tiers: [{{ points: 0 }}, {{ at_least: 5, points: 7 }}]
            cite: house#adr-0001
      - id: counted
        label: {{ zh: 计数, en: counted }}
        when: {counted_when}
        criteria:
          - id: paid
            indicator: paid_fen
            tiers: [{{ points: 1 }}, {{ at_least: 5, points: 6 }}]
            cite: house#adr-0001
    cite: house#adr-0001
    checked_on: 2026-11-20
"""


@pytest.fixture(name="pack", scope="module")
def _pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return read(tmp_path_factory.mktemp("packs"))


def read(
    root: Path, most: int = 22, otherwise: int = 0, counted_when: str = "share is null"
) -> Pack:
    score = SCORE.format(most=most, otherwise=otherwise, counted_when=counted_when)
    return load([pack_folder(root, {**FILES, "ratings/score.yaml": score})], asof=DAY)


def is_left_alone(pack: Pack, path: Place, value: object) -> bool:
    rating = pack.ratings["score"]
    return is_idle(pack, rating, replaced(rating, path, value), path)


def is_left_alone_of(pack: Pack, name: str, path: Place, value: object) -> bool:
    indicator = pack.indicators[name]
    return is_idle(pack, indicator, replaced(indicator, path, value), path)


def test_a_ceiling_above_the_most_that_can_be_earned_takes_nothing_away(pack: Pack) -> None:
    # 10, 5 of the best group, and 7 judged or 6 counted, but never both: 22 at most.
    assert is_left_alone(pack, ("most",), Decimal(23))
    assert not is_left_alone(pack, ("most",), Decimal(21))


def test_groups_that_may_count_together_are_added_before_a_ceiling_is_called_idle(
    tmp_path: Path,
) -> None:
    pack = read(tmp_path, most=22, counted_when="kind is null")
    assert not is_left_alone(pack, ("most",), Decimal(23)), "28 could be earned"


def test_a_floor_below_the_least_that_everybody_earns_adds_nothing(pack: Pack) -> None:
    assert is_left_alone(pack, ("least",), Decimal(9))
    assert not is_left_alone(pack, ("least",), Decimal(11))


def test_a_cap_binds_only_below_what_its_group_may_earn(pack: Pack) -> None:
    assert is_left_alone(pack, ("groups", 0, "cap"), Decimal(6))
    assert not is_left_alone(pack, ("groups", 0, "cap"), Decimal(4))


def test_less_than_another_criterion_always_earns_is_never_the_best(pack: Pack) -> None:
    first = (*BEST, "tiers", 0, "points")
    assert is_left_alone(pack, first, Decimal(-1))
    assert not is_left_alone(pack, first, Decimal(1)), "the other may earn 0"
    assert not is_left_alone(pack, (*BEST, "tiers", 1, "points"), Decimal(4))
    assert not is_left_alone(pack, (*BEST, "tiers", 1, "at_least"), Decimal(-1)), "no points"


def test_what_another_criterion_may_fall_below_can_be_the_best(tmp_path: Path) -> None:
    pack = read(tmp_path, otherwise=-2)
    assert not is_left_alone(pack, (*BEST, "tiers", 0, "points"), Decimal(-1))


def test_where_all_criteria_count_none_is_left_alone(pack: Pack) -> None:
    rating = pack.ratings["score"]
    group = rating.groups[0].model_copy(update={"take": "sum"})
    summed: Rating = replaced(rating, ("groups", 0), group)
    path = (*BEST, "tiers", 0, "points")
    assert not is_idle(pack, summed, replaced(summed, path, Decimal(-1)), path)


def test_months_that_an_operation_does_not_read_are_left_alone(pack: Pack) -> None:
    before = ("measure", "months_before")
    assert is_left_alone_of(pack, "kind", before, 1), "the latest word needs no window"
    assert not is_left_alone_of(pack, "paid_fen", before, 1)
    assert not is_left_alone_of(pack, "paid_fen", ("measure", "months"), 11)
    assert not is_left_alone_of(pack, "share", ("values",), {}), "a formula measures nothing"


def test_where_some_points_are_known_to_nobody_no_score_starts_anywhere(pack: Pack) -> None:
    rating: Rating = replaced(pack.ratings["score"], ("groups", 0, "take"), "sum")
    criterion = ("groups", 0, "criteria", 1)
    for key, unknown in (("cases", {"one": None}), ("otherwise", None), ("missing", None)):
        assert not is_idle(pack, rating, replaced(rating, ("base",), Decimal(11)), ("base",))
        rating = replaced(rating, (*criterion, key), unknown)
    assert is_idle(pack, rating, replaced(rating, ("base",), Decimal(11)), ("base",))
