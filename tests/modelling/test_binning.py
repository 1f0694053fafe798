"""Bins: missing values apart, directions kept, rare and unseen words together."""

from __future__ import annotations

import numpy as np
import pytest

from huoshui.modelling.binning import NumberBins, WordBins, bins_of
from huoshui.modelling.metrics import auc_of, ks_of, psi_of
from huoshui.modelling.table import Column


def column(values: object, kind: str = "number") -> Column:
    return Column("x", "x", kind, np.asarray(values, float if kind == "number" else object))  # type: ignore[arg-type]


def test_missing_numbers_are_a_bin_of_their_own() -> None:
    random = np.random.default_rng(5)
    values = random.normal(size=600)
    is_missing = random.random(600) < 0.3
    bad = (random.random(600) < np.where(is_missing, 0.7, 0.15)).astype(float)
    bins = bins_of(column(np.where(is_missing, np.nan, values)), bad, trend="auto_asc_desc")
    assert isinstance(bins, NumberBins)
    assert bins.missing > 1
    assert max(bins.evidence) < 0
    assert bins.of(np.array([np.nan]))[0] == bins.missing


@pytest.mark.parametrize("trend", ["ascending", "descending"])
def test_a_declared_direction_holds_from_bin_to_bin(trend: str) -> None:
    random = np.random.default_rng(6)
    values = random.uniform(-1, 1, 800)
    bad = (random.random(800) < 0.2 + 0.4 * values**2).astype(float)  # a valley
    bins = bins_of(column(values), bad, trend=trend)  # type: ignore[arg-type]
    assert isinstance(bins, NumberBins)
    assert len(bins.evidence) > 1
    ordered = sorted(bins.evidence, reverse=trend == "descending")
    assert list(bins.evidence) == ordered


def test_a_cut_is_the_shortest_number_that_parts_the_rows_and_starts_its_bin() -> None:
    values = np.repeat([1.25, 2.113, 4.318, 4.971, 6.04, 9.31], 80)
    bad = (np.arange(480) >= 240).astype(float)
    bad[::10] = 1 - bad[::10]
    bins = bins_of(column(values), bad, trend="ascending")
    assert isinstance(bins, NumberBins)
    cut = next(start for start in bins.starts if 4.318 < start <= 4.971)
    assert len(f"{cut:g}") <= 3
    below, at = bins.of(np.array([np.nextafter(cut, 0), cut]))
    assert below < at


def test_rare_words_and_words_never_seen_are_judged_together() -> None:
    words = ["a"] * 200 + ["b"] * 200 + [f"rare {i}" for i in range(8)] * 2
    bad = np.array([1.0, 0, 0, 0] * 50 + [1.0, *[0.0] * 19] * 10 + [1.0] * 16)
    bins = bins_of(column(words, "word"), bad, trend="auto")
    assert isinstance(bins, WordBins)
    assert set(bins.evidence) == {"a", "b"}
    evidence = bins.of(np.array(["a", "b", "rare 3", "new", None], dtype=object))
    assert evidence[1] < evidence[0] < evidence[2], bins
    assert evidence[2] == evidence[3] == bins.otherwise
    assert evidence[4] == 0  # none was missing, so a missing one tells nothing


def test_a_column_that_says_nothing_has_no_bins() -> None:
    bad = np.array([1.0, 0.0] * 100)
    assert bins_of(column(np.ones(200)), bad, trend="auto") is None
    assert bins_of(column(["x"] * 200, "word"), bad, trend="auto") is None


@pytest.mark.parametrize("trend", ["ascending", "descending"])
def test_a_small_bin_does_not_turn_a_declared_direction(trend: str) -> None:
    values = np.concatenate([np.linspace(0, 4.318, 200), np.linspace(4.971, 9, 200)])
    bad = (np.arange(400) >= 200).astype(float)
    bad[::10] = 1 - bad[::10]
    bins = bins_of(column(values if trend == "ascending" else -values), bad, trend=trend)  # type: ignore[arg-type]
    assert isinstance(bins, NumberBins)
    assert list(bins.evidence) == sorted(bins.evidence, reverse=trend == "descending")


def test_auc_and_ks_are_those_of_all_pairs_and_all_thresholds() -> None:
    for seed in range(20):
        random = np.random.default_rng(seed)
        bad = np.append((random.random(30) < 0.4).astype(float), [0.0, 1.0])
        risk = random.integers(0, 6, 32).astype(float)
        b, g = risk[bad == 1], risk[bad == 0]
        pairs = [(x > y) + (x == y) / 2 for x in b for y in g]
        assert auc_of(bad, risk) == pytest.approx(np.mean(pairs)), seed
        gaps = [abs((b >= t).mean() - (g >= t).mean()) for t in np.unique(risk)]
        assert ks_of(bad, risk) == pytest.approx(max(gaps)), seed


def test_the_stability_index_is_zero_for_the_same_and_grows_with_a_shift() -> None:
    scores = np.random.default_rng(1).normal(size=2000)
    shifts = [psi_of(scores, scores + shift) for shift in (0.0, 0.3, 1.0)]
    assert shifts[0] == 0
    assert shifts[0] < shifts[1] < shifts[2]
