"""What the small pay, report and sell: taxes, insurance, yearly reports, invoices, platforms.

Also the lesser taxes of the firms that are told of in full, which the small region leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth.city.registers import Lot, item_rows, some
from huoshui.synth.city.small import Small
from huoshui.synth.columns import Column, Day, Money, Plain, Word, numbered, word
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import (
    day_lived,
    last_day,
    month_ends,
    over_months,
    years_of,
    yuan,
)
from huoshui.synth.tables.invoices import outsiders


def lots(small: Small) -> Iterator[Lot]:
    """Give the lots of payments and reports."""
    yield "property_tax", None, lesser_tax(small, "property_tax", 0.16, (3, 9), 0.0016)
    yield "land_use_tax", None, lesser_tax(small, "land_use_tax", 0.14, (4, 10), 0.0009)
    yield "stamp_tax", None, lesser_tax(small, "stamp_tax", 0.5, (2, 5, 8, 11), 0.0003)
    yield "consumption_tax", None, consumption_tax(small)
    yield "quiet_tax", None, quiet_tax(small)
    yield "small_tax", None, small_tax(small)
    yield "quiet_tax_grade", "tax_grade", quiet_tax_grade(small)
    yield "quiet_invoices", None, quiet_invoices(small)
    yield "small_insurance", None, small_insurance(small)
    yield "annual_staff", None, annual_staff(small)
    yield "annual_assets", None, annual_assets(small)
    yield "annual_results", None, annual_results(small)
    yield "platform_orders", None, platform_orders(small)


def _tax(small: Small, who: np.ndarray, month: np.ndarray, kind: Word, fen: np.ndarray) -> RawTable:
    ends = month_ends(small.region.months)
    return item_rows(
        small,
        who,
        {
            "month": Day(ends[month]),
            "tax_kind": kind,
            "paid_fen": Money(np.maximum(np.rint(fen).astype(np.int64), 100), "yuan"),
        },
        restated=("paid_fen",),
    )


def lesser_tax(
    small: Small, name: str, share: float, due: tuple[int, ...], of_revenue: float
) -> RawTable:
    """One row is a payment of a tax that falls due in some months; a large firm pays more."""
    region, firms = small.region, small.region.firms
    rng = region.rng(name)
    pays = rng.random(len(firms)) < share * np.clip(np.log1p(firms.staff[-1]) / 2.2, 0.3, 1.6)
    who, month = over_months(region, np.flatnonzero(pays), region.months)
    falls = np.isin(region.months[month].astype(int) % 12, due)
    who, month = who[falls], month[falls]
    level = np.exp(rng.normal(0, 0.5, len(firms)))
    fen = (firms.revenue_fen[-1] * of_revenue * level)[who] / len(due)
    return _tax(small, who, month, Word(np.zeros(len(who), np.int64), ("other",)), fen)


def consumption_tax(small: Small) -> RawTable:
    """One row is a month's consumption tax of those who deal in wine and motor cars."""
    region, firms = small.region, small.region.firms
    rng = region.rng("consumption_tax")
    codes_ = region.subjects.trade_code[: len(firms)]
    pays = np.isin(codes_, ("5127", "5172", "1530")) & (rng.random(len(firms)) < 0.35)
    who, month = over_months(region, np.flatnonzero(pays), region.months[-12:])
    month += len(region.months) - 12
    fen = firms.revenue_fen[-1][who] * 0.004 * np.exp(rng.normal(0, 0.3, len(who)))
    return _tax(small, who, month, Word(np.zeros(len(who), np.int64), ("consumption",)), fen)


def _quarters(small: Small, who: np.ndarray, back: int) -> tuple[np.ndarray, np.ndarray]:
    """Give a row per subject and end of a quarter that it lived through."""
    months = small.region.months
    ends = np.flatnonzero(months.astype(int) % 3 == 2)[-back:]
    subject, at = over_months(small.region, who, months[ends])
    return subject, ends[at]


def _paid(small: Small, rng: np.random.Generator, who: np.ndarray, rate: float) -> np.ndarray:
    return small.sales_fen[who] / 4 * rate * np.exp(rng.normal(0, 0.35, len(who)))


def quiet_tax(small: Small) -> RawTable:
    """One row is a small taxpayer's tax of a quarter; who sells little pays none."""
    rng = small.region.rng("quiet_tax")
    who, month = _quarters(small, small.firms[small.trading[small.firms]], 8)
    owes = rng.random(len(who)) < np.clip(0.62 - 0.14 * small.region.stress[who], 0.05, 0.95)
    who, month = who[owes], month[owes]
    parts = [np.ones(len(who), bool), rng.random(len(who)) < 0.45, rng.random(len(who)) < 0.35]
    rates = (0.01, 0.012, 0.0006)
    paid = np.concatenate([_paid(small, rng, who[m], r) for m, r in zip(parts, rates, strict=True)])
    kind = Word(np.repeat(np.arange(3), [m.sum() for m in parts]), ("vat", "income", "surcharge"))
    rows = [np.concatenate([v[m] for m in parts]) for v in (who, month)]
    return _tax(small, rows[0], rows[1], kind, paid)


def small_tax(small: Small) -> RawTable:
    """One row is a shop's fixed tax of a quarter; most are below the threshold."""
    rng = small.region.rng("small_tax")
    large = small.sales_fen[small.shops] > 24_000_000
    shops = small.shops[large & small.trading[small.shops]]
    who, month = _quarters(small, shops, 8)
    parts = [np.ones(len(who), bool), rng.random(len(who)) < 0.3]
    paid = np.concatenate(
        [_paid(small, rng, who[m], r) for m, r in zip(parts, (0.01, 0.0006), strict=True)]
    )
    kind = Word(np.repeat(np.arange(2), [m.sum() for m in parts]), ("vat", "surcharge"))
    rows = [np.concatenate([v[m] for m in parts]) for v in (who, month)]
    return _tax(small, rows[0], rows[1], kind, paid)


def _closed(region: Region, who: np.ndarray, back: int) -> tuple[np.ndarray, np.ndarray]:
    """Give a row per subject and one of the last closed years that it lived through."""
    years = np.arange(len(region.years) - back, len(region.years))
    ends = np.array([np.datetime64(f"{region.years[y]}-12-31") for y in years])
    born = region.subjects.established[who]
    lived = (born[:, None] <= ends) & (ends <= last_day(region, who)[:, None])
    at, year = np.nonzero(lived)
    return who[at], years[year]


def quiet_tax_grade(small: Small) -> RawTable:
    """One row is a quiet firm's grade as a taxpayer in a year."""
    rng = small.region.rng("quiet_tax_grade")
    who, year = _closed(small.region, some(small, "quiet_tax_grade", small.firms, 0.5), 2)
    score = -small.region.stress[who] + rng.normal(0, 0.5, len(who))
    grade = np.digitize(score, [-2.3, -1.5, 0.6, 1.6])
    return item_rows(
        small,
        who,
        {"year": years_of(small.region, year), "grade": Word(grade, ("D", "C", "M", "B", "A"))},
        yearly=True,
        words=("grade",),
    )


def quiet_invoices(small: Small) -> RawTable:
    """One row is an invoice that the tax office gave on behalf of a quiet firm."""
    region = small.region
    rng = region.rng("quiet_invoices")
    trading = small.firms[small.trading[small.firms]]
    rate = np.clip(2.4 - 0.5 * region.stress[trading], 0.2, 6)
    who = np.repeat(trading, rng.poisson(rate))
    code, name = outsiders()
    buyer = rng.integers(0, len(code), len(who))
    amount = np.rint(small.sales_fen[who] / 8 * np.exp(rng.normal(-0.2, 0.6, len(who))))
    fen = amount.astype(np.int64) + 10_000
    tax = fen // 100
    return item_rows(
        small,
        who,
        {
            "invoice_no": numbered("26", np.arange(len(who)), 18),
            "invoice_on": Day(day_lived(rng, region, who, 2)),
            "counterparty_code": Plain(code[buyer]),
            "counterparty_name": Plain(name[buyer]),
            "amount_fen": Money(fen, "yuan"),
            "tax_fen": Money(tax, "yuan"),
            "total_fen": Money(fen + tax, "yuan"),
            "status": word(rng, len(who), {"valid": 0.97, "void": 0.03}),
        },
        words=("status",),
    )


def small_insurance(small: Small) -> RawTable:
    """One row is a month of social insurance of a small employer."""
    region = small.region
    rng = region.rng("small_insurance")
    bodies = np.concatenate([small.firms, small.shops])
    chance = np.where(np.isin(bodies, small.shops), 0.04, 0.22) * small.trading[bodies]
    who, month = over_months(region, bodies[rng.random(len(bodies)) < chance], region.months[-12:])
    heads = small.staff[who]
    due = yuan(heads * np.exp(rng.normal(6.95, 0.08, len(small.staff)))[who])
    behind = rng.random(len(who)) < 1 / (1 + np.exp(4.4 - 1.2 * region.stress[who]))
    owed = np.where(behind, due // 2, 0)
    return item_rows(
        small,
        who,
        {
            "month": Day(month_ends(region.months[-12:])[month]),
            "insured_count": Plain(heads),
            "paid_fen": Money(due - owed, "yuan"),
            "arrears_fen": Money(owed, "yuan"),
        },
        restated=("paid_fen",),
    )


def _reporting(small: Small, name: str, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Choose who reports: of firms the quiet, and all cooperatives."""
    coops = small.region.subjects.of("cooperative")
    return _closed(small.region, some(small, name, np.concatenate([small.firms, coops]), share), 2)


def annual_staff(small: Small) -> RawTable:
    """One row is the staff of a year as the yearly report has it."""
    rng = small.region.rng("annual_staff")
    who, year = _reporting(small, "annual_report", 0.45)
    heads = small.staff[who]
    return item_rows(
        small,
        who,
        {
            "year": years_of(small.region, year),
            "total_count": Plain(heads),
            "bachelor_count": Plain(rng.binomial(heads, 0.3)),
            "graduates_hired_count": Plain(rng.binomial(heads, 0.06)),
        },
        yearly=True,
    )


def annual_assets(small: Small) -> RawTable:
    """One row is assets and liabilities of a year as the yearly report has them."""
    region = small.region
    rng = region.rng("annual_assets")
    who, year = _reporting(small, "annual_report", 0.45)
    assets = small.sales_fen[who] * np.exp(rng.normal(0.2, 0.5, len(who)))
    lever = np.clip(rng.normal(0.45 + 0.08 * region.stress[who], 0.12), 0.02, 1.3)
    columns: dict[str, Column] = {
        "year": years_of(region, year),
        "total_assets_fen": Money(_to_wan(assets), "wan_yuan"),
        "total_liabilities_fen": Money(_to_wan(assets * lever), "wan_yuan"),
    }
    return item_rows(small, who, columns, yearly=True)


def annual_results(small: Small) -> RawTable:
    """One row is sales and profit of a year as the yearly report has them."""
    region = small.region
    rng = region.rng("annual_results")
    who, year = _reporting(small, "annual_report", 0.45)
    sales = small.sales_fen[who] * np.exp(rng.normal(0, 0.15, len(who)))
    margin = rng.normal(0.04 - 0.03 * region.stress[who], 0.05)
    columns: dict[str, Column] = {
        "year": years_of(region, year),
        "revenue_fen": Money(_to_wan(sales), "wan_yuan"),
        "net_profit_fen": Money(_to_wan(sales * margin), "wan_yuan"),
    }
    return item_rows(small, who, columns, yearly=True)


def _to_wan(fen: np.ndarray) -> np.ndarray:
    """Round to a hundred yuan, the last place that ten thousands with two decimals have."""
    return np.rint(fen / 10_000).astype(np.int64) * 10_000


def platform_orders(small: Small) -> RawTable:
    """One row is what a platform paid out to a shop for half a month."""
    region = small.region
    rng = region.rng("platform_orders")
    sells = np.isin(
        region.subjects.trade_code[small.shops], ("6210", "6291", "5223", "5292", "5232")
    )
    on = small.shops[sells & small.trading[small.shops]]
    on = on[rng.random(len(on)) < 0.3]
    who = np.repeat(on, rng.poisson(12.0 * np.exp(-0.1 * region.stress[on])))
    fen = small.sales_fen[who] / 60 * np.exp(rng.normal(0, 0.4, len(who)))
    return item_rows(
        small,
        who,
        {
            "order_no": numbered("PT", np.arange(len(who)), 9),
            "buyer_kind": Word(np.zeros(len(who), np.int64), ("other",)),
            "buyer_name": word(rng, len(who), {"活水到家": 0.6, "邻里优选": 0.4}),
            "amount_fen": Money(np.rint(fen).astype(np.int64) + 100, "yuan"),
            "ordered_on": Day(day_lived(rng, region, who, 1)),
        },
    )
