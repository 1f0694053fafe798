"""VAT invoices given and received over two years, with void and red-letter ones among them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth import codes
from huoshui.synth.columns import Column, Day, Money, Plain, Word, numbered
from huoshui.synth.dirt import Dirt, chosen
from huoshui.synth.places import OUTSIDERS
from huoshui.synth.population import MONTHS, Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import last_day
from huoshui.synth.trades import TRADES

OUTSIDE_SHARE = 0.35
_MOST_PARTNERS = 16


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of invoices."""
    yield vat_invoice_out(region, dirt)
    yield vat_invoice_in(region, dirt)


def outsiders() -> tuple[np.ndarray, np.ndarray]:
    """Give the codes and names of bodies outside the city."""
    count = len(OUTSIDERS)
    made = codes.credit_codes("91", np.full(count, "459900"), np.arange(count) + 5_000_000)
    return made, np.array([name for name, _ in OUTSIDERS], dtype=object)


def partners(
    region: Region, rng: np.random.Generator, who: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a counterparty for each row from its firm's own few: codes and names.

    A weak firm has few counterparties and leans on the first of them.
    """
    firms = region.firms
    several = np.clip(np.rint(6 + 2.5 * firms.quality + np.log1p(firms.staff[-1])), 2, None)
    several = np.minimum(several, _MOST_PARTNERS).astype(np.int64)
    rank = (several[who] * rng.random(len(who)) ** 2.2).astype(np.int64)
    table = rng.integers(0, len(firms), (len(firms), _MOST_PARTNERS))
    far = rng.random(table.shape) < OUTSIDE_SHARE
    away_codes, away_names = outsiders()
    foreign = rng.integers(0, len(away_codes), table.shape)
    all_codes = np.concatenate([region.subjects.code[: len(firms)], away_codes])
    all_names = np.concatenate([region.subjects.name[: len(firms)].astype(object), away_names])
    position = np.where(far, len(firms) + foreign, table)[who, rank]
    return all_codes[position], all_names[position]


def _invoices(
    region: Region, dirt: Dirt, feed: str, share: float, volume: float
) -> tuple[np.ndarray, dict[str, Column], dict[tuple[str, str], np.ndarray]]:
    """Draw invoices of one direction: who, the columns, and which are void or red."""
    rng, firms = region.rng(feed), region.firms
    covered = rng.random(len(firms)) < 0.9
    mean = np.clip(4.7 * np.sqrt(firms.staff[-1]) * np.exp(0.12 * firms.quality), 2, 260)
    who = np.repeat(np.arange(len(firms)), rng.poisson(mean * share * covered))
    # A failing firm sells less and less; its invoices lie further back.
    lean = np.where(firms.defaulted, 1.5, 1.0)[who]
    back = (rng.random(len(who)) ** (1 / lean) * MONTHS * 30.4).astype(np.int64)
    days = region.today - back.astype("timedelta64[D]")
    keep = (days >= region.subjects.established[who]) & (days <= last_day(region, who))
    who, days = who[keep], days[keep]
    years = days.astype("datetime64[Y]").astype(int) + 1970
    at = np.clip(years - region.years[0], 0, len(region.years) - 1)
    yearly = firms.revenue_fen[at, who].clip(2_000_000)
    each = yearly / (mean * share * 12 / MONTHS)[who] * volume
    amount = np.rint(each * np.exp(rng.normal(-0.25, 0.7, len(who)))).astype(np.int64) + 1_000
    rate = np.array([t.vat_bp for t in TRADES])[firms.trade[who]]
    rate = np.where(firms.revenue_fen[-1][who] > 500_000_000, rate, 100)
    red = np.zeros(len(who), bool)
    red[chosen(rng, ~red, dirt.red_invoices)] = True
    void = np.zeros(len(who), bool)
    void[chosen(rng, ~red, dirt.void_invoices)] = True
    amount = np.where(red, -amount, amount)
    tax = np.sign(amount) * (np.abs(amount) * rate // 10_000)
    other_code, other_name = partners(region, rng, who)
    status = np.where(void, 1, np.where(red, 2, 0))
    columns: dict[str, Column] = {
        "发票号码": numbered("25" if share > 0.5 else "24", np.arange(len(who)), 18),
        "开票日期": Day(days, "iso"),
        "对方税号": Plain(other_code),
        "对方名称": Plain(other_name),
        "金额": Money(amount, typed=True),
        "税额": Money(tax, typed=True),
        "价税合计": Money(amount + tax, typed=True),
        "发票状态": Word(status, ("正常", "作废", "红冲")),
    }
    marks = {("red_invoices", "发票状态"): red, ("void_invoices", "发票状态"): void}
    return who, columns, marks


def vat_invoice_out(region: Region, dirt: Dirt) -> RawTable:
    """One row is an invoice that a firm gave."""
    who, columns, marks = _invoices(region, dirt, "vat_invoice_out", 1.0, 0.9)
    return RawTable(
        "vat_invoice_out",
        who,
        columns,
        code="销方税号",
        name="销方名称",
        format="parquet",
        optional=("税额", "对方名称"),
        words=("发票状态",),
        marks=marks,
    )


def vat_invoice_in(region: Region, dirt: Dirt) -> RawTable:
    """One row is an invoice that a firm received."""
    who, columns, marks = _invoices(region, dirt, "vat_invoice_in", 0.5, 0.65)
    days = columns["开票日期"]
    assert isinstance(days, Day)
    columns["开票日期"] = Day(days.days, "date")
    return RawTable(
        "vat_invoice_in",
        who,
        columns,
        code="购方税号",
        name="购方名称",
        format="parquet",
        optional=("税额",),
        marks=marks,
    )
