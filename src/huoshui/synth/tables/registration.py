"""Registers: of firms by two offices, of shops, cooperatives, people, projects and branches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huoshui.synth import names
from huoshui.synth.columns import Day, Money, Plain, Word, numbered
from huoshui.synth.dirt import Dirt, chosen
from huoshui.synth.places import DISTRICTS, OLD_DISTRICT_CODES, STREETS
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import after, day_lived, ended, of_firms, wan
from huoshui.synth.trades import TRADES, with_section

_DISTRICT_NAMES = {code: name for code, name, _ in DISTRICTS}


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of registers."""
    yield market_registration(region)
    yield tax_registration(region, dirt)
    yield market_individuals(region)
    yield market_cooperatives(region)
    yield people_register(region)
    yield projects_register(region)
    yield market_changes(region)
    yield market_branches(region)


def addresses(region: Region, who: np.ndarray, rng: np.random.Generator) -> Plain:
    """Draw an address in its district for each row."""
    streets = rng.integers(0, len(STREETS), len(who)).tolist()
    numbers = rng.integers(1, 400, len(who)).tolist()
    return Plain(
        np.array(
            [
                f"活水市{_DISTRICT_NAMES[d]}{STREETS[s]}{n}号"
                for d, s, n in zip(
                    region.subjects.district[who].tolist(), streets, numbers, strict=True
                )
            ],
            dtype=object,
        )
    )


def representatives(region: Region) -> np.ndarray:
    """Name each firm's legal representative; the same in every register unless soiled."""
    return names.people(region.rng("representatives"), len(region.firms)).astype(object)


def phones(region: Region) -> np.ndarray:
    """Give every subject a telephone number; those of people begin with a number nobody has."""
    drawn = region.rng("phones").integers(0, 10**8, len(region.subjects))
    digits = pc.utf8_lpad(pa.array(drawn).cast(pa.string()), 8, "0")
    fixed = pa.array(np.isin(region.subjects.kind, ("firm", "branch")))
    heads = pc.if_else(fixed, pa.scalar("0799-"), pa.scalar("100"))
    return np.array(pc.binary_join_element_wise(heads, digits, "").to_pylist(), dtype=object)


def district_codes(region: Region, who: np.ndarray, rng: np.random.Generator, old: float) -> Plain:
    """Give the codes of districts, some of them of a time before the district was set up."""
    codes = region.subjects.district[who].astype(object)
    outdated = rng.random(len(who)) < old
    for new, before in OLD_DISTRICT_CODES.items():
        codes[outdated & (codes == new)] = before
    return Plain(codes)


def _blank(values: np.ndarray) -> Plain:
    return Plain(values.astype(object), known=values != "")


def market_registration(region: Region) -> RawTable:
    """One row is a firm as the market regulator registers it."""
    rng, people = region.rng("market_registration"), region.subjects
    who = of_firms(region, 0.985, "market_registration")
    ceased = ~np.isnat(region.alive_before[who])
    status = np.where(ceased, rng.choice(5, len(who), p=[0, 0, 0.55, 0.37, 0.08]),
                      (rng.random(len(who)) < 0.2).astype(int))  # fmt: skip
    scopes = np.array([f"{t.word}产品的研发、生产、销售及技术服务" for t in TRADES], dtype=object)
    approved = np.where(
        rng.random(len(who)) < 0.7,
        people.established[who],
        day_lived(rng, region, who, 6),
    )
    fen = region.firms.capital_fen[who]
    return RawTable(
        "market_registration",
        who,
        {
            "注册号": _blank(people.legacy_no[who]),
            "曾用名": _blank(people.former_name[who]),
            "成立日期": Day(people.established[who], "mixed"),
            "登记状态": Word(status, ("存续", "在业", "注销", "吊销", "迁出")),
            "注册资本": Money(fen, "wan_yuan", foreign=rng.random(len(who)) < 0.01),
            "区划代码": district_codes(region, who, rng, 0.4),
            "行业代码": Plain(with_section(people.trade_code[who])),
            "住所": addresses(region, who, region.rng("addresses")),
            "法定代表人": Plain(representatives(region)[who]),
            "联系电话": Plain(phones(region)[who]),
            "经营范围": Plain(scopes[region.firms.trade[who]]),
            "核准日期": Day(approved, "iso"),
        },
        identity=True,
        flows=False,
        restated=("注册资本",),
        optional=("住所", "法定代表人", "行业代码"),
        words=("登记状态",),
    )


def tax_registration(region: Region, dirt: Dirt) -> RawTable:
    """One row is a firm as the tax office registers it; some differ from the market regulator."""
    rng, people = region.rng("tax_registration"), region.subjects
    who = of_firms(region, 0.93, "tax_registration")
    apart = chosen(rng, np.ones(len(who), bool), dirt.conflicting_sources)
    differs = np.zeros(len(who), bool)
    differs[apart] = True
    fen = region.firms.capital_fen[who].copy()
    fen[apart] = wan(rng.integers(1, 60, len(apart)) * 10.0)
    heads = representatives(region)[who]
    heads[apart] = names.people(rng, len(apart)).astype(object)
    trade = people.trade_code[who].astype(object)
    other = chosen(rng, differs, 0.3)
    trade[other] = np.array([t.code for t in TRADES], dtype=object)[
        rng.integers(0, len(TRADES), len(other))
    ]
    began = after(people.established[who], rng.integers(0, 45, len(who)))
    return RawTable(
        "tax_registration",
        who,
        {
            "开业日期": Day(people.established[who], "compact"),
            "纳税人状态": Word(
                np.where(np.isnat(region.alive_before[who]), 0, rng.integers(1, 3, len(who))),
                ("正常", "注销", "非正常"),
            ),
            "注册资本（元）": Money(fen, "yuan"),
            "国标行业": Plain(with_section(trade)),
            "生产经营地址": addresses(region, who, rng),
            "法定代表人姓名": Plain(heads),
            "办税电话": Plain(phones(region)[who], known=~differs),
            "登记日期": Day(np.minimum(began, region.today), "compact"),
        },
        code="纳税人识别号",
        name="纳税人名称",
        encoding="gb18030",
        identity=True,
        flows=False,
        optional=("生产经营地址", "国标行业"),
        words=("纳税人状态",),
        marks={("conflicting_sources", "注册资本（元）"): differs},
    )


def market_individuals(region: Region) -> RawTable:
    """One row is an individual business."""
    rng, people = region.rng("market_individuals"), region.subjects
    who = people.of("individual_business")
    status = (rng.random(len(who)) < 0.06).astype(int)
    return RawTable(
        "market_individuals",
        who,
        {
            "注册号": _blank(people.legacy_no[who]),
            "注册日期": Day(people.established[who], "slash"),
            "状态": Word(status, ("正常", "注销")),
            "资金数额": Money(wan(rng.integers(1, 30, len(who))), "yuan"),
            "区划": district_codes(region, who, rng, 0.1),
            "行业": Plain(with_section(people.trade_code[who])),
            "经营场所": addresses(region, who, rng),
            "经营者": Plain(names.people(rng, len(who))),
            "手机号": Plain(phones(region)[who]),
            "核准日期": Day(people.established[who], "slash"),
        },
        name="字号名称",
        identity=True,
        flows=False,
        optional=("经营场所",),
        words=("状态",),
    )


def market_cooperatives(region: Region) -> RawTable:
    """One row is a farmers' cooperative."""
    rng, people = region.rng("market_cooperatives"), region.subjects
    who = people.of("cooperative")
    return RawTable(
        "market_cooperatives",
        who,
        {
            "成立日期": Day(people.established[who], "chinese"),
            "出资总额（万元）": Money(wan(rng.integers(10, 600, len(who))), "wan_yuan"),
            "区划代码": Plain(people.district[who]),
            "行业代码": Plain(with_section(people.trade_code[who])),
            "住所": addresses(region, who, rng),
            "理事长": Plain(names.people(rng, len(who))),
        },
        name="合作社名称",
        format="xlsx",
        identity=True,
        flows=False,
    )


def people_register(region: Region) -> RawTable:
    """One row is a person whom the talent and employment office serves."""
    rng, people = region.rng("people_register"), region.subjects
    who = people.of("person")
    return RawTable(
        "people_register",
        who,
        {
            "所在区划": Plain(people.district[who]),
            "登记日期": Day(day_lived(rng, region, who, 4), "iso"),
        },
        code="人员编号",
        name="姓名",
        format="jsonl",
        identity=True,
        flows=False,
    )


def projects_register(region: Region) -> RawTable:
    """One row is a pilot-plant project."""
    rng, people = region.rng("projects_register"), region.subjects
    who = people.of("project")
    return RawTable(
        "projects_register",
        who,
        {
            "负责人": Plain(names.people(rng, len(who))),
            "区划": Plain(people.district[who]),
            "立项日期": Day(people.established[who], "iso"),
        },
        code="项目编号",
        name="项目名称",
        format="xlsx",
        identity=True,
        flows=False,
    )


def market_changes(region: Region) -> RawTable:
    """One row is a registered change; every former name is among them."""
    rng, people = region.rng("market_changes"), region.subjects
    count = len(region.firms)
    renamed = np.flatnonzero(people.former_name[:count] != "")
    others = np.repeat(np.arange(count), rng.poisson(0.35, count))
    who = np.concatenate([renamed, others])
    aspect = np.concatenate([np.zeros(len(renamed), int), rng.integers(1, 6, len(others))])
    before, after_ = names.people(rng, len(who)).astype(object), names.people(rng, len(who))
    after_ = after_.astype(object)
    capital = aspect == 3
    before[capital] = [f"{n}万元" for n in rng.integers(10, 300, capital.sum()).tolist()]
    after_[capital] = [f"{n}万元" for n in rng.integers(300, 900, capital.sum()).tolist()]
    for value, texts in ((2, ("迁入前住所", "现住所")), (5, ("原经营范围", "增加技术服务"))):
        before[aspect == value], after_[aspect == value] = texts
    before[: len(renamed)] = people.former_name[renamed]
    after_[: len(renamed)] = people.name[renamed]
    aspects = (
        "名称变更",
        "法定代表人变更",
        "住所变更",
        "注册资本变更",
        "股东变更",
        "经营范围变更",
    )
    return RawTable(
        "market_changes",
        who,
        {
            "变更编号": numbered("BG", np.arange(len(who))),
            "变更事项": Word(aspect, aspects),
            "变更前": Plain(before),
            "变更后": Plain(after_),
            "变更日期": Day(day_lived(rng, region, who, 5), "chinese"),
        },
        optional=("变更前",),
        words=("变更事项",),
    )


def market_branches(region: Region) -> RawTable:
    """One row is a branch, told by its firm."""
    rng, people = region.rng("market_branches"), region.subjects
    branches = people.of("branch")
    # The office has not heard of every branch.
    branches = branches[rng.random(len(branches)) < 0.95]
    firms = people.parent[branches]
    opened = day_lived(rng, region, firms, 8)
    return RawTable(
        "market_branches",
        firms,
        {
            "分支机构代码": Plain(people.code[branches]),
            "分支机构名称": Plain(people.name[branches]),
            "成立日期": Day(opened, "iso"),
            "注销日期": Day(ended(rng, region, opened, 0.05, 900), "iso"),
        },
        flows=False,
    )
