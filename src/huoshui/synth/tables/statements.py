"""Yearly statements as filed with the tax office, and the audited ones of some firms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth.columns import Money
from huoshui.synth.dirt import Dirt, chosen
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import flag, over_years, years_of


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of statements."""
    yield balance_tax(region)
    yield income_tax(region)
    yield cash_tax(region)
    yield balance_audit(region, dirt)


def _filers(region: Region) -> np.ndarray:
    firms = region.firms
    rng = region.rng("statement filers")
    chance = np.where(firms.in_library, 0.985, 0.82 + 0.03 * np.log1p(firms.staff[-1]))
    return np.flatnonzero(rng.random(len(firms)) < chance)


def _hundreds(amount: np.ndarray) -> np.ndarray:
    """Round to the yuan."""
    return np.rint(amount / 100).astype(np.int64) * 100


def _balance(region: Region, who: np.ndarray, year: np.ndarray) -> dict[str, np.ndarray]:
    """Draw balance sheets, the same for every source that tells of them."""
    firms = region.firms
    shape = region.rng("balance").normal(size=(3, len(region.years), len(firms)))[:, year, who]
    assets = firms.assets_fen[year, who].astype(float)
    debts = assets * firms.leverage[year, who]
    sales = firms.revenue_fen[year, who]
    receivable = np.minimum(
        sales * np.clip(0.20 + 0.05 * firms.stress[who] + 0.08 * shape[0], 0.01, 0.9), assets * 0.5
    )
    stock = np.minimum(sales * np.clip(0.13 + 0.05 * shape[1], 0.0, 0.6), assets * 0.3)
    cash = assets * np.clip(0.10 + 0.04 * firms.quality[who] + 0.04 * shape[2], 0.005, 0.2)
    current = receivable + stock + cash
    short = debts * np.clip(0.72 + 0.08 * firms.stress[who], 0.3, 0.99)
    return {
        "assets": _hundreds(assets),
        "debts": _hundreds(debts),
        "current": _hundreds(current),
        "short": _hundreds(short),
        "receivable": _hundreds(receivable),
        "stock": _hundreds(stock),
        "fixed": _hundreds((assets - current) * 0.7),
    }


def balance_tax(region: Region) -> RawTable:
    """One row is a balance sheet filed with the tax office."""
    rng = region.rng("balance_tax")
    who, year = over_years(region, _filers(region))
    held = _balance(region, who, year)
    return RawTable(
        "balance_tax",
        who,
        {
            "会计年度": years_of(region, year),
            "资产总计": Money(held["assets"]),
            "负债合计": Money(held["debts"]),
            "流动资产合计": Money(held["current"]),
            "流动负债合计": Money(held["short"]),
            "应收账款": Money(held["receivable"]),
            "存货": Money(held["stock"]),
            "固定资产净值": Money(held["fixed"]),
            "是否审计": flag(rng.random(len(who)) < 0.12),
        },
        code="纳税人识别号",
        name="纳税人名称",
        yearly=True,
        sure=region.firms.in_library[who],
        restated=("资产总计", "应收账款"),
        optional=("应收账款", "存货", "固定资产净值"),
    )


def _high_tech_share(region: Region, who: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the share of high-tech products: most of it, some, or a reported nought."""
    firms = region.firms
    most, some = rng.uniform(0.5, 0.88, len(who)), rng.uniform(0.05, 0.55, len(who))
    sells = region.rng("high-tech sellers").random(len(firms)) < 0.4
    others = np.where((firms.in_library & sells)[who], some, 0.0)
    return np.where(firms.innovative[who], most, others)


def income_tax(region: Region) -> RawTable:
    """One row is an income statement filed with the tax office."""
    rng, firms = region.rng("income_tax"), region.firms
    who, year = over_years(region, _filers(region))
    revenue = firms.revenue_fen[year, who]
    margin = firms.margin[year, who]
    main = revenue * rng.uniform(0.88, 1.0, len(who))
    high_tech = revenue * _high_tech_share(region, who, rng)
    debts = firms.assets_fen[year, who] * firms.leverage[year, who]
    interest = debts * np.clip(rng.normal(0.018, 0.012, len(who)), 0, 0.06)
    operating = revenue * margin * 1.15
    return RawTable(
        "income_tax",
        who,
        {
            "会计年度": years_of(region, year),
            "营业收入": Money(revenue),
            "主营业务收入": Money(_hundreds(main)),
            "高新技术产品收入": Money(_hundreds(high_tech), known=firms.in_library[who]),
            "营业成本": Money(_hundreds(revenue * np.clip(0.84 - margin, 0.2, 1.2))),
            "营业利润": Money(_hundreds(operating)),
            "净利润": Money(_hundreds(revenue * margin)),
            "利息支出": Money(_hundreds(interest)),
            "是否审计": flag(rng.random(len(who)) < 0.12),
        },
        code="纳税人识别号",
        name="纳税人名称",
        yearly=True,
        sure=region.firms.in_library[who],
        restated=("营业收入", "净利润"),
        optional=("主营业务收入", "利息支出"),
    )


def cash_tax(region: Region) -> RawTable:
    """One row is a cash-flow statement filed with the tax office."""
    rng, firms = region.rng("cash_tax"), region.firms
    filers = _filers(region)
    filers = filers[rng.random(len(filers)) < 0.75]
    who, year = over_years(region, filers)
    revenue = firms.revenue_fen[year, who]
    operating = revenue * (firms.margin[year, who] + rng.normal(0.02, 0.05, len(who)))
    investing = -revenue * np.abs(rng.normal(0.04, 0.04, len(who)))
    financing = revenue * rng.normal(0.01, 0.05, len(who))
    return RawTable(
        "cash_tax",
        who,
        {
            "会计年度": years_of(region, year),
            "经营活动现金流量净额": Money(_hundreds(operating)),
            "投资活动现金流量净额": Money(_hundreds(investing)),
            "筹资活动现金流量净额": Money(_hundreds(financing)),
        },
        code="纳税人识别号",
        name="纳税人名称",
        yearly=True,
        sure=region.firms.in_library[who],
        restated=("经营活动现金流量净额",),
        vague=False,
    )


def balance_audit(region: Region, dirt: Dirt) -> RawTable:
    """One row is an audited balance sheet; some differ from what the tax office was told."""
    rng, firms = region.rng("balance_audit"), region.firms
    audited = np.flatnonzero(
        rng.random(len(firms)) < np.where(firms.innovative & (firms.staff[-1] > 15), 0.5, 0.01)
    )
    who, year = over_years(region, audited)
    recent = year >= len(region.years) - 2
    who, year = who[recent], year[recent]
    held = _balance(region, who, year)
    apart = chosen(rng, np.ones(len(who), bool), dirt.conflicting_sources)
    differs = np.zeros(len(who), bool)
    differs[apart] = True
    for part in ("assets", "receivable"):
        held[part][apart] = _hundreds(held[part][apart] * rng.uniform(1.1, 1.5, len(apart)))
    return RawTable(
        "balance_audit",
        who,
        {
            "年度": years_of(region, year),
            "资产总额（万元）": Money(held["assets"], "wan_yuan"),
            "负债总额（万元）": Money(held["debts"], "wan_yuan"),
            "流动资产（万元）": Money(held["current"], "wan_yuan"),
            "流动负债（万元）": Money(held["short"], "wan_yuan"),
            "应收账款（万元）": Money(held["receivable"], "wan_yuan"),
            "存货（万元）": Money(held["stock"], "wan_yuan"),
            "固定资产（万元）": Money(held["fixed"], "wan_yuan"),
        },
        format="xlsx",
        marks={("conflicting_sources", "资产总额（万元）"): differs},
    )
