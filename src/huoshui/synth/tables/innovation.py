"""Licences, titles, intellectual property and research: what innovation firms have to show."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth.columns import Day, Money, Plain, Word, numbered, word
from huoshui.synth.dirt import Dirt, chosen
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import (
    NO_DAY,
    after,
    day_lived,
    ended,
    flag,
    happens,
    over_years,
    repeated,
    wan,
    years_of,
)


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of innovation."""
    first = patents(region)
    yield first
    yield patents_declared(region, first, dirt)
    yield software_copyrights(region)
    yield trademarks(region)
    yield standards(region)
    yield rd_projects(region)
    spending = rd_spending_tax(region)
    yield spending
    yield rd_spending_statistics(region, spending, dirt)
    yield rd_tax_deduction(region, spending)
    yield technology_contracts(region)
    yield rd_platforms(region)
    yield staff_structure(region)


def strength(region: Region) -> np.ndarray:
    """How much innovation a firm shows: nothing for most, more for the able and the large."""
    firms = region.firms
    size = np.log1p(firms.staff[-1])
    able = np.exp(0.45 * firms.quality + 0.35 * (size - 2.3))
    return np.where(firms.innovative, able, np.where(firms.in_library, 0.13 * able, 0.03))


def patents(region: Region) -> RawTable:
    """One row is a patent or an application, from the patent office."""
    rng = region.rng("patents")
    who = repeated(rng, np.minimum(3.4 * strength(region), 60))
    kind = rng.choice(3, len(who), p=[0.36, 0.50, 0.14])
    applied = day_lived(rng, region, who, 9)
    wait = np.where(kind == 0, rng.integers(400, 1100, len(who)), rng.integers(120, 330, len(who)))
    granted = after(applied, wait)
    open_ = (granted > region.today) | (rng.random(len(who)) < 0.08)
    granted = np.where(open_, NO_DAY, granted)
    fate = rng.choice(3, len(who), p=[0.90, 0.07, 0.03])
    status = np.where(open_, 0, fate + 1)
    number = np.arange(len(who))
    digit = np.array(["1", "2", "3"])[kind]
    year = applied.astype("datetime64[Y]").astype(str)
    numbers = [
        f"ZL{y}{d}{n:07d}.{n % 11 if n % 11 < 10 else 'X'}"
        for y, d, n in zip(year.tolist(), digit.tolist(), number.tolist(), strict=True)
    ]
    return RawTable(
        "patents",
        who,
        {
            "专利号": Plain(np.array(numbers, dtype=object)),
            "专利类型": Word(kind, ("发明专利", "实用新型", "外观设计")),
            "法律状态": Word(status, ("实质审查", "授权有效", "失效", "权利转移")),
            "申请日": Day(applied, "iso"),
            "授权公告日": Day(granted, "iso"),
            "是否PCT": flag((kind == 0) & (rng.random(len(who)) < 0.05)),
            "取得方式": Word((rng.random(len(who)) < 0.14).astype(int), ("原始取得", "受让取得")),
            "高价值核心专利": flag((kind == 0) & (rng.random(len(who)) < 0.4)),
        },
        code="专利权人代码",
        name="专利权人",
        words=("法律状态",),
    )


def patents_declared(region: Region, office: RawTable, dirt: Dirt) -> RawTable:
    """One row is a patent as its firm declares it; the status may be out of date."""
    rng = region.rng("patents_declared")
    declares = rng.random(len(region.firms)) < 0.55
    rows = np.flatnonzero(declares[office.who])
    table = office.take(rows)
    status = table.columns["法律状态"]
    assert isinstance(status, Word)
    at = status.at.copy()
    apart = chosen(rng, np.ones(len(rows), bool), dirt.conflicting_sources)
    at[apart] = np.where(at[apart] == 1, 0, 1)
    differs = np.zeros(len(rows), bool)
    differs[apart] = True
    kind = table.columns["专利类型"]
    applied = table.columns["申请日"]
    assert isinstance(kind, Word)
    assert isinstance(applied, Day)
    return RawTable(
        "patents_declared",
        table.who,
        {
            "专利号": table.columns["专利号"],
            "类别": Word(kind.at, ("发明", "实用新型", "外观")),
            "状态": Word(at, ("申请中", "有效", "已失效", "已转让")),
            "申请日期": Day(applied.days, "slash"),
            "自主研发": flag(rng.random(len(rows)) < 0.82),
            "核心专利": flag((kind.at == 0) & (rng.random(len(rows)) < 0.4)),
        },
        format="jsonl",
        marks={("conflicting_sources", "状态"): differs},
    )


def software_copyrights(region: Region) -> RawTable:
    """One row is a registered piece of software."""
    rng = region.rng("software_copyrights")
    codes = region.subjects.trade_code[: len(region.firms)]
    soft = np.isin(codes, ("6513", "6531", "6550"))
    who = repeated(rng, np.minimum(strength(region) * np.where(soft, 6.0, 0.8), 60))
    return RawTable(
        "software_copyrights",
        who,
        {
            "登记号": numbered("2025SR", np.arange(len(who)), 7),
            "软件名称": Plain(np.array([f"管理平台V{n % 9 + 1}.0" for n in range(len(who))])),
            "登记日期": Day(day_lived(rng, region, who, 7), "iso"),
        },
        name="著作权人",
        optional=("软件名称",),
    )


def trademarks(region: Region) -> RawTable:
    """One row is a trade mark."""
    rng = region.rng("trademarks")
    who = repeated(rng, np.where(region.firms.innovative, 0.9, 0.35))
    status = {"已注册": 0.85, "待审中": 0.08, "无效": 0.07}
    return RawTable(
        "trademarks",
        who,
        {
            "注册号": numbered("TM", np.arange(len(who))),
            "国际分类": Plain(rng.integers(1, 46, len(who))),
            "商标状态": word(rng, len(who), status),
            "注册公告日": Day(day_lived(rng, region, who, 9), "mixed"),
        },
        name="注册人名称",
        optional=("国际分类",),
        words=("商标状态",),
    )


def standards(region: Region) -> RawTable:
    """One row is a standard with one of its drafters, who is named only."""
    rng = region.rng("standards")
    who = repeated(rng, 0.12 * strength(region))
    number = rng.integers(1000, 9999, len(who))
    levels = {"团体标准": 0.45, "行业标准": 0.25, "国家标准": 0.18, "地方标准": 0.11, "ISO": 0.01}
    return RawTable(
        "standards",
        who,
        {
            "标准号": Plain(np.array([f"BZ {n}-{k:05d}" for k, n in enumerate(number.tolist())])),
            "标准类别": word(rng, len(who), levels),
            "起草排名": Plain(rng.integers(1, 12, len(who))),
            "发布日期": Day(day_lived(rng, region, who, 8), "iso"),
        },
        code=None,
        name="起草单位",
        format="xlsx",
        words=("标准类别",),
    )


def rd_projects(region: Region) -> RawTable:
    """One row is a research project that a firm declares."""
    rng = region.rng("rd_projects")
    who = repeated(rng, np.minimum(1.3 * strength(region), 12))
    started = day_lived(rng, region, who, 4)
    over = ended(rng, region, started, 0.7, 900)
    status = np.where(np.isnat(over), 0, np.where(rng.random(len(who)) < 0.06, 2, 1))
    return RawTable(
        "rd_projects",
        who,
        {
            "项目编号": numbered("RD", np.arange(len(who))),
            "预算（万元）": Money(wan(rng.gamma(1.5, 60, len(who)) + 5), "wan_yuan"),
            "开始日期": Day(started, "iso"),
            "结束日期": Day(over, "iso"),
            "状态": Word(status, ("在研", "结题", "终止")),
        },
        format="jsonl",
        optional=("预算（万元）",),
        words=("状态",),
    )


def _intensity(region: Region, who: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    usual = np.where(region.firms.innovative[who], -2.9, -4.1)
    able = np.exp(rng.normal(usual, 0.45) + 0.3 * region.firms.quality[who])
    return np.clip(able, 0.003, 0.6)


def rd_spending_tax(region: Region) -> RawTable:
    """One row is a year of research spending as the yearly return tells it, noughts and all."""
    rng, firms = region.rng("rd_spending_tax"), region.firms
    tells = rng.random(len(firms)) < np.where(firms.in_library, 0.98, 0.52)
    spends = firms.innovative | (firms.in_library & (rng.random(len(firms)) < 0.55))
    who, year = over_years(region, np.flatnonzero(tells))
    revenue = firms.revenue_fen[year, who] * spends[who]
    amount = np.rint(revenue / 1e4 * _intensity(region, who, rng)).astype(np.int64) * 10_000
    heads = np.rint(firms.staff[year, who] * np.clip(rng.normal(0.2, 0.1, len(who)), 0.02, 0.9))
    heads = np.where(amount > 0, heads, 0)
    return RawTable(
        "rd_spending_tax",
        who,
        {
            "年度": years_of(region, year),
            "研发费用": Money(amount, "yuan"),
            "境内研发费用": Money(amount // 10_000 * rng.integers(8_500, 10_001, len(who)), "yuan"),
            "研发人员数": Plain(heads.astype(np.int64)),
        },
        code="纳税人识别号",
        name="纳税人名称",
        yearly=True,
        sure=firms.in_library[who],
        restated=("研发费用",),
        optional=("研发人员数",),
    )


def rd_spending_statistics(region: Region, ledger: RawTable, dirt: Dirt) -> RawTable:
    """One row is a year of research spending as the statistics bureau surveys larger firms."""
    rng, firms = region.rng("rd_spending_statistics"), region.firms
    spent = ledger.columns["研发费用"]
    assert isinstance(spent, Money)
    rows = np.flatnonzero((firms.staff[-1][ledger.who] > 20) & (spent.fen > 0))
    table = ledger.take(rows)
    amount = table.columns["研发费用"]
    assert isinstance(amount, Money)
    fen = amount.fen // 1_000_000 * 1_000_000  # the survey asks for whole ten thousands
    apart = chosen(rng, np.ones(len(rows), bool), dirt.conflicting_sources)
    fen[apart] = fen[apart] // 100 * rng.integers(70, 140, len(apart)) // 10_000 * 10_000
    differs = np.zeros(len(rows), bool)
    differs[apart] = True
    return RawTable(
        "rd_spending_statistics",
        table.who,
        {
            "报告年份": table.columns["年度"],
            "R&D经费（万元）": Money(fen, "wan_yuan"),
            "R&D人员（人）": table.columns["研发人员数"],
        },
        code="组织代码",
        name="单位详细名称",
        encoding="gb18030",
        marks={("conflicting_sources", "R&D经费（万元）"): differs},
    )


def rd_tax_deduction(region: Region, ledger: RawTable) -> RawTable:
    """One row is a year of the super-deduction for research spending."""
    rng = region.rng("rd_tax_deduction")
    spent = ledger.columns["研发费用"]
    assert isinstance(spent, Money)
    claims = (spent.fen > 0) & (rng.random(len(ledger)) < 0.93)
    table = ledger.take(np.flatnonzero(claims))
    amount = table.columns["研发费用"]
    assert isinstance(amount, Money)
    return RawTable(
        "rd_tax_deduction",
        table.who,
        {
            "所属年度": table.columns["年度"],
            "加计扣除额": Money(amount.fen, "yuan"),
            "减免税额": Money(amount.fen // 10_000 * 1_500, "yuan"),
        },
        code="纳税人识别号",
        name="纳税人名称",
        flows=False,
        optional=("减免税额",),
    )


def technology_contracts(region: Region) -> RawTable:
    """One row is a registered technology contract on one of its two sides."""
    rng = region.rng("technology_contracts")
    who = repeated(rng, np.minimum(0.9 * strength(region), 15))
    kinds = {
        "技术开发": 0.45,
        "技术转让": 0.1,
        "技术许可": 0.05,
        "技术咨询": 0.1,
        "技术服务": 0.3,
    }
    return RawTable(
        "technology_contracts",
        who,
        {
            "合同登记号": numbered("JS", np.arange(len(who))),
            "合同成交额（万元）": Money(wan(rng.gamma(1.1, 80, len(who)) + 1), "wan_yuan"),
            "合同类别": word(rng, len(who), kinds),
            "买卖方": word(rng, len(who), {"卖方": 0.7, "买方": 0.3}),
            "签订日期": Day(day_lived(rng, region, who, 4), "compact"),
        },
        encoding="gb18030",
        words=("合同类别",),
    )


def rd_platforms(region: Region) -> RawTable:
    """One row is a recognised research platform."""
    rng = region.rng("rd_platforms")
    chance = np.clip(0.10 * strength(region), 0, 0.8) * region.firms.innovative
    who = happens(rng, chance)
    return RawTable(
        "rd_platforms",
        who,
        {
            "平台编号": numbered("PT", np.arange(len(who)), 5),
            "级别": word(rng, len(who), {"市级": 0.62, "省级": 0.33, "国家级": 0.05}),
            "批准日期": Day(day_lived(rng, region, who, 7), "iso"),
        },
        name="依托单位",
        format="xlsx",
        words=("级别",),
    )


def staff_structure(region: Region) -> RawTable:
    """One row is a year of a firm's staff by education and task, declared by the firm."""
    rng, firms = region.rng("staff_structure"), region.firms
    declares = rng.random(len(firms)) < np.where(firms.in_library, 0.98, 0.36)
    who, year = over_years(region, np.flatnonzero(declares))
    total = np.maximum(firms.staff[year, who], 1)
    others = np.where(firms.in_library[who], 0.12, 0.06)
    clever = np.where(firms.innovative[who], 0.34, others) * np.exp(0.25 * firms.quality[who])

    def share(of: np.ndarray, spread: float) -> np.ndarray:
        part = np.clip(rng.normal(of, spread), 0, 0.95)
        return np.rint(total * part).astype(np.int64)

    technical = share(clever * 1.2, 0.08)
    research = np.minimum(share(clever * 0.8, 0.06), technical)
    postgraduates = share(clever * 0.25, 0.03)
    bachelors = np.minimum(share(clever * 1.3 + 0.08, 0.08), total - postgraduates)
    return RawTable(
        "staff_structure",
        who,
        {
            "年度": years_of(region, year),
            "职工总数": Plain(total),
            "研发人员": Plain(research),
            "科技人员": Plain(technical),
            "研究生": Plain(np.minimum(postgraduates, total)),
            "本科": Plain(bachelors),
            "当年招用应届毕业生": Plain(np.minimum(share(clever * 0.2, 0.04), total)),
        },
        yearly=True,
        sure=firms.in_library[who],
        optional=("研发人员", "研究生", "当年招用应届毕业生"),
    )
