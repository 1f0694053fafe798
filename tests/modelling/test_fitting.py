"""Fitting: honest out of fold, the same however it is run, and saved as points anybody can add."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huoshui import modelling
from huoshui.kernel.errors import Refused
from huoshui.modelling.calibration import calibration_of
from huoshui.modelling.card import probability_of, risk_of, score_of
from huoshui.modelling.fitting import Fitted
from huoshui.modelling.validation import chance
from huoshui.ratings import explain
from tests.given import pack_of
from tests.modelling.samples import outcomes

DAY = dt.date(2026, 11, 20)
CARD = "sample_scorecard"


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return modelling.fit(
        outcomes(500), target="bad", folds=3, repeats=2, seed=11, monotone={"Debt": "ascending"},
        named="sample.parquet",
    )  # fmt: skip


@pytest.fixture(scope="module")
def saved(fitted: Fitted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("card")
    files = modelling.fitted_save(fitted, fitted.rating(checked_on=DAY), folder)
    assert all(path.stat().st_size > 1000 for path in files.values())
    return files["card"]


def test_the_figures_asked_for_are_there_and_the_card_finds_what_drives_default(
    fitted: Fitted,
) -> None:
    said = fitted.to_dict()
    assert {"auc", "auc_sd", "ks", "brier", "challenger_auc"} <= said.keys()
    assert 0.65 < fitted.figures["auc"] < 0.9  # type: ignore[operator]
    assert {"Debt", "age", "trade"} <= set(fitted.card.names)
    json.dumps(said)


def test_a_saved_card_gives_the_same_scores_as_the_fitted_model_to_rounding(
    fitted: Fitted, saved: Path
) -> None:
    table = modelling.score_table(saved, outcomes(500))
    score = table[CARD].to_numpy()
    expected = score_of(fitted.card.risk(fitted.sample))
    assert np.abs(score - expected).max() <= 0.0005 * (len(fitted.card.names) + 1)
    stated = [probability_of(s) for s in score]
    np.testing.assert_allclose(stated, chance(risk_of(expected)), atol=1e-4)


def test_words_never_seen_and_missing_values_have_their_points(saved: Path) -> None:
    rows = pa.table(
        {
            "Debt": pa.array([10.0, None, None, float("nan")]),
            "age": pa.array([20, None, 20, 20]),
            "trade": pa.array(["food", None, "never seen", "food"]),
            "noise": pa.array([0.0] * 4),
            "listed": pa.array([True, None, False, True]),
        }
    )
    scores = modelling.score_table(saved, rows)[CARD].to_pylist()
    assert None not in scores
    card = modelling.card_at(saved)
    pack = pack_of(DAY, ratings={card.id: card})
    named = card.fitted or {}
    for row, score in zip(rows.to_pylist(), scores, strict=True):
        given = {
            c.indicator: row[named.get(f"column_{c.indicator}", c.indicator)]
            for g in card.groups
            for c in g.criteria
        }
        trace = explain(pack, card.id, given, asof=DAY)
        assert float(trace.score) == score  # type: ignore[arg-type]


def test_scoring_needs_no_modelling_library(saved: Path, tmp_path: Path) -> None:
    pq.write_table(outcomes(50), tmp_path / "t.parquet")
    script = """
import sys
class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name in ("optbinning", "sklearn", "lightgbm", "scipy", "pandas", "matplotlib"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, NotInstalled())
from huoshui.cli import output
from huoshui.cli.main import cli
sys.exit(output.run(cli, sys.argv[1:]))
"""
    arguments = ["model", "score", str(saved), "t.parquet", "scored.csv", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=tmp_path, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["rows"] == 50, done.stderr
    fit = ["model", "fit", "t.parquet", "--target", "bad", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", script, *fit], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["problems"][0]["code"] == "model.not_installed"


def test_more_processes_change_nothing(fitted: Fitted) -> None:
    again = modelling.fit(
        outcomes(500), target="bad", folds=3, repeats=2, seed=11, monotone={"Debt": "ascending"},
        jobs=2, named="sample.parquet",
    )  # fmt: skip
    assert again.to_dict() == fitted.to_dict()
    assert again.rating(checked_on=DAY) == fitted.rating(checked_on=DAY)


def test_columns_of_noise_earn_nothing_out_of_fold() -> None:
    """Were any part of the fitting outside the folds, many columns of noise would look clever."""
    random = np.random.default_rng(2)
    columns = {f"noise_{i}": random.normal(size=240) for i in range(16)}
    bad = random.permutation(np.repeat([0, 1], [180, 60]))
    found = modelling.fit(
        pa.table({**columns, "bad": bad}), target="bad", folds=3, repeats=1, seed=1
    )
    assert found.figures["auc"] == pytest.approx(0.5, abs=0.09)
    assert found.figures["challenger_auc"] == pytest.approx(0.5, abs=0.09)


def test_calibration_held_out_is_near_what_the_card_states(fitted: Fitted) -> None:
    calibration = calibration_of(fitted.validation)
    assert 0.5 < calibration.slope < 1.5
    scores = score_of(fitted.card.risk(fitted.sample))
    assert calibration.of_scores(scores).mean() == pytest.approx(fitted.sample.bad.mean(), abs=0.03)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"folds": 1}, "model.folds"),
        ({"folds": 60}, "model.too_few"),
        ({"monotone": {"Debt": "up"}}, "model.bad_trend"),
        ({"monotone": {"trade": "ascending"}}, "model.trend_of_words"),
        ({"monotone": {"nobody": "ascending"}}, "model.no_column"),
    ],
)
def test_what_cannot_be_asked_of_a_fit_is_refused(asked: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refused:
        modelling.fit(outcomes(120), **{"target": "bad", **asked})  # type: ignore[arg-type]
    assert refused.value.problems[0].code == code


def test_a_table_that_tells_nothing_makes_no_card() -> None:
    bad = [0, 1] * 60
    table = pa.table({"side": [0.0, 0.0, 1.0, 1.0] * 30, "bad": bad})
    with pytest.raises(Refused) as refused:
        modelling.fit(table, target="bad", folds=2, repeats=1)
    assert refused.value.problems[0].code == "model.nothing_told"


def test_a_card_that_is_missing_broken_or_has_conditions_is_refused(
    saved: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: broken\n", "utf-8")
    conditional = tmp_path / "conditional.yaml"
    conditional.write_text(saved.read_text("utf-8") + "applies_when: age > 3\n", "utf-8")
    for path, code in (
        (tmp_path / "none.yaml", "card.no_card"),
        (broken, "card.not_a_card"),
        (conditional, "card.reads_more"),
    ):
        with pytest.raises(Refused) as refused:
            modelling.score_table(path, outcomes(10))
        assert refused.value.problems[0].code == code


@pytest.mark.slow
def test_the_german_credit_card_reaches_the_reference(shared_data: Path) -> None:
    table = shared_data / "credit/german_credit.parquet"
    figures = modelling.fit(table, target="creditability", folds=5, repeats=2).figures
    assert figures["auc"] >= 0.779  # type: ignore[operator]
    assert figures["challenger_auc"] >= 0.772  # type: ignore[operator]
