"""Loans, lines, overdue debts, guarantees and what can be pledged or mortgaged."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth.columns import Day, Money, Plain, Word, numbered, word
from huoshui.synth.dirt import Dirt
from huoshui.synth.places import BANKS
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import (
    after,
    day_lived,
    ended,
    flag,
    happens,
    last_day,
    month_ends,
    repeated,
    wan,
    yuan,
)

_BANKS = dict(zip(BANKS, (0.3, 0.2, 0.1, 0.25, 0.15), strict=True))


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of credit and assets."""
    yield loans(region)
    yield loans_people(region)
    yield credit_lines(region)
    yield overdue_records(region)
    yield guarantees(region)
    yield security_given(region)
    yield real_estate(region)
    yield emission_rights(region)


def _reported_on(region: Region) -> np.ndarray:
    """Choose the firms that the credit register has a report on, be it one of nothing."""
    share = np.where(region.firms.in_library, 0.78, 0.66)
    return np.flatnonzero(region.rng("credit reports").random(len(region.firms)) < share)


def _nil(region: Region, busy: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give reports that say there is nothing: the firm and the day of each."""
    who = np.setdiff1d(_reported_on(region), busy)
    lived = (region.firms.established[who][:, None] <= days[None, :]) & (
        days[None, :] <= last_day(region, who)[:, None]
    )
    at, day = np.nonzero(lived)
    return who[at], days[day]


def _reports(region: Region) -> np.ndarray:
    """Give the quarter ends on which banks report."""
    ends = month_ends(region.months)
    return ends[[at for at, m in enumerate(region.months.astype(int)) if m % 3 == 2]]


def loans(region: Region) -> RawTable:
    """One row is a loan at the end of a quarter as the credit register has it, the last one with
    nothing left; or the register's word that a firm has no loan."""
    rng, firms, people = region.rng("loans"), region.firms, region.subjects
    size = np.log1p(firms.staff[-1])
    rate = np.zeros(len(people))
    borrows = rng.random(len(firms)) < np.clip(0.10 + 0.09 * size, 0, 0.8)
    rate[: len(firms)] = np.where(borrows, 1.3 + 0.2 * np.maximum(firms.stress, 0), 0)
    rate[np.isin(people.kind, ("individual_business", "cooperative"))] = 0.35
    owner = np.repeat(np.arange(len(people)), np.minimum(rng.poisson(rate), 6))
    sales = np.full(len(people), 4e7)
    sales[: len(firms)] = firms.revenue_fen[-1].clip(2e7)
    amount = wan(np.maximum(np.rint(sales[owner] / 1e6 * rng.uniform(0.03, 0.18, len(owner))), 5))
    drawn = day_lived(rng, region, owner, 2.6)
    months = rng.choice([12, 24, 36], len(owner), p=[0.6, 0.15, 0.25])
    due = after(drawn, months * 365 // 12)
    stress = region.stress.copy()
    stress[: len(firms)] += firms.defaulted
    base = rng.normal(430, 55, len(owner)) + 18 * stress[owner]
    bad = stress[owner] + rng.normal(0, 0.5, len(owner))
    worst = np.digitize(bad, [1.9, 2.7, 3.3, 3.9])
    firm = owner < len(firms)
    kind = np.where(firm, rng.choice(4, len(owner), p=[0.74, 0.14, 0.09, 0.03]), 4)
    secured = rng.choice(7, len(owner), p=[0.28, 0.2, 0.12, 0.25, 0.05, 0.06, 0.04])
    reports = _reports(region)
    before = np.concatenate([reports[:1] - 92, reports[:-1]])
    at, quarter = np.nonzero(
        (drawn[:, None] <= reports[None, :]) & (due[:, None] > before[None, :])
    )
    paid_off = due[at] <= reports[quarter]
    passed = (reports[quarter] - drawn[at]) / np.maximum(due[at] - drawn[at], 1)
    instalments = rng.random(len(owner)) < 0.35
    left = np.where(paid_off, 0.0, np.where(instalments[at], 1 - passed, 1.0))
    balance = np.rint(amount[at] * left / 1e6).astype(np.int64) * 1_000_000
    grade = np.where(quarter >= len(reports) - 2, worst[at], np.minimum(worst[at], 1))
    grade = np.where(paid_off, 0, grade)
    kinds = ("流动资金贷款", "固定资产贷款", "贸易融资", "并购贷款", "个人经营性贷款")
    security = (
        "信用",
        "保证",
        "担保公司保证",
        "房地产抵押",
        "知识产权质押",
        "应收账款质押",
        "组合",
    )
    table = RawTable(
        "loans",
        owner[at],
        {
            "合同编号": numbered("HT", np.arange(len(owner))).take(at),
            "贷款银行": word(rng, len(owner), _BANKS).take(at),
            "业务种类": Word(kind[at], kinds),
            "担保方式": Word(secured[at], security),
            "合同金额（万元）": Money(amount[at], "wan_yuan"),
            "余额（万元）": Money(balance, "wan_yuan"),
            "年利率（BP）": Plain(np.rint(base).astype(np.int64).clip(250, 900)[at]),
            "发放日期": Day(drawn[at], "compact"),
            "到期日期": Day(due[at], "compact"),
            "五级分类": Word(grade, ("正常", "关注", "次级", "可疑", "损失")),
            "报告日期": Day(reports[quarter], "iso"),
        },
        name="借款人名称",
        restated=("余额（万元）",),
        optional=("担保方式",),
        words=("五级分类", "担保方式"),
    )
    return _with_no_loans(region, table, reports[-2:])


def _with_no_loans(region: Region, loans: RawTable, days: np.ndarray) -> RawTable:
    """Add the register's word on firms without a loan, and never on one that was late once."""
    busy = np.union1d(loans.who, overdue_records(region).who)
    who, day = _nil(region, busy[busy < len(region.firms)], days)
    nought = Money(np.zeros(len(who), np.int64), "wan_yuan")
    return loans.with_rows(
        who,
        {
            "合同编号": numbered("WD", who),
            "贷款银行": Word(np.zeros(len(who), np.int64), ("无贷款记录",)),
            "合同金额（万元）": nought,
            "余额（万元）": nought,
            "报告日期": Day(day),
        },
    )


def loans_people(region: Region) -> RawTable:
    """One row is a loan to a person for a business, at the end of the last quarter."""
    rng = region.rng("loans_people")
    persons = region.subjects.of("person")
    who = persons[rng.random(len(persons)) < 0.3]
    drawn = day_lived(rng, region, who, 1)
    amount = wan(rng.choice([5, 10, 15, 20, 30], len(who)))
    reported = np.maximum(np.full(len(who), _reports(region)[-1]), drawn)
    return RawTable(
        "loans_people",
        who,
        {
            "合同号": numbered("GR", np.arange(len(who))),
            "银行": word(rng, len(who), _BANKS),
            "金额": Money(amount),
            "余额": Money(amount // 10_000_000 * 8_000_000),
            "发放日": Day(drawn, "iso"),
            "到期日": Day(after(drawn, 1095), "iso"),
            "分类": word(rng, len(who), {"正常": 0.93, "关注": 0.04, "次级": 0.03}),
            "报告日": Day(reported, "iso"),
        },
        code="人员编号",
        name="姓名",
        format="jsonl",
        words=("分类",),
    )


def credit_lines(region: Region) -> RawTable:
    """One row is a line of credit at the end of the last quarter, or the word that none is open."""
    rng, firms = region.rng("credit_lines"), region.firms
    chance = np.clip(0.04 + 0.07 * np.log1p(firms.staff[-1]) + 0.03 * firms.quality, 0, 0.8)
    who = happens(rng, chance)
    limit = wan(np.maximum(np.rint(firms.revenue_fen[-1][who] / 1e6 * 0.2 / 10) * 10, 20))
    used = np.clip(rng.normal(0.5 + 0.12 * firms.stress[who], 0.2), 0, 1)
    reported = np.maximum(_reports(region)[-1], firms.established[who])
    lines = RawTable(
        "credit_lines",
        who,
        {
            "授信编号": numbered("SX", np.arange(len(who))),
            "授信银行": word(rng, len(who), _BANKS),
            "授信额度（万元）": Money(limit, "wan_yuan"),
            "已用额度（万元）": Money(wan(np.rint(limit * used / 1e6)), "wan_yuan"),
            "到期日": Day(after(reported, rng.integers(20, 700, len(who))), "iso"),
            "报告日期": Day(reported, "iso"),
        },
        optional=("已用额度（万元）",),
    )
    without, day = _nil(region, who, _reports(region)[-1:])
    nought = Money(np.zeros(len(without), np.int64), "wan_yuan")
    return lines.with_rows(
        without,
        {
            "授信编号": numbered("WS", without),
            "授信银行": Word(np.zeros(len(without), np.int64), ("无授信记录",)),
            "授信额度（万元）": nought,
            "已用额度（万元）": nought,
            "报告日期": Day(day),
        },
    )


def overdue_records(region: Region) -> RawTable:
    """One row is a debt to a bank that fell overdue."""
    rng, firms = region.rng("overdue_records"), region.firms
    rate = np.zeros(len(region.subjects))
    rate[: len(firms)] = 0.022 * np.exp(1.0 * firms.stress) + 0.25 * firms.defaulted
    rate[region.subjects.kind == "individual_business"] = 0.04
    who = repeated(rng, np.minimum(rate, 3))
    began = day_lived(rng, region, who, 3)
    cleared = ended(rng, region, began, 0.7, 200)
    last = np.where(np.isnat(cleared), region.today, cleared)
    return RawTable(
        "overdue_records",
        who,
        {
            "记录编号": numbered("YQ", np.arange(len(who))),
            "银行": word(rng, len(who), _BANKS),
            "逾期金额（元）": Money(yuan(np.exp(rng.normal(10.8, 1.1, len(who))))),
            "逾期天数": Plain((last - began).astype(np.int64)),
            "逾期起始日": Day(began, "iso"),
            "结清日": Day(cleared, "iso"),
        },
        name="借款人",
        optional=("逾期天数",),
    )


def guarantees(region: Region) -> RawTable:
    """One row is a guarantee that a firm gave for another, or the word that it gave none."""
    rng, firms = region.rng("guarantees"), region.firms
    who = repeated(rng, 0.03 * np.log1p(firms.staff[-1]) * np.exp(0.2 * firms.stress))
    given = day_lived(rng, region, who, 3)
    amount = np.maximum(np.rint(firms.revenue_fen[-1][who] / 1e6 * 0.1 / 10) * 10, 10)
    other = rng.integers(0, len(firms), len(who))
    guaranteed = RawTable(
        "guarantees",
        who,
        {
            "担保编号": numbered("DB", np.arange(len(who))),
            "被担保人": Plain(region.subjects.name[other].astype(object)),
            "担保金额（万元）": Money(wan(amount), "wan_yuan"),
            "起始日": Day(given, "iso"),
            "到期日": Day(after(given, rng.choice([365, 730, 1095], len(who))), "iso"),
        },
        name="担保人",
    )
    without, day = _nil(region, who, _reports(region)[-1:])
    return guaranteed.with_rows(
        without,
        {
            "担保编号": numbered("WB", without),
            "被担保人": Plain(np.full(len(without), "无对外担保记录", dtype=object)),
            "担保金额（万元）": Money(np.zeros(len(without), np.int64), "wan_yuan"),
            "起始日": Day(day),
        },
    )


def security_given(region: Region) -> RawTable:
    """One row is a pledge or a lien on a firm's movables and rights."""
    rng, firms = region.rng("security_given"), region.firms
    who = repeated(rng, 0.03 * np.log1p(firms.staff[-1]))
    given = day_lived(rng, region, who, 3)
    kinds = {
        "生产设备": 0.35,
        "应收账款": 0.3,
        "存货": 0.15,
        "知识产权": 0.08,
        "股权": 0.09,
        "排污权": 0.03,
    }
    return RawTable(
        "security_given",
        who,
        {
            "登记编号": numbered("DJ", np.arange(len(who))),
            "担保财产类型": word(rng, len(who), kinds),
            "主债权金额": Money(wan(rng.gamma(1.4, 150, len(who)) + 10), "wan_yuan"),
            "登记日期": Day(given, "iso"),
            "登记到期日": Day(after(given, rng.choice([365, 1095], len(who))), "iso"),
        },
        name="担保人名称",
        words=("担保财产类型",),
    )


def real_estate(region: Region) -> RawTable:
    """One row is a title to land or a building."""
    rng, firms = region.rng("real_estate"), region.firms
    rate = np.clip(0.05 * np.log1p(firms.staff[-1]) + 0.02 * firms.quality, 0, 1)
    who = repeated(rng, rate)
    registered = day_lived(rng, region, who, 12)
    area = np.rint(np.exp(rng.normal(6.6, 0.9, len(who))) * 10).astype(np.int64)
    kinds = {"工业": 0.5, "商业": 0.2, "办公": 0.18, "土地": 0.12}
    return RawTable(
        "real_estate",
        who,
        {
            "不动产权证号": numbered("活不动产权第", np.arange(len(who))),
            "用途": word(rng, len(who), kinds),
            "建筑面积": Plain(area, places=1),
            "评估价值（万元）": Money(wan(area / 10 * rng.uniform(0.2, 0.8, len(who))), "wan_yuan"),
            "是否抵押": flag(rng.random(len(who)) < 0.4),
            "登记时间": Day(registered, "slash"),
        },
        name="权利人",
        encoding="gb18030",
        optional=("评估价值（万元）",),
        words=("用途",),
    )


def emission_rights(region: Region) -> RawTable:
    """One row is a right to emit a pollutant."""
    rng, firms = region.rng("emission_rights"), region.firms
    holders = np.flatnonzero(firms.emits & np.isnat(firms.ceased))
    who = np.repeat(holders, rng.choice([1, 2], len(holders), p=[0.6, 0.4]))
    granted = day_lived(rng, region, who, 4)
    tonnes = np.rint(rng.gamma(1.2, 900, len(who)) * firms.staff[-1][who] / 40 + 50)
    kinds = {"化学需氧量": 0.35, "氨氮": 0.15, "二氧化硫": 0.25, "氮氧化物": 0.25}
    value = wan(np.rint(tonnes / 100 * rng.uniform(0.8, 2.2, len(who)) * 10) / 10 + 1)
    return RawTable(
        "emission_rights",
        who,
        {
            "排污权证编号": numbered("PW", np.arange(len(who)), 6),
            "污染物": word(rng, len(who), kinds),
            "数量（吨）": Plain(tonnes.astype(np.int64), places=2),
            "价值（万元）": Money(value, "wan_yuan"),
            "取得日期": Day(granted, "iso"),
            "有效期至": Day(after(granted, 1826), "iso"),
        },
        format="xlsx",
        optional=("价值（万元）",),
        words=("污染物",),
    )
