"""Courts, penalties and lists of the wayward: what a pressed firm leaves behind."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth.columns import Day, Money, Plain, Word, numbered, word
from huoshui.synth.dirt import Dirt
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import (
    day_lived,
    ended,
    over_years,
    repeated,
    wan,
    years_of,
    yuan,
)


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of courts and supervision."""
    yield judgments(region)
    yield enforcement(region)
    yield dishonest_debtors(region)
    yield penalties(region)
    yield penalties_environment(region)
    yield abnormal_operation(region)
    yield environment_rating(region)


def _pressed(region: Region, rate: float, slope: float) -> np.ndarray:
    """Rate of an event for every subject; only firms and shops have any."""
    people = region.subjects
    liable = np.isin(people.kind, ("firm", "individual_business"))
    return np.where(liable, rate * np.exp(slope * region.stress), 0.0)


def _cases(court_word: str, days: np.ndarray, start: int = 0) -> Plain:
    years = days.astype("datetime64[Y]").astype(str).tolist()
    return Plain(
        np.array(
            [f"（{y}）活{n % 7:02d}{court_word}{start + n}号" for n, y in enumerate(years)],
            dtype=object,
        )
    )


def judgments(region: Region) -> RawTable:
    """One row is a judgment and one of its parties, who is named only."""
    rng = region.rng("judgments")
    sues = np.full(len(region.subjects), 0.0)
    sues[: len(region.firms)] = 0.03
    as_defendant = repeated(rng, _pressed(region, 0.055, 0.8))
    as_plaintiff = repeated(rng, sues)
    who = np.concatenate([as_defendant, as_plaintiff])
    role = np.repeat([0, 1], [len(as_defendant), len(as_plaintiff)])
    days = day_lived(rng, region, who, 3.5)
    causes = {
        "买卖合同纠纷": 0.45,
        "金融借款合同纠纷": 0.15,
        "劳动争议": 0.2,
        "建设工程合同纠纷": 0.12,
        "著作权权属、侵权纠纷": 0.08,
    }
    outcomes = {"支持原告": 0.5, "部分支持": 0.25, "驳回": 0.08, "撤诉": 0.09, "调解": 0.08}
    return RawTable(
        "judgments",
        who,
        {
            "案号": _cases("民初", days),
            "案由": word(rng, len(who), causes),
            "诉讼地位": Word(role, ("被告", "原告")),
            "裁判结果": word(rng, len(who), outcomes),
            "标的额（元）": Money(yuan(np.exp(rng.normal(11.6, 1.2, len(who))))),
            "裁判日期": Day(days, "chinese"),
        },
        code=None,
        name="当事人",
        format="jsonl",
        optional=("案由", "标的额（元）"),
        words=("裁判结果",),
    )


def enforcement(region: Region) -> RawTable:
    """One row is a case of enforcement against a debtor."""
    rng = region.rng("enforcement")
    who = repeated(rng, _pressed(region, 0.018, 1.0))
    filed = day_lived(rng, region, who, 2.5)
    return RawTable(
        "enforcement",
        who,
        {
            "案号": _cases("执", filed),
            "执行标的（元）": Money(yuan(np.exp(rng.normal(11.8, 1.1, len(who))))),
            "立案日期": Day(filed, "iso"),
            "结案日期": Day(ended(rng, region, filed, 0.55, 500), "iso"),
        },
        name="被执行人名称",
    )


def dishonest_debtors(region: Region) -> RawTable:
    """One row is a place on the courts' list of dishonest debtors."""
    rng = region.rng("dishonest_debtors")
    who = repeated(rng, _pressed(region, 0.006, 1.1))
    listed = day_lived(rng, region, who, 2)
    return RawTable(
        "dishonest_debtors",
        who,
        {
            "案号": _cases("执恢", listed),
            "发布日期": Day(listed, "iso"),
            "退出日期": Day(ended(rng, region, listed, 0.35, 500), "iso"),
        },
        name="失信被执行人",
    )


def penalties(region: Region) -> RawTable:
    """One row is an administrative penalty published by the credit office."""
    rng = region.rng("penalties")
    who = repeated(rng, _pressed(region, 0.05, 0.55))
    kinds = {"市场监管类": 0.45, "税务类": 0.2, "安全生产类": 0.15, "质量类": 0.1, "劳动类": 0.1}
    severity = rng.choice(3, len(who), p=[0.55, 0.36, 0.09])
    fine = np.exp(rng.normal(8.2 + 1.2 * severity, 0.8))
    return RawTable(
        "penalties",
        who,
        {
            "决定书文号": numbered("活罚决字〔2025〕", np.arange(len(who)), 6),
            "处罚机关": word(rng, len(who), {"活水市市场监管局": 0.6, "活水市税务局": 0.4}),
            "处罚类别": word(rng, len(who), kinds),
            "严重程度": Word(severity, ("轻微", "一般", "严重")),
            "罚款金额": Money(yuan(fine)),
            "处罚决定日期": Day(day_lived(rng, region, who, 3), "iso"),
        },
        name="行政相对人名称",
        optional=("处罚机关",),
        words=("处罚类别",),
    )


def penalties_environment(region: Region) -> RawTable:
    """One row is a penalty of the environment office, whose subject is named only."""
    rng = region.rng("penalties_environment")
    rates = _pressed(region, 0.07, 0.5)
    rates[: len(region.firms)] *= region.firms.emits
    rates[len(region.firms) :] = 0
    who = repeated(rng, rates)
    return RawTable(
        "penalties_environment",
        who,
        {
            "处罚文号": numbered("活环罚〔2025〕", np.arange(len(who)), 4),
            "情节": word(rng, len(who), {"轻微": 0.4, "一般": 0.5, "严重": 0.1}),
            "罚款（万元）": Money(wan(rng.gamma(1.5, 4, len(who)) + 0.5), "wan_yuan"),
            "作出日期": Day(day_lived(rng, region, who, 3), "iso"),
        },
        code=None,
        name="被处罚单位",
        format="jsonl",
        words=("情节",),
    )


def abnormal_operation(region: Region) -> RawTable:
    """One row is a place on the list of abnormal operation."""
    rng = region.rng("abnormal_operation")
    who = repeated(rng, _pressed(region, 0.03, 0.6))
    listed = day_lived(rng, region, who, 3)
    reasons = {
        "未按规定公示年度报告": 0.6,
        "通过登记的住所无法联系": 0.3,
        "公示信息隐瞒真实情况": 0.1,
    }
    return RawTable(
        "abnormal_operation",
        who,
        {
            "列入编号": numbered("YC", np.arange(len(who))),
            "列入原因": word(rng, len(who), reasons),
            "列入日期": Day(listed, "iso"),
            "移出日期": Day(ended(rng, region, listed, 0.6, 500), "iso"),
        },
        words=("列入原因",),
    )


def environment_rating(region: Region) -> RawTable:
    """One row is a firm's environmental grade of a year."""
    rng, firms = region.rng("environment_rating"), region.firms
    who, year = over_years(region, np.flatnonzero(firms.emits))
    recent = year >= len(region.years) - 2
    who, year = who[recent], year[recent]
    score = firms.quality[who] + rng.normal(0, 0.6, len(who))
    grade = np.digitize(score, [-2.0, -1.4, -0.6, 0.5])
    return RawTable(
        "environment_rating",
        who,
        {
            "评价年度": years_of(region, year),
            "评价结果": Word(grade, ("黑牌", "红牌", "黄牌", "蓝牌", "绿牌")),
        },
        format="xlsx",
        yearly=True,
        words=("评价结果",),
    )
