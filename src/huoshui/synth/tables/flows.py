"""Orders, receivables, settlements, rosters, equity, parks and policies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth.columns import Day, Money, Plain, Word, numbered, word
from huoshui.synth.dirt import Dirt
from huoshui.synth.places import OUTSIDERS, PARKS, VILLAGES
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import (
    after,
    day_lived,
    ended,
    flag,
    happens,
    month_ends,
    over_months,
    repeated,
    wan,
    yuan,
)
from huoshui.synth.tables.invoices import outsiders
from huoshui.synth.trades import TRADES


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of trade with others and of special rosters."""
    yield orders(region)
    yield procurement(region)
    yield receivables(region)
    yield medical(region)
    yield tobacco(region)
    yield villages(region)
    yield equity_rounds(region)
    yield equity_projects(region)
    yield listing(region)
    yield parks(region)
    yield insurance(region)


def _supplying(region: Region) -> np.ndarray:
    """How much a firm supplies to core companies."""
    firms = region.firms
    usual = np.array([_supplies(t.code) for t in TRADES])[firms.trade]
    return usual * np.log1p(firms.staff[-1]) * np.exp(0.1 * firms.quality)


def _supplies(code: str) -> float:
    """How often firms of a trade have orders from companies: makers most, shops hardly ever."""
    if code[0] in "123":
        return 0.60
    if code[:2] in ("47", "48", "51", "54", "65", "74", "75", "77"):
        return 0.34
    return 0.06


def _core_and_others(
    rng: np.random.Generator, count: int, core_share: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw bodies outside the city: codes, names, and whether they are core companies."""
    away_codes, away_names = outsiders()
    is_core = np.array([core for _, core in OUTSIDERS])
    core, other = np.flatnonzero(is_core), np.flatnonzero(~is_core)
    at = np.where(
        rng.random(count) < core_share,
        core[rng.integers(0, len(core), count)],
        other[rng.integers(0, len(other), count)],
    )
    return away_codes[at], away_names[at], is_core[at]


def orders(region: Region) -> RawTable:
    """One row is an order that a company placed with a firm, from the supply-chain platform."""
    rng, firms = region.rng("orders"), region.firms
    who = repeated(rng, np.minimum(_supplying(region), 8))
    code, name, core = _core_and_others(rng, len(who), 0.7)
    on = day_lived(rng, region, who, 1.2)
    amount = wan(np.maximum(firms.revenue_fen[-1][who] / 1e6 * rng.uniform(0.01, 0.1), 2))
    part = np.clip(rng.normal(0.5, 0.4, len(who)), 0, 1)
    return RawTable(
        "orders",
        who,
        {
            "订单号": numbered("DD", np.arange(len(who))),
            "采购方代码": Plain(code),
            "采购方": Plain(name),
            "采购方类型": Word(np.where(core, 0, 1), ("核心企业", "一般企业")),
            "订单金额（万元）": Money(amount, "wan_yuan"),
            "已交付金额（万元）": Money(wan(np.rint(amount * part / 1e6)), "wan_yuan"),
            "下单日期": Day(on, "iso"),
            "交付期限": Day(after(on, rng.integers(30, 240, len(who))), "iso"),
        },
        name="供应商",
        optional=("已交付金额（万元）",),
        words=("采购方类型",),
    )


def procurement(region: Region) -> RawTable:
    """One row is a public tender that a firm won; the notice names it only."""
    rng = region.rng("procurement")
    who = repeated(rng, np.where(region.firms.innovative, 0.35, 0.06))
    on = day_lived(rng, region, who, 2)
    buyers = {"活水市财政局": 0.3, "清源区教育局": 0.3, "示例省人民医院": 0.2, "泉山县水利局": 0.2}
    return RawTable(
        "procurement",
        who,
        {
            "公告编号": numbered("CG", np.arange(len(who)), 6),
            "采购人": word(rng, len(who), buyers),
            "中标金额（元）": Money(wan(rng.gamma(1.2, 90, len(who)) + 2)),
            "中标日期": Day(on, "chinese"),
            "履约截止": Day(after(on, rng.integers(60, 400, len(who))), "chinese"),
        },
        code=None,
        name="中标供应商",
        format="jsonl",
    )


def receivables(region: Region) -> RawTable:
    """One row is a receivable on the financing platform, confirmed by its debtor or not."""
    rng, firms = region.rng("receivables"), region.firms
    who = repeated(rng, np.minimum(_supplying(region) * 0.8, 8))
    code, name, core = _core_and_others(rng, len(who), 0.6)
    on = day_lived(rng, region, who, 1.3)
    amount = wan(np.maximum(firms.revenue_fen[-1][who] / 1e6 * rng.uniform(0.01, 0.08), 1))
    left = np.where(rng.random(len(who)) < 0.65, 1.0, np.clip(rng.normal(0.4, 0.3, len(who)), 0, 1))
    return RawTable(
        "receivables",
        who,
        {
            "账款编号": numbered("YS", np.arange(len(who))),
            "债务人代码": Plain(code),
            "债务人": Plain(name),
            "是否核心企业": flag(core),
            "账款金额（万元）": Money(amount, "wan_yuan"),
            "未付金额（万元）": Money(wan(np.rint(amount * left / 1e6)), "wan_yuan"),
            "形成日期": Day(on, "iso"),
            "到期日期": Day(after(on, rng.integers(30, 400, len(who))), "iso"),
            "是否确权": flag(rng.random(len(who)) < np.where(core, 0.6, 0.15)),
        },
        name="债权人",
        optional=("未付金额（万元）",),
    )


def medical(region: Region) -> RawTable:
    """One row is a month of settlement with the medical insurance."""
    rng, firms = region.rng("medical"), region.firms
    who, at = over_months(region, np.flatnonzero(firms.medical), region.months)
    monthly = firms.revenue_fen[-1][who] / 12 * rng.uniform(0.2, 0.7, len(firms))[who]
    claimed = np.rint(monthly * np.exp(rng.normal(0, 0.2, len(who)))).astype(np.int64) + 10_000
    settled = np.rint(claimed * np.clip(rng.normal(0.95, 0.04, len(who)), 0.4, 1)).astype(np.int64)
    return RawTable(
        "medical",
        who,
        {
            "结算月份": Day(month_ends(region.months)[at], "month"),
            "申报金额": Money(claimed),
            "拨付金额": Money(settled),
        },
        name="定点机构名称",
        restated=("拨付金额",),
        optional=("申报金额",),
    )


def tobacco(region: Region) -> RawTable:
    """One row is an order of tobacco by a shop, about every other week."""
    rng, people = region.rng("tobacco"), region.subjects
    rate = np.where(people.trade_code == "5227", 40.0, 0.0)
    rate[people.kind == "branch"] = 0
    who = repeated(rng, rate)
    level = np.exp(rng.normal(8.6, 0.6, len(people)))
    return RawTable(
        "tobacco",
        who,
        {
            "订单编号": numbered("YC", np.arange(len(who)), 9),
            "订货金额": Money(yuan(level[who] * np.exp(rng.normal(0, 0.3, len(who)))), typed=True),
            "订货日期": Day(day_lived(rng, region, who, 1.9), "iso"),
        },
        name="零售户",
        format="parquet",
    )


def villages(region: Region) -> RawTable:
    """One row is a place on a village's list of those who may borrow, with the sum granted."""
    rng, people = region.rng("villages"), region.subjects
    chance = np.zeros(len(people))
    chance[people.kind == "cooperative"] = 0.75
    rural = np.isin(people.district, ("439921", "439922", "439981"))
    chance[(people.kind == "individual_business") & rural] = 0.35
    who = happens(rng, chance)
    at = rng.integers(0, len(VILLAGES), len(who))
    return RawTable(
        "villages",
        who,
        {
            "名册编号": numbered("CJ", np.arange(len(who)), 5),
            "行政村代码": Word(at, tuple(code for code, _ in VILLAGES)),
            "授信额度（万元）": Money(wan(rng.choice([5, 10, 20, 30, 50], len(who))), "wan_yuan"),
            "入册日期": Day(day_lived(rng, region, who, 2), "slash"),
        },
        name="户名",
        format="xlsx",
    )


ROUNDS = {"种子轮": 0.12, "天使轮": 0.38, "A轮": 0.28, "B轮": 0.14, "C轮": 0.04, "战略融资": 0.04}
INVESTORS = {
    "活水天使基金": 0.25,
    "示例创投一期": 0.25,
    "远帆资本": 0.2,
    "某产业引导基金": 0.2,
    "自然人投资者": 0.1,
}


def equity_rounds(region: Region) -> RawTable:
    """One row is an investor's share in a round of financing, or a firm's yearly word that there
    was none."""
    rng, firms = region.rng("equity_rounds"), region.firms
    able = firms.innovative & np.isnat(firms.ceased)
    who = repeated(rng, np.where(able, 0.16 * np.exp(0.5 * firms.quality), 0.0))
    investor = word(rng, len(who), INVESTORS)
    rounds = RawTable(
        "equity_rounds",
        who,
        {
            "融资编号": numbered("RZ", np.arange(len(who)), 5),
            "轮次": word(rng, len(who), ROUNDS),
            "投资方": investor,
            "是否合格投资机构": flag(investor.at < 4),
            "投资金额（万元）": Money(
                wan(np.rint(np.exp(rng.normal(6.2, 0.9, len(who))))), "wan_yuan"
            ),
            "到账日期": Day(day_lived(rng, region, who, 4), "iso"),
        },
        words=("轮次",),
    )
    asked = np.flatnonzero(firms.in_library & np.isnat(firms.ceased))
    without = np.setdiff1d(asked[rng.random(len(asked)) < 0.95], who)
    return rounds.with_rows(
        without,
        {
            "融资编号": numbered("NB000", without, 5),
            "投资方": Word(np.zeros(len(without), np.int64), ("近两年无股权融资",)),
            "是否合格投资机构": flag(np.zeros(len(without), bool)),
            "投资金额（万元）": Money(np.zeros(len(without), np.int64), "wan_yuan"),
            "到账日期": Day(day_lived(rng, region, without, 0.75)),
        },
    )


def equity_projects(region: Region) -> RawTable:
    """One row is an investment in a pilot-plant project."""
    rng = region.rng("equity_projects")
    who = repeated(rng, np.where(region.subjects.kind == "project", 0.35, 0.0))
    return RawTable(
        "equity_projects",
        who,
        {
            "投资编号": numbered("TZ", np.arange(len(who)), 5),
            "轮次": word(rng, len(who), {"种子轮": 0.6, "天使轮": 0.4}),
            "投资方": word(rng, len(who), INVESTORS),
            "金额（万元）": Money(wan(rng.gamma(1.5, 100, len(who)) + 20), "wan_yuan"),
            "到账日期": Day(day_lived(rng, region, who, 2), "iso"),
        },
        code="项目标识",
        name="项目名称",
        format="jsonl",
    )


def listing(region: Region) -> RawTable:
    """One row is a place on the roster of firms on their way to a stock exchange."""
    rng, firms = region.rng("listing"), region.firms
    chance = np.where(firms.listed_ambition, 0.85, np.where(firms.innovative, 0.02, 0))
    chance[~np.isnat(firms.ceased)] = 0
    ready = np.flatnonzero(firms.innovative & np.isnat(firms.ceased))
    chance[ready[:4]] = 1.0
    who = happens(rng, chance)
    layers = {"储备": 0.45, "培育": 0.3, "辅导": 0.15, "申报": 0.07, "已上市": 0.03}
    return RawTable(
        "listing",
        who,
        {
            "库编号": numbered("SS", np.arange(len(who)), 4),
            "层级": word(rng, len(who), layers),
            "入库日期": Day(day_lived(rng, region, who, 2.5), "iso"),
        },
        format="xlsx",
        words=("层级",),
    )


def parks(region: Region) -> RawTable:
    """One row is a firm's membership of a park or an incubator."""
    rng, firms = region.rng("parks"), region.firms
    who = np.flatnonzero(firms.park >= 0)
    joined = day_lived(rng, region, who, 6)
    at = firms.park[who]
    return RawTable(
        "parks",
        who,
        {
            "园区代码": Word(at, tuple(code for code, _, _ in PARKS)),
            "园区名称": Word(at, tuple(name for _, name, _ in PARKS)),
            "载体类型": Word(at, tuple(kind for _, _, kind in PARKS)),
            "入驻日期": Day(joined, "mixed"),
            "迁出日期": Day(ended(rng, region, joined, 0.08, 1500), "iso"),
        },
        words=("载体类型",),
        optional=("园区名称",),
    )


def insurance(region: Region) -> RawTable:
    """One row is an insurance policy."""
    rng, firms = region.rng("insurance"), region.firms
    size = np.log1p(firms.staff[-1])
    who = repeated(rng, 0.15 * size + 0.12 * firms.innovative)
    begun = day_lived(rng, region, who, 2)
    kinds = {
        "财产保险": 0.36,
        "雇主责任险": 0.22,
        "产品质量保证险": 0.1,
        "研发费用损失险": 0.07,
        "专利被侵权险": 0.07,
        "首台套险": 0.04,
        "贷款保证保险": 0.08,
        "网络安全险": 0.06,
    }
    insured = wan(np.rint(np.exp(rng.normal(5.3, 1.0, len(who)))))
    premium = insured * rng.integers(5, 60, len(who)) // 10_000
    return RawTable(
        "insurance",
        who,
        {
            "保单号": numbered("BX", np.arange(len(who))),
            "险种": word(rng, len(who), kinds),
            "保险金额（万元）": Money(insured, "wan_yuan"),
            "保费（元）": Money(premium // 100 * 100),
            "起保日期": Day(begun, "iso"),
            "终保日期": Day(begun + np.timedelta64(365, "D"), "iso"),
        },
        name="投保人",
        optional=("保费（元）",),
        words=("险种",),
    )
