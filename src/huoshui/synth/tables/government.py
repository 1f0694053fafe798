"""What public offices give: projects, subsidies, awards; and what crosses the border."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth.columns import Day, Money, Plain, Word, numbered, word
from huoshui.synth.dirt import Dirt
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import day_lived, ended, repeated, wan, yuan
from huoshui.synth.tables.innovation import strength

LEVELS = {"县级": 0.2, "市级": 0.5, "省级": 0.24, "国家级": 0.06}


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of government."""
    yield government_projects(region)
    yield pilot_projects(region)
    yield subsidies(region)
    yield subsidies_projects(region)
    yield awards(region)
    yield customs(region)


def government_projects(region: Region) -> RawTable:
    """One row is a project that a public office funds at a firm."""
    rng = region.rng("government_projects")
    who = repeated(rng, np.minimum(0.35 * strength(region), 5))
    started = day_lived(rng, region, who, 4)
    kinds = {"科技计划项目": 0.62, "产业化项目": 0.28, "中试项目": 0.10}
    return RawTable(
        "government_projects",
        who,
        {
            "项目编号": numbered("ZF", np.arange(len(who))),
            "项目类型": word(rng, len(who), kinds),
            "立项级别": word(rng, len(who), LEVELS),
            "财政资金（万元）": Money(wan(rng.gamma(1.3, 45, len(who)) + 5), "wan_yuan"),
            "立项日期": Day(started, "iso"),
            "验收日期": Day(ended(rng, region, started, 0.55, 1000), "iso"),
        },
        name="承担单位",
        words=("项目类型",),
        optional=("财政资金（万元）",),
    )


def pilot_projects(region: Region) -> RawTable:
    """One row is a pilot-plant project as the science office lists it."""
    rng = region.rng("pilot_projects")
    projects = region.subjects.of("project")
    who = projects[rng.random(len(projects)) < 0.88]
    started = region.subjects.established[who]
    recent = np.maximum(started, region.today - np.timedelta64(1200, "D"))
    return RawTable(
        "pilot_projects",
        who,
        {
            "立项编号": numbered("ZS", np.arange(len(who)), 5),
            "类型": word(rng, len(who), {"中试": 0.85, "产业化": 0.15}),
            "级别": word(rng, len(who), LEVELS),
            "资助金额（万元）": Money(wan(rng.gamma(1.4, 120, len(who)) + 20), "wan_yuan"),
            "开始日期": Day(recent, "iso"),
            "验收日期": Day(ended(rng, region, recent, 0.3, 900), "iso"),
        },
        code="项目标识",
        name="项目名称",
        format="jsonl",
        words=("类型",),
    )


def subsidies(region: Region) -> RawTable:
    """One row is a subsidy paid."""
    rng = region.rng("subsidies")
    rate = np.full(len(region.subjects), 0.0)
    rate[: len(region.firms)] = np.minimum(0.55 * strength(region), 8) + 0.04
    rate[region.subjects.kind == "cooperative"] = 0.8
    who = repeated(rng, rate)
    programmes = {
        "研发投入奖补": 0.4,
        "技改补助": 0.2,
        "稳岗返还": 0.25,
        "知识产权资助": 0.1,
        "农业补贴": 0.05,
    }
    return RawTable(
        "subsidies",
        who,
        {
            "拨付编号": numbered("BF", np.arange(len(who))),
            "资金名称": word(rng, len(who), programmes),
            "拨付金额": Money(yuan(np.rint(np.exp(rng.normal(10.8, 1.0, len(who)))))),
            "拨付日期": Day(day_lived(rng, region, who, 4), "compact"),
        },
        name="收款单位",
        optional=("资金名称",),
    )


def subsidies_projects(region: Region) -> RawTable:
    """One row is an instalment paid to a pilot-plant project."""
    rng = region.rng("subsidies_projects")
    rate = np.where(region.subjects.kind == "project", 1.2, 0.0)
    who = repeated(rng, rate)
    return RawTable(
        "subsidies_projects",
        who,
        {
            "批次编号": numbered("ZB", np.arange(len(who)), 5),
            "专项": word(rng, len(who), {"中试平台专项": 1.0}),
            "金额（万元）": Money(wan(rng.gamma(1.4, 40, len(who)) + 10), "wan_yuan"),
            "到账日期": Day(day_lived(rng, region, who, 3), "iso"),
        },
        code="项目标识",
        name="项目名称",
    )


def awards(region: Region) -> RawTable:
    """One row is an award to a firm or a cooperative."""
    rng = region.rng("awards")
    rate = np.zeros(len(region.subjects))
    rate[: len(region.firms)] = 0.05 * strength(region) + 0.004
    rate[region.subjects.kind == "cooperative"] = 0.2
    who = repeated(rng, rate)
    kinds = {"科学技术进步奖": 0.5, "质量奖": 0.32, "其他表彰": 0.18}
    levels = {"市级": 0.62, "省级": 0.32, "国家级": 0.06}
    return RawTable(
        "awards",
        who,
        {
            "奖励编号": numbered("JL", np.arange(len(who)), 5),
            "奖项": word(rng, len(who), kinds),
            "级别": word(rng, len(who), levels),
            "等次": Plain(rng.integers(1, 4, len(who))),
            "授奖日期": Day(day_lived(rng, region, who, 5), "iso"),
        },
        name="获奖单位",
        optional=("等次",),
        words=("奖项",),
    )


def customs(region: Region) -> RawTable:
    """One row is a declaration to the customs."""
    rng, firms = region.rng("customs"), region.firms
    size = np.sqrt(firms.staff[-1])
    who = repeated(rng, np.where(firms.exports, np.clip(2.2 * size, 2, 60), 0.02))
    day = day_lived(rng, region, who, 2)
    share = firms.revenue_fen[-1].clip(1e7)[who] * 0.3 / np.clip(2.2 * size, 2, 60)[who] * 2
    fen = np.rint(share * np.exp(rng.normal(-0.2, 0.6, len(who)))).astype(np.int64)
    direction = np.where(rng.random(len(who)) < 0.8, 0, 1)
    return RawTable(
        "customs",
        who,
        {
            "报关单号": numbered("4399", np.arange(len(who)), 14),
            "进出口标志": Word(direction, ("出口", "进口")),
            "总价（人民币元）": Money(fen),
            "申报日期": Day(day, "compact"),
        },
        name="经营单位",
        words=("进出口标志",),
    )
