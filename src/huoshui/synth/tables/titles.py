"""Licences, certificates and titles, given by rules that come near the real ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth.columns import Day, Word, numbered, word
from huoshui.synth.dirt import Dirt
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import NO_DAY, day_lived, happens
from huoshui.synth.trades import TRADES


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of licences and titles."""
    yield licences(region)
    yield licences_tobacco(region)
    yield management_certificates(region)
    yield titles_science(region)
    yield titles_industry(region)
    yield titles_finance(region)
    yield titles_national(region)


LICENCES: dict[str, tuple[str, ...]] = {
    "医疗器械经营（生产）许可证": ("3581",),
    "医疗机构执业许可证": ("8425", "8415"),
    "建筑业企业资质证书": ("4710", "4813", "3311"),
    "全国工业产品生产许可证": ("3021", "2661", "3130", "3670"),
    "食品经营许可证": ("6210", "5212", "5127", "1311", "1530"),
    "武器装备科研生产单位备案": ("3973", "3484", "3491", "3714"),
    "AEO高级认证企业证书": (),
}
_SHARES = (0.9, 0.95, 0.75, 0.5, 0.8, 0.07, 0.0)


def licences(region: Region) -> RawTable:
    """One row is a licence that an office gave to a firm or a shop."""
    rng, people = region.rng("licences"), region.subjects
    who_parts, kind_parts = [], []
    for at, (codes, share) in enumerate(zip(LICENCES.values(), _SHARES, strict=True)):
        chance = np.where(np.isin(people.trade_code, codes), share, 0.0)
        chance[people.kind == "branch"] = 0
        if not codes:
            chance[: len(region.firms)] = np.where(
                region.firms.exports & (region.firms.quality > 0.8), 0.25, 0
            )
        holders = happens(rng, chance)
        who_parts.append(holders)
        kind_parts.append(np.full(len(holders), at))
    who, kind = np.concatenate(who_parts), np.concatenate(kind_parts)
    granted = day_lived(rng, region, who, 6)
    grades = np.where(kind == 2, rng.integers(0, 3, len(who)), -1)
    return RawTable(
        "licences",
        who,
        {
            "证书编号": numbered("XK", np.arange(len(who))),
            "证书名称": Word(kind, tuple(LICENCES)),
            "等级": Word(grades, ("一级", "二级", "三级")),
            "发证日期": Day(granted, "iso"),
            "有效期至": Day(granted + np.timedelta64(1826, "D"), "slash"),
        },
        name="持证单位",
        words=("证书名称",),
    )


def licences_tobacco(region: Region) -> RawTable:
    """One row is a licence to sell tobacco."""
    rng, people = region.rng("licences_tobacco"), region.subjects
    chance = np.where(people.trade_code == "5227", 0.96, 0.0)
    chance[people.trade_code == "5212"] = 0.3
    chance[people.kind == "branch"] = 0
    who = happens(rng, chance)
    granted = day_lived(rng, region, who, 4.5)
    return RawTable(
        "licences_tobacco",
        who,
        {
            "许可证号": numbered("439900", np.arange(len(who)), 6),
            "发证日期": Day(granted, "iso"),
            "有效期限": Day(granted + np.timedelta64(1826, "D"), "iso"),
        },
        name="零售户名称",
        format="xlsx",
    )


def management_certificates(region: Region) -> RawTable:
    """One row is a certificate of a management system."""
    rng, firms = region.rng("management_certificates"), region.firms
    size = np.log1p(firms.staff[-1])
    making = np.array([t.code[0] in "123" for t in TRADES])[firms.trade]
    rate = np.where(making | firms.innovative, 0.16, 0.02) * size
    who = np.repeat(np.arange(len(firms)), np.minimum(rng.poisson(rate), 5))
    granted = day_lived(rng, region, who, 3.5)
    kinds = {
        "质量管理体系认证": 0.45,
        "环境管理体系认证": 0.18,
        "职业健康安全管理体系认证": 0.15,
        "信息安全管理体系认证": 0.08,
        "知识产权管理体系认证": 0.08,
        "两化融合管理体系": 0.06,
    }
    return RawTable(
        "management_certificates",
        who,
        {
            "证书号": numbered("GL", np.arange(len(who))),
            "认证项目": word(rng, len(who), kinds),
            "颁证日期": Day(granted, "iso"),
            "证书到期日期": Day(granted + np.timedelta64(1095, "D"), "iso"),
        },
        name="获证组织",
        words=("认证项目",),
    )


def merit(region: Region) -> np.ndarray:
    """Say how good a firm looks to an office: its quality, its size and its growth."""
    firms = region.firms
    rng = region.rng("merit")
    size = np.log1p(firms.staff[-1])
    grown = np.log(firms.revenue_fen[-1].clip(1e6) / firms.revenue_fen[-2].clip(1e6))
    noise = rng.normal(0, 0.4, len(firms))
    return firms.quality + 0.55 * (size - 2.5) + np.clip(grown, -0.5, 0.5) + noise


def _rows(
    region: Region, rng: np.random.Generator, chances: list[np.ndarray], years: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw holders of each title of a list, the title's position, and the day it was given."""
    parts = [happens(rng, chance) for chance in chances]
    who = np.concatenate(parts)
    title = np.repeat(np.arange(len(parts)), [len(p) for p in parts])
    alive = np.isnat(region.alive_before[who])
    who, title = who[alive], title[alive]
    return who, title, day_lived(rng, region, who, years)


def _until(granted: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Give the last day of a title, NaT where it does not end."""
    ends = granted + (years * 365).astype("timedelta64[D]")
    return np.where(years > 0, ends, NO_DAY)


def titles_science(region: Region) -> RawTable:
    """One row is a title that the science office gave."""
    rng, firms = region.rng("titles_science"), region.firms
    able, new = merit(region), firms.innovative
    fast = firms.revenue_fen[-1] > 1.5 * firms.revenue_fen[-3].clip(1)
    steady = firms.revenue_fen[-3] > 0
    chances = [
        np.where(new & (able > -0.6), 0.62, 0.0),
        np.where(new, 0.72, 0.004),
        np.where(new & fast & steady & (able > 0.8), 0.45, 0.0),
        np.where(new & (able > 2.6), 0.05, 0.0),
        np.where(new & (able > 0.0), 0.16, 0.0),
    ]
    chances[3][int(np.argmax(np.where(new & np.isnat(firms.ceased), able, -9)))] = 1.0
    who, title, granted = _rows(region, rng, chances, 3.4)
    sme = title == 1
    this_year = np.datetime64(f"{region.asof.year}-04-01")
    granted = np.where(sme & (rng.random(len(who)) < 0.75), this_year, granted)
    lasts = np.array([3, 0.75, 3, 0, 0])[title]
    number = numbered("GR", np.arange(len(who)), 7)
    return RawTable(
        "titles_science",
        who,
        {
            "称号": Word(
                title,
                ("高新技术企业", "科技型中小企业", "瞪羚企业", "独角兽企业", "研发奖补企业"),
            ),
            "证书编号": number,
            "级别": Word(np.array([3, 3, 2, 2, 1])[title], ("县级", "市级", "省级", "国家级")),
            "发证日期": Day(granted, "iso"),
            "有效期至": Day(_until(granted, lasts), "iso"),
        },
        format="xlsx",
        optional=("证书编号", "级别"),
        words=("称号",),
    )


def titles_industry(region: Region) -> RawTable:
    """One row is a title that the industry office gave; the higher ones presume the lower."""
    rng, firms = region.rng("titles_industry"), region.firms
    able, new = merit(region), firms.innovative
    making = np.array([t.code[0] in "123" for t in TRADES])[firms.trade]
    chances = [
        np.where(new & (able > -0.2), 0.55, 0.002),
        np.where(new & (able > 0.6), 0.50, 0.0),
        np.where(new & (able > 1.5), 0.35, 0.0),
        np.where(new & (able > 2.2), 0.15, 0.0),
        np.where(making & (able > 2.0), 0.08, 0.0),
        np.where(making & (able > 0.3), 0.10, 0.01),
    ]
    best = np.argsort(np.where(new & np.isnat(firms.ceased), able, -9))[-4:]
    for at, firm in zip((1, 2, 3, 4), best.tolist(), strict=True):
        chances[at][firm] = 1.0
    who, title, granted = _rows(region, rng, chances, 2.9)
    names = (
        "创新型中小企业",
        "专精特新中小企业",
        "专精特新“小巨人”企业",
        "重点“小巨人”企业",
        "制造业单项冠军企业",
        "质量标杆（质量贷）名单",
    )
    lasts = np.array([3, 3, 3, 3, 3, 0])[title]
    return RawTable(
        "titles_industry",
        who,
        {
            "认定名称": Word(title, names),
            "文号": numbered("活工信〔2025〕", np.arange(len(who)), 5),
            "级别": Word(np.array([2, 2, 3, 3, 3, 1])[title], ("县级", "市级", "省级", "国家级")),
            "公布日期": Day(granted, "chinese"),
            "有效期截止": Day(_until(granted, lasts), "chinese"),
        },
        words=("认定名称",),
        optional=("文号",),
    )


def titles_finance(region: Region) -> RawTable:
    """One row is a place on a roster that the finance or the commerce office keeps."""
    rng, firms = region.rng("titles_finance"), region.firms
    old = firms.established < region.today - np.timedelta64(365 * 20, "D")
    food = np.isin(region.subjects.trade_code[: len(firms)], ("1530", "1311", "5127", "6210"))
    chances = [
        np.where(firms.listed_ambition, 0.35, 0.0),
        np.where(firms.listed_ambition, 0.5, 0.0),
        np.where(np.isnat(firms.ceased), 0.06, 0.0),
        np.where(old & food, 0.45, 0.0),
    ]
    ambitious = np.flatnonzero(firms.innovative & np.isnat(firms.ceased))
    eldest = np.argsort(firms.established)
    chances[0][ambitious[:2]] = 1.0
    chances[1][ambitious[2:4]] = 1.0
    chances[3][eldest[np.isnat(firms.ceased)[eldest]][:2]] = 1.0
    who, title, granted = _rows(region, rng, chances, 2.5)
    return RawTable(
        "titles_finance",
        who,
        {
            "名单": Word(title, ("上市金种子", "上市银种子", "首贷培育", "老字号")),
            "入库日期": Day(granted, "iso"),
        },
        format="jsonl",
        words=("名单",),
    )


def titles_national(region: Region) -> RawTable:
    """One row is a national list of demonstration firms that a firm stands on."""
    rng, firms = region.rng("titles_national"), region.firms
    able = np.where(firms.innovative & np.isnat(firms.ceased), merit(region), -9)
    chances = [np.where(able > 2.4, 0.05, 0.0), np.where(able > 1.0, 0.07, 0.0)]
    for chance in chances:
        chance[int(np.argmax(able))] = 1.0
    who, title, granted = _rows(region, rng, chances, 3)
    return RawTable(
        "titles_national",
        who,
        {
            "名单名称": Word(title, ("国家技术创新示范企业", "国家知识产权优势企业")),
            "公布日期": Day(granted, "iso"),
            "有效期至": Day(_until(granted, np.full(len(who), 3)), "iso"),
        },
        words=("名单名称",),
    )
