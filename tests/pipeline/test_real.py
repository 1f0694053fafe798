"""The run behind `make real`: what it does without the data, and what it finds in it."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huoshui import ratings
from huoshui.cli import output
from huoshui.cli.main import cli
from huoshui.modelling.calibration import Calibration
from huoshui.modelling.metrics import auc_of
from huoshui.pipeline import invoice_trial, real
from huoshui.pipeline.invoice_trial import CARD, TERMS, Taken
from huoshui.pipeline.lake import Lake
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from tests.conftest import PACKS


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load([PACKS / name for name in real.INVOICE_PACKS], asof=real.INVOICE_DAY)


@pytest.fixture(scope="module")
def taken(shared_data: Path, pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    lake = Lake(tmp_path_factory.mktemp("invoices") / "lake")
    return invoice_trial.take(shared_data / real.INVOICES, lake, pack)


def test_without_the_data_nothing_is_done_and_the_page_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("as it was", "utf-8")
    nowhere = tmp_path / "nowhere"
    arguments = ["real", "--data", str(nowhere), "--page", str(page), "--home", str(nowhere)]
    assert output.run(cli, [*arguments, "--json"]) == output.DONE
    assert json.loads(capsys.readouterr().out)["missing"]
    assert output.run(cli, arguments) == output.DONE
    assert "nothing was done" in capsys.readouterr().out
    assert page.read_text("utf-8") == "as it was"
    assert not nowhere.exists()


def test_no_indicator_of_the_trial_knows_the_bank_s_letter_or_the_outcome(pack: Pack) -> None:
    read = {m.item for i in pack.indicators.values() if (m := i.measure) and i.group == CARD}
    assert read == {"vat_invoice_out", "vat_invoice_in"}
    named = {c.source for f in pack.feeds.values() for c in f.columns.values()}
    assert not named & {"信誉评级", "是否违约"}
    criteria = {c.indicator for g in pack.ratings[CARD].groups for c in g.criteria}
    assert {pack.indicators[name].group for name in criteria} == {CARD}


@pytest.mark.slow
def test_every_row_of_the_invoices_is_a_fact_a_repeat_or_the_other_feed_s(
    shared_data: Path, taken: Taken
) -> None:
    rows: Counter[str] = Counter()
    for file in taken.files:
        assert file.status == "ingested", file
        assert file.rows_quarantined == 0
        inside = file.rows_new + file.rows_known
        assert inside + file.rows_outside == file.rows_in
        rows[file.source_file] += inside
    for name, count in rows.items():
        assert pq.read_metadata(shared_data / real.INVOICES / name).num_rows == count
    assert sum(rows.values()) == 1_099_441
    assert taken.profile.num_rows == 425


@pytest.mark.slow
def test_measured_sales_are_those_summed_from_the_raw_tables(
    shared_data: Path, taken: Taken
) -> None:
    """An oracle: the sums of three years, void left out, repeats once, straight from the files."""
    sums: Counter[str] = Counter()
    seen: set[tuple[object, ...]] = set()
    for annex in ("附件1", "附件2"):
        table = pq.read_table(shared_data / real.INVOICES / f"{annex}_销项发票.parquet")
        columns = (
            "企业代号",
            "发票号码",
            "开票日期",
            "购方单位代号",
            "金额",
            "价税合计",
            "发票状态",
        )
        for row in zip(*(table[name].to_pylist() for name in columns), strict=True):
            firm, _, day, _, _, total, status = row
            if day <= dt.date(2017, 2, 22) or "作废" in status or row in seen:
                continue
            seen.add(row)
            sums[firm] += round(total * 100)
    rows = taken.profile.select(["entity", "sales_36m_fen"]).to_pylist()
    differing = [r["entity"] for r in rows if (r["sales_36m_fen"] or 0) != sums[r["entity"]]]
    assert len(differing) <= 3  # facts that share number, day and buyer are settled to one


@pytest.mark.slow
def test_the_card_fitted_again_is_the_pack_s_and_reaches_the_reference(
    shared_data: Path, taken: Taken, pack: Pack
) -> None:
    known = invoice_trial.outcomes(shared_data / real.INVOICES)
    fitted = invoice_trial.fit_group(taken, known, pack, invoice_trial.CHOSEN, jobs=1)
    assert (fitted.rows, fitted.bads) == (123, 27)
    assert fitted.figures["auc"] >= 0.865  # type: ignore[operator]
    assert invoice_trial.rating_of(fitted, known, pack) == pack.ratings[CARD]
    beside = invoice_trial.grades_beside_letters(taken, fitted, known)
    assert sum(beside.values()) == 123
    assert sum(n for (letter, _), n in beside.items() if letter == "D") == 24


@pytest.mark.slow
def test_the_pack_s_card_scores_every_firm_and_the_budget_is_lent_within_its_terms(
    shared_data: Path, taken: Taken, pack: Pack
) -> None:
    data = shared_data / real.INVOICES
    known = invoice_trial.outcomes(data)
    rated = ratings.compute(pack, taken.profile, asof=pack.asof, ratings=[CARD])
    scores = rated[CARD].to_numpy()
    assert not np.isnan(scores).any()
    firms = rated["entity"].to_pylist()
    of_known = [i for i, firm in enumerate(firms) if firm in known]
    bad = np.array([float(known[firms[i]][0] == "是") for i in of_known])
    assert auc_of(bad, -scores[of_known]) > 0.87  # on the sample itself
    scored = invoice_trial.scored_firms(taken, pack.ratings[CARD], Calibration(0, 1), known, pack)
    assert scored.num_rows == 302
    allocation, stressed = invoice_trial.lend(scored, data)
    assert allocation.amount_fen == TERMS.budget_fen
    assert 0 < stressed < allocation.profit_fen
    for offer in allocation.offers:
        assert offer.applicant.grade != "D" or offer.amount_fen == 0
        assert offer.amount_fen == 0 or 400 <= (offer.rate_bp or 0) <= 1500


def test_the_curves_are_those_of_annex_three(shared_data: Path) -> None:
    curves = invoice_trial.curves(shared_data / real.INVOICES)
    assert curves["D"] == []
    for letter in ("A", "B", "C"):
        points = curves[letter]
        assert (len(points), points[0].rate_bp, points[-1].rate_bp) == (29, 400, 1500)
        assert points[0].lost_share == 0


def test_a_page_shows_no_value_of_a_row() -> None:
    assert real._masked("约500万 is not a certain amount of money.") == (
        "… is not a certain amount of money."
    )


def test_spellings_are_counted_with_those_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "register.parquet"
    table = pa.table({real.CAPITAL: ["1,000(万元)", "20.5(万元)", None, "50()"]})
    pq.write_table(table, file)
    found = real._spellings(file, aside={4})
    assert found == [("9(万元)", 2, 0), ("(empty)", 1, 0), ("9()", 1, 1)]
