"""The run behind `make real`: a province's whole register, and a contest's invoices, to one page.

Nobody on this project made the data, none of it is in the repository, and the two sets are about
different firms: the register names them, the invoices are masked, and nothing joins the two.  What
is written down is counts and figures of whole sets, never a row.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from huoshui.kernel.step import Tick, unwatched
from huoshui.modelling.plots import plots_save
from huoshui.modelling.saving import card_save
from huoshui.pipeline.aside import quarantined
from huoshui.pipeline.ingest import IngestResult, ingest
from huoshui.pipeline.invoice_trial import FEN, Trial, allocation_save, trial
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.real_page import page
from huoshui.pipeline.run import name_entities, run, session, take_facts
from huoshui.policy.loader import load

REGISTER = "registry/registry_hunan.parquet"
REGISTER_FEED = "registry_hunan"
REGISTER_PACKS = ("common", "hunan")
REGISTER_DAY = dt.date(2026, 11, 20)
CAPITAL = "注册资金"

INVOICES = "cumcm2020c"
INVOICE_PACKS = ("common", "trials/cumcm2020c")
INVOICE_DAY = dt.date(2020, 2, 22)
"""The day after the last invoice."""


@dataclass(frozen=True, eq=False)
class Register:
    """What became of the register's rows."""

    file: IngestResult
    reasons: Sequence[tuple[str, str, str, int]]  # code, field, sentence, rows
    spellings: Sequence[tuple[str, int, int]]  # of capital: form, rows, rows set aside for it
    currencies: Mapping[str, int]
    kinds: Mapping[str, int]  # entities by kind
    branches: int  # linked to a parent
    unlinked: int


@dataclass(frozen=True, eq=False)
class Real:
    """Both runs, and where their files are."""

    register: Register
    trial: Trial
    page: Path
    allocation: Path
    seconds: Mapping[str, float]


def missing(data: Path) -> list[str]:
    """Name what is not there of the real data."""
    wanted = (REGISTER, f"{INVOICES}/附件1_企业信息.parquet")
    return [name for name in wanted if not (data / name).is_file()]


def real(
    data: Path,
    packs: Path,
    home: Path,
    written: Path,
    *,
    save_card: bool = False,
    jobs: int = 1,
    tick: Tick = unwatched,
) -> Real:
    """Run both from nothing and write the page; `save_card` also puts the card into the pack."""
    seconds: dict[str, float] = {}
    started = time.perf_counter()
    register = take_register(data, packs, _fresh(home / "register"), tick=tick)
    seconds["register"] = time.perf_counter() - started
    started = time.perf_counter()
    roots = [packs / name for name in INVOICE_PACKS]
    found = trial(
        data / INVOICES,
        _fresh(home / "invoices"),
        load(roots, asof=INVOICE_DAY),
        refit=save_card,
        jobs=jobs,
        tick=tick,
    )
    seconds["invoices"] = time.perf_counter() - started
    if save_card:
        card_save(found.rating, roots[-1])
        found = replace(found, card_stands=True)
    plots_save(found.fitted.validation, home, name=found.rating.id)
    csv = allocation_save(found.allocation, home / "allocation.csv")
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(page(register, found), "utf-8")
    return Real(register, found, written, csv, seconds)


def _fresh(folder: Path) -> Lake:
    """Give an empty lake: what is shown is what this run made."""
    shutil.rmtree(folder, ignore_errors=True)
    return Lake(folder / "lake")


def take_register(data: Path, packs: Path, lake: Lake, *, tick: Tick = unwatched) -> Register:
    """Take the register in through its feed and say what did not pass, and who is in it."""
    pack = load([packs / name for name in REGISTER_PACKS], asof=REGISTER_DAY)
    file = data / REGISTER
    (result,) = ingest(lake, pack, file, feeds=[REGISTER_FEED], progress=tick)
    aside = quarantined(lake).to_pylist()
    reasons = Counter((row["reason"], row["field"], _masked(row["message"])) for row in aside)
    with session() as engine:
        run(engine, lake, pack, tick=tick, stages=(take_facts, name_entities))

        def counted(sql: str) -> dict[str, int]:
            rows = engine.query(sql).to_pylist()
            return {str(row["what"]): row["n"] for row in rows}

        count = "count(*) AS n FROM"
        return Register(
            file=result,
            reasons=[(*key, rows) for key, rows in reasons.most_common()],
            spellings=_spellings(file, {r["source_row"] for r in aside if r["field"] == CAPITAL}),
            currencies=counted(
                f"SELECT coalesce(capital_currency, 'not said') AS what, {count} "
                "fact_registration GROUP BY 1 ORDER BY n DESC, what"
            ),
            kinds=counted(f"SELECT kind AS what, {count} entity GROUP BY 1 ORDER BY n DESC, what"),
            branches=counted(f"SELECT 'all' AS what, {count} branch_link")["all"],
            unlinked=counted(f"SELECT 'all' AS what, {count} unlinked")["all"],
        )


def _masked(sentence: str) -> str:
    """Hide the value that a sentence begins with: a page about a set shows none of its rows."""
    _, _, rest = sentence.partition(" is ")
    return f"… is {rest}" if rest else sentence


def _spellings(file: Path, aside: set[int]) -> list[tuple[str, int, int]]:
    """Count the ways in which capital is written, each run of digits being a 9."""
    column = pq.read_table(file, columns=[CAPITAL])[CAPITAL]
    forms = pc.replace_substring_regex(column, r"[0-9][0-9.,]*", "9").to_pylist()
    first = 1  # source rows count from 1
    rows: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for number, form in enumerate(forms, first):
        said = "(empty)" if form is None else form
        rows[said] += 1
        refused[said] += number in aside
    return [(form, count, refused[form]) for form, count in rows.most_common()]


def summary(found: Real) -> dict[str, object]:
    """Give the figures that the command prints."""
    register, invoices = found.register.file, found.trial
    card = {k: None if v is None else round(v, 4) for k, v in invoices.fitted.figures.items()}
    return {
        "done": True,
        "register_rows": register.rows_in,
        "register_facts": register.rows_new,
        "register_quarantined": register.rows_quarantined,
        "register_entities": sum(found.register.kinds.values()),
        "invoice_facts": sum(f.rows_new for f in invoices.taken.files),
        "firms": invoices.taken.profile.num_rows,
        **{f"card_{name}": value for name, value in card.items()},
        "card_is_the_packs": invoices.card_stands,
        "firms_scored": invoices.scored.num_rows,
        "firms_offered": sum(1 for o in invoices.allocation.offers if o.amount_fen),
        "offered_yuan": invoices.allocation.amount_fen // FEN,
        "expected_profit_yuan": round(invoices.allocation.profit_fen / FEN),
        "gap": invoices.allocation.gap,
        "page": str(found.page),
        "allocation": str(found.allocation),
        "seconds": {name: round(seconds, 1) for name, seconds in found.seconds.items()},
    }
