"""The logit against a published estimate, and its bounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from huoshui.kernel.errors import Refused
from huoshui.modelling.logit import logit_fit


def test_the_sba_case_gives_the_published_coefficients(shared_data: Path) -> None:
    """The weights that the case's authors print (doi 10.1080/10691898.2018.1434342)."""
    table = pq.read_table(shared_data / "credit/sba_case_ca_2102.parquet")
    table = table.filter(pc.equal(table["Selected"], 1))
    columns = ("RealEstate", "Portion", "Recession")
    x = np.column_stack([table[name].to_numpy().astype(float) for name in columns])
    fitted = logit_fit(x, table["Default"].to_numpy().astype(float))
    assert table.num_rows == 1051
    found = [fitted.intercept, *fitted.weights]
    assert [round(w, 4) for w in found] == [1.3931, -2.1282, -2.9875, 0.5041]


def test_at_the_greatest_likelihood_residuals_are_orthogonal_to_every_column() -> None:
    random = np.random.default_rng(3)
    x = random.normal(size=(400, 3))
    bad = (random.random(400) < 1 / (1 + np.exp(1 - x @ [1.0, -0.5, 0.0]))).astype(float)
    fitted = logit_fit(x, bad)
    residual = bad - 1 / (1 + np.exp(-fitted.of(x)))
    assert abs(residual.sum()) < 1e-6
    assert np.abs(x.T @ residual).max() < 1e-6


def test_a_ridge_draws_weights_toward_zero_and_leaves_the_mean_probability() -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=(300, 2))
    bad = (random.random(300) < 1 / (1 + np.exp(-2 * x[:, 0]))).astype(float)
    sizes = []
    for ridge in (0.0, 10.0, 1000.0):
        fitted = logit_fit(x, bad, ridge=ridge)
        sizes.append(np.abs(fitted.weights).sum())
        assert np.mean(1 / (1 + np.exp(-fitted.of(x)))) == pytest.approx(bad.mean())
    assert sizes == sorted(sizes, reverse=True)


def test_exact_separation_without_a_ridge_is_refused_and_with_one_is_fitted() -> None:
    x = np.linspace(-1, 1, 50)[:, None]
    bad = (x[:, 0] > 0).astype(float)
    with pytest.raises(Refused) as refused:
        logit_fit(x, bad)
    assert refused.value.problems[0].code == "model.no_maximum"
    assert logit_fit(x, bad, ridge=1.0).weights[0] > 0
