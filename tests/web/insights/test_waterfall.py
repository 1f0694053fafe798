"""A waterfall's bars follow from each other, add up, and stay within the drawing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.web.insights.rules.waterfall import Waterfall, waterfall

WORDS = {name: {"zh": name, "en": name} for name in ("same", "review", "total")}


@dataclass(frozen=True)
class Weighed:
    part: str
    level: str | None
    bits: float


def drawn(bits: list[float], same: float = 8, review: float = -2) -> Waterfall:
    bars = [(Weighed(f"p{n}", "equal", b), {"zh": "甲", "en": "a"}) for n, b in enumerate(bits)]
    return waterfall(bars, same_bits=same, review_bits=review, words=WORDS)


@given(st.lists(st.floats(-40, 40), min_size=1, max_size=9))
def test_each_bar_starts_where_the_one_before_ended(bits: list[float]) -> None:
    made = drawn(bits)
    *bars, total = made.bars
    assert total.sum == pytest.approx(sum(bits))
    assert [b.bits for b in bars] == pytest.approx(bits)
    start = made.zero
    for bar in bars:
        assert start == pytest.approx(bar.x if bar.bits >= 0 else bar.x + bar.width, abs=0.41)
        assert bar.ends_at >= start if bar.bits >= 0 else bar.ends_at <= start
        start = bar.ends_at
    assert total.ends_at == start


@given(st.lists(st.floats(-40, 40), min_size=1, max_size=9), st.floats(-30, 30))
def test_nothing_is_drawn_outside(bits: list[float], same: float) -> None:
    made = drawn(bits, same=same, review=same - 10)
    places = [(b.x, b.x + b.width) for b in made.bars] + [(t.x, t.x) for t in made.thresholds]
    assert all(0 <= left <= right <= 100 for left, right in places)
    review, line = made.thresholds
    assert review.x <= line.x


def test_what_speaks_neither_way_is_neither_for_nor_against() -> None:
    sides = [bar.side for bar in drawn([0.01, 2.0, -2.0]).bars]
    assert sides == ["even", "for", "against", "total"]
