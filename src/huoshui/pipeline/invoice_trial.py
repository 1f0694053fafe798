"""The trial on real invoices: measured through the pipeline, fitted, scored, and lent against.

The sample is problem C of CUMCM 2020: 123 masked firms whose default is known and 302 whose is not.
Firms are measured from their invoices by indicators of the pack, a card is fitted to the 123, and
the 302 are scored by the card as it stands in the pack.  The bank's letters predict nothing here:
every firm of letter D defaulted, so a letter would leak the outcome.  They are only counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from huoshui import modelling, ratings
from huoshui.engines.duckdb import DuckDB
from huoshui.kernel.step import Tick, unwatched
from huoshui.modelling.allocation import (
    Allocation,
    Applicant,
    RatePoint,
    Terms,
    allocate,
    margin_of,
)
from huoshui.modelling.calibration import Calibration, calibration_of
from huoshui.pipeline.ingest import IngestResult, ingest
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.run import (
    compute,
    measure_indicators,
    name_entities,
    run,
    settle_facts,
    take_facts,
)
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Label, Rating

CARD = "invoice_scorecard"
CHOSEN = (CARD,)
CATALOGUE = ("invoices",)
"""Groups of indicators: those chosen for the card with the outcomes in sight, and those that the
catalogue had anyway, which show how much of the card's figure is that choice."""

LETTERS = ("A", "B", "C", "D")
LETTER_WITHOUT_LOAN = "D"
SEED = 20_260_101
DIRECTIONS = {"higher": "descending", "lower": "ascending"}  # of the bad rate

FEN = 100
TERMS = Terms(
    budget_fen=100_000_000 * FEN,
    least_fen=100_000 * FEN,
    most_fen=1_000_000 * FEN,
    step_fen=10_000 * FEN,
    loss_share=1.0,
)
"""100 million yuan in loans of 100,000 to 1,000,000 yuan, in steps of 10,000; all of a defaulted
loan is lost, as nothing tells how much is recovered."""


@dataclass(frozen=True, eq=False)
class Taken:
    """The invoices taken in and every firm's profile."""

    files: Sequence[IngestResult]
    settled: Mapping[str, int]  # item -> facts left once repeats are settled
    profile: pa.Table


@dataclass(frozen=True, eq=False)
class Trial:
    """Everything that the trial found."""

    taken: Taken
    fitted: modelling.Fitted
    catalogue: modelling.Fitted
    rating: Rating  # as just fitted
    card_stands: bool  # the pack's card is this one, to the last point
    calibration: Calibration
    letters: Mapping[tuple[str, str], int]  # (letter, grade held out) -> firms
    scored: pa.Table  # the firms without an outcome, by the card in the pack
    allocation: Allocation
    stressed_profit_fen: float  # at the same loans, were defaults twice as frequent


def take(data: Path, lake: Lake, pack: Pack, *, tick: Tick = unwatched) -> Taken:
    """Take the invoices in and measure every firm."""
    results = ingest(lake, pack, data, feeds=list(pack.feeds), progress=tick)
    with DuckDB() as engine:
        stages = (take_facts, name_entities, settle_facts, measure_indicators, compute)
        work = run(engine, lake, pack, tick=tick, stages=stages)
        settled = {
            item: engine.query(f'SELECT count(*) AS n FROM "settled_{item}"')["n"][0].as_py()
            for item in ("vat_invoice_out", "vat_invoice_in")
        }
        return Taken(results, settled, work.made())


def outcomes(data: Path) -> dict[str, tuple[str, str]]:
    """Give (default as written, the bank's letter) of the firms whose outcome is known."""
    table = pq.read_table(data / "附件1_企业信息.parquet")
    columns = (table[name].to_pylist() for name in ("企业代号", "是否违约", "信誉评级"))
    return {firm: (default, letter) for firm, default, letter in zip(*columns, strict=True)}


def curves(data: Path) -> dict[str, list[RatePoint]]:
    """Give the share of customers lost by rate, for each letter that may be lent to."""
    table = pq.read_table(data / "附件3_利率流失率.parquet")
    rates = [round(rate * 10_000) for rate in table["贷款年利率"].to_pylist()]
    made: dict[str, list[RatePoint]] = {
        letter: [
            RatePoint(rate, lost)
            for rate, lost in zip(rates, table[f"流失率_{letter}"].to_pylist(), strict=True)
        ]
        for letter in LETTERS
        if letter != LETTER_WITHOUT_LOAN
    }
    return made | {LETTER_WITHOUT_LOAN: []}


def fit_group(
    taken: Taken,
    known: Mapping[str, tuple[str, str]],
    pack: Pack,
    groups: Sequence[str],
    *,
    jobs: int,
    tick: Tick = unwatched,
) -> modelling.Fitted:
    """Fit a card to the firms with an outcome, on the numbers of some groups of indicators."""
    read = [i for i in pack.indicators.values() if i.group in groups and i.type == "number"]
    monotone = {i.id: DIRECTIONS[i.better] for i in read if i.better in DIRECTIONS}
    firms = taken.profile["entity"].to_pylist()
    default = pa.array([known[firm][0] if firm in known else None for firm in firms])
    table = taken.profile.select([i.id for i in read]).append_column("default", default)
    table = table.filter(default.is_valid())
    return modelling.fit(
        table,
        target="default",
        monotone=monotone,
        seed=SEED,
        jobs=jobs,
        tick=tick,
        named="CUMCM 2020 C, annex 1",
    )


def rating_of(fitted: modelling.Fitted, known: Mapping[str, tuple[str, str]], pack: Pack) -> Rating:
    """Write the card, with grades as frequent in the sample as the bank's letters are."""
    return fitted.rating(
        checked_on=max(i.checked_on for i in pack.indicators.values() if i.group == CARD),
        id=CARD,
        label=Label(zh="发票评分卡（试验）", en="Invoice scorecard (trial)"),
        grades=[(letter, count / len(known)) for letter, count in _letter_counts(known)],
        named=False,
    )


def _letter_counts(known: Mapping[str, tuple[str, str]]) -> list[tuple[str, int]]:
    counts = Counter(letter for _, letter in known.values())
    return [(letter, counts[letter]) for letter in LETTERS]


def grades_beside_letters(
    taken: Taken, fitted: modelling.Fitted, known: Mapping[str, tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Count firms by the bank's letter and by the grade that they earn held out."""
    firms = [firm for firm in taken.profile["entity"].to_pylist() if firm in known]
    order = np.argsort(fitted.validation.risk.mean(axis=0), kind="stable")  # the safest first
    earned = [letter for letter, count in _letter_counts(known) for _ in range(count)]
    counts: Counter[tuple[str, str]] = Counter()
    for place, grade in zip(order, earned, strict=True):
        counts[known[firms[place]][1], grade] += 1
    return dict(counts)


def scored_firms(
    taken: Taken,
    rating: Rating,
    calibration: Calibration,
    known: Mapping[str, tuple[str, str]],
    pack: Pack,
) -> pa.Table:
    """Score the firms without an outcome, by the code that scores any profile."""
    unknown = pa.array([firm not in known for firm in taken.profile["entity"].to_pylist()])
    scheme = ratings.compile_rating(pack, rating, asof=pack.asof)
    table = ratings.add(scheme, taken.profile.filter(unknown)).select(
        ["entity", CARD, f"{CARD}_grade"]
    )
    probability = calibration.of_scores(table[CARD].to_numpy())
    return table.append_column("default_probability", pa.array(probability))


def lend(scored: pa.Table, data: Path) -> tuple[Allocation, float]:
    """Allocate the budget, and give what it would earn were defaults twice as frequent."""
    columns = (scored[n].to_pylist() for n in ("entity", f"{CARD}_grade", "default_probability"))
    applicants = [Applicant(*row) for row in zip(*columns, strict=True)]
    allocation = allocate(applicants, curves(data), TERMS)
    stressed = 0.0
    for offer in allocation.offers:
        if offer.rate_bp is not None and offer.lost_share is not None:
            probability = min(2 * offer.applicant.default_probability, 1.0)
            point = RatePoint(offer.rate_bp, offer.lost_share)
            margin = margin_of(probability, point, loss_share=TERMS.loss_share)
            stressed += offer.amount_fen * margin
    return allocation, stressed


def trial(
    data: Path, lake: Lake, pack: Pack, *, refit: bool, jobs: int = 1, tick: Tick = unwatched
) -> Trial:
    """Run the whole trial; `refit` scores by the card just fitted, not by the one in the pack."""
    taken = take(data, lake, pack, tick=tick)
    known = outcomes(data)
    fitted = fit_group(taken, known, pack, CHOSEN, jobs=jobs, tick=_named(tick, "card"))
    catalogue = fit_group(
        taken, known, pack, CATALOGUE, jobs=jobs, tick=_named(tick, "catalogue's card")
    )
    rating = rating_of(fitted, known, pack)
    calibration = calibration_of(fitted.validation)
    card = rating if refit or CARD not in pack.ratings else pack.ratings[CARD]
    scored = scored_firms(taken, card, calibration, known, pack)
    allocation, stressed = lend(scored, data)
    return Trial(
        taken=taken,
        fitted=fitted,
        catalogue=catalogue,
        rating=rating,
        card_stands=rating == pack.ratings.get(CARD),
        calibration=calibration,
        letters=grades_beside_letters(taken, fitted, known),
        scored=scored,
        allocation=allocation,
        stressed_profit_fen=stressed,
    )


def _named(tick: Tick, name: str) -> Tick:
    return lambda what, done, total: tick(f"{name}: {what}", done, total)


def allocation_save(allocation: Allocation, path: Path) -> Path:
    """Write every offer as CSV, the most profitable first, those that get nothing last."""
    offers = sorted(allocation.offers, key=lambda o: (-o.profit_fen, -o.margin, o.applicant.id))
    table = pa.table(
        {
            "firm": [o.applicant.id for o in offers],
            "grade": [o.applicant.grade for o in offers],
            "default_probability": [round(o.applicant.default_probability, 6) for o in offers],
            "amount_yuan": [o.amount_fen // FEN for o in offers],
            "rate_bp": [o.rate_bp for o in offers],
            "lost_share": [o.lost_share for o in offers],
            "expected_profit_yuan": [round(o.profit_fen / FEN, 2) for o in offers],
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.csv.write_csv(table, path)
    return path
