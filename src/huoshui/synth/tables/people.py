"""Who leads and owns firms, and the people whom the city counts as talents."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth import codes, names
from huoshui.synth.columns import Day, Money, Plain, Word, word
from huoshui.synth.dirt import Dirt
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import day_lived, ended, flag, of_firms, repeated, wan

POSITIONS = ("法定代表人（董事长）", "总经理", "董事", "监事", "财务负责人", "技术负责人")


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of people."""
    yield key_people(region)
    yield shareholders(region)
    yield talents(region)
    yield talents_people(region)
    yield people_qualifications(region)


def founders(region: Region) -> tuple[np.ndarray, np.ndarray]:
    """Pair people on the register with the young firms that they lead: people, firms."""
    rng = region.rng("founders")
    persons = region.subjects.of("person")
    young = np.flatnonzero(
        (region.firms.established > region.today - np.timedelta64(365 * 4, "D"))
        & np.isnat(region.firms.ceased)
    )
    count = min(len(young), int(len(persons) * 0.55))
    return (
        np.sort(rng.choice(persons, count, replace=False)),
        rng.choice(young, count, replace=False),
    )


def key_people(region: Region) -> RawTable:
    """One row is a person in a position of a firm."""
    rng, firms = region.rng("key_people"), region.firms
    covered = of_firms(region, 0.95, "key_people")
    number = 1 + (rng.random(len(covered)) < 0.6) + rng.binomial(3, 0.25, len(covered))
    number += (firms.staff[-1][covered] > 80).astype(int)
    who = np.repeat(covered, number)
    starts = np.repeat(np.cumsum(number) - number, number)
    position = np.minimum(np.arange(len(who)) - starts, len(POSITIONS) - 1)
    refs = codes.pseudonyms("P", rng, len(who)).astype(object)
    people, led = founders(region)
    first = np.full(len(firms), -1)
    first[led] = people
    leading = (position == 0) & (first[who] >= 0)
    refs[leading] = region.subjects.code[first[who[leading]]]
    began = day_lived(rng, region, who, 9)
    began = np.where(position == 0, region.subjects.established[who], began)
    return RawTable(
        "key_people",
        who,
        {
            "人员编号": Plain(refs),
            "职务": Word(position, POSITIONS),
            "任职日期": Day(began, "iso"),
            "免职日期": Day(
                np.where(leading, np.datetime64("NaT"), ended(rng, region, began, 0.12, 1500)),
                "iso",
            ),
        },
        words=("职务",),
    )


def shareholders(region: Region) -> RawTable:
    """One row is a holder of a firm's shares; the percentages of a firm make a hundred."""
    rng, firms = region.rng("shareholders"), region.firms
    covered = of_firms(region, 0.93, "shareholders")
    number = rng.choice([1, 2, 3, 4], len(covered), p=[0.38, 0.36, 0.17, 0.09])
    who = np.repeat(covered, number)
    start = np.repeat(np.cumsum(number) - number, number)
    place = np.arange(len(who)) - start
    weight = rng.gamma(1.2, 1.0, len(who)) + 0.05
    total = np.add.reduceat(weight, np.cumsum(number) - number)
    basis = np.floor(weight / np.repeat(total, number) * 10_000).astype(np.int64)
    # The first holder takes what rounding leaves.
    sums = np.add.reduceat(basis, np.cumsum(number) - number)
    basis[place == 0] += 10_000 - sums
    most = np.maximum.reduceat(basis, np.cumsum(number) - number)
    controls = (basis == np.repeat(most, number)) & (basis > 3_000)
    kind = rng.choice(4, len(who), p=[0.86, 0.09, 0.03, 0.02])
    kind = np.where((kind == 2) & ~firms.innovative[who], 1, kind)
    people, led = founders(region)
    first = np.full(len(firms), -1)
    first[led] = people
    refs = codes.pseudonyms("P", rng, len(who)).astype(object)
    named = names.people(rng, len(who)).astype(object)
    leading = (place == 0) & (first[who] >= 0)
    refs[leading] = region.subjects.code[first[who[leading]]]
    named[leading] = region.subjects.name[first[who[leading]]]
    kind = np.where(leading, 0, kind)
    bodies = np.flatnonzero(kind > 0)
    holder = rng.integers(0, len(firms), len(bodies))
    refs[bodies] = region.subjects.code[holder]
    named[bodies] = region.subjects.name[holder]
    subscribed = wan(np.rint(firms.capital_fen[who] / 1e6 * basis / 10_000 * 100) / 100)
    paid = wan(np.rint(subscribed / 1e6 * np.clip(rng.normal(0.7, 0.4, len(who)), 0, 1)))
    return RawTable(
        "shareholders",
        who,
        {
            "股东编号": Plain(refs),
            "股东名称": Plain(named),
            "股东类型": Word(kind, ("自然人股东", "企业法人", "私募基金", "国有股")),
            "持股比例": Plain(basis, places=2),
            "认缴出资额（万元）": Money(subscribed, "wan_yuan"),
            "实缴出资额（万元）": Money(np.minimum(paid, subscribed), "wan_yuan"),
            "是否控股": flag(controls),
            "登记日期": Day(region.subjects.established[who], "iso"),
        },
        optional=("股东名称", "实缴出资额（万元）"),
        words=("股东类型",),
    )


CLASSES = {"A类": 0.04, "B类": 0.10, "C类": 0.26, "D类": 0.35, "E类": 0.25}
PLANS = {"活水英才计划": 0.5, "示例省百人计划": 0.15, "高层次人才": 0.25, "青年拔尖": 0.1}


def talents(region: Region) -> RawTable:
    """One row is a recognised talent that a firm employs."""
    rng, firms = region.rng("talents"), region.firms
    rate = np.where(firms.innovative, 0.28 * np.exp(0.35 * firms.quality), 0.006)
    who = repeated(rng, np.minimum(rate, 4))
    hired = day_lived(rng, region, who, 5)
    return RawTable(
        "talents",
        who,
        {
            "人员编号": Plain(codes.pseudonyms("P", rng, len(who))),
            "人才类别": word(rng, len(who), CLASSES),
            "人才计划": word(rng, len(who), PLANS),
            "引进日期": Day(hired, "iso"),
            "离职日期": Day(ended(rng, region, hired, 0.1, 1200), "iso"),
        },
        name="用人单位",
        words=("人才类别",),
        optional=("人才计划",),
    )


def talents_people(region: Region) -> RawTable:
    """One row is a recognised talent, told by the person."""
    rng = region.rng("talents_people")
    persons = region.subjects.of("person")
    who = persons[rng.random(len(persons)) < 0.6]
    return RawTable(
        "talents_people",
        who,
        {
            "人才类别": word(rng, len(who), CLASSES),
            "人才计划": word(rng, len(who), PLANS),
            "认定日期": Day(day_lived(rng, region, who, 4), "slash"),
        },
        code="人员编号",
        name="姓名",
        format="jsonl",
        words=("人才类别",),
    )


def people_qualifications(region: Region) -> RawTable:
    """One row is a certificate of a person: a course for founders, or a trade's."""
    rng = region.rng("people_qualifications")
    persons = region.subjects.of("person")
    who = persons[rng.random(len(persons)) < 0.5]
    granted = day_lived(rng, region, who, 3)
    return RawTable(
        "people_qualifications",
        who,
        {
            "证书编号": Plain(np.array([f"PX{n:07d}" for n in range(len(who))])),
            "证书种类": word(rng, len(who), {"创业培训合格证": 0.8, "食品经营许可": 0.2}),
            "等级": word(rng, len(who), {"SYB": 0.7, "IYB": 0.3}),
            "发证日期": Day(granted, "iso"),
            "有效期至": Day(granted + np.timedelta64(1826, "D"), "iso"),
        },
        code="人员编号",
        name="姓名",
    )
