"""What firms declare of themselves for a year, and the points that experts give some of them.

Declarations agree with what the registers say of rights, standards and research bodies, and are
better for abler firms; what a firm does not declare stays unknown to everybody.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth.columns import Day, Plain, Word
from huoshui.synth.dirt import Dirt
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import flag, happens, over_years, years_of
from huoshui.synth.tables.innovation import patents, rd_platforms, software_copyrights, standards
from huoshui.synth.tables.titles import merit, titles_industry, titles_science
from huoshui.synth.trades import TRADES

FIELDS: dict[str, tuple[float, float]] = {
    # what the leading product is for: share of innovative firms, share of others
    "工业六基": (0.15, 0.05),
    "补短板锻长板填空白": (0.13, 0.005),
    "老字号或重点产业链配套": (0.08, 0.03),
    "战略性新兴产业": (0.34, 0.03),
    "传统产业转型升级": (0.15, 0.12),
    "未来产业": (0.06, 0.005),
    "其他": (0.09, 0.76),
}
RD_BODIES = ("无", "市级以下", "市级", "省级", "国家级")
CONTEST = ("未入围", "全国500强", "全国50强")


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of assessments."""
    yield declarations(region)
    yield expert_assessments(region)


def _counts(region: Region, who: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Count the firms of some rows for each of the rows asked for."""
    counts = np.bincount(held[held < len(region.firms)], minlength=len(region.firms))
    return np.asarray(counts[who])


def _granted(region: Region, who: np.ndarray, ends: np.ndarray, inventions: bool) -> np.ndarray:
    """Count patents in force that had been granted by the end of each row's year."""
    office = patents(region)
    kind, status, day = (office.columns[h] for h in ("专利类型", "法律状态", "授权公告日"))
    assert isinstance(kind, Word)
    assert isinstance(status, Word)
    assert isinstance(day, Day)
    wanted = ((kind.at == 0) == inventions) & (status.at == 1)
    found = np.zeros(len(who), np.int64)
    for end in np.unique(ends):
        rows = ends == end
        found[rows] = _counts(region, who[rows], office.who[wanted & (day.days <= end)])
    return found


def _registered(
    region: Region, who: np.ndarray, ends: np.ndarray, table: RawTable, heading: str
) -> np.ndarray:
    """Count the rows of a register that are no later than the end of each row's year."""
    day = table.columns[heading]
    assert isinstance(day, Day)
    found = np.zeros(len(who), np.int64)
    for end in np.unique(ends):
        rows = ends == end
        found[rows] = _counts(region, who[rows], table.who[day.days <= end])
    return found


def _rd_bodies(region: Region, who: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Give the highest level of a firm's research bodies, its own where none is approved."""
    register = rd_platforms(region)
    level = register.columns["级别"]
    assert isinstance(level, Word)
    best = np.zeros(len(region.firms), np.int64)
    np.maximum.at(best, register.who, level.at + 2)
    return np.where(best[who] > 0, best[who], np.where(own, 1, 0))


def _field(rng: np.random.Generator, innovative: np.ndarray) -> Word:
    shares = np.cumsum(np.array(list(FIELDS.values())), axis=0)
    at = (rng.random(len(innovative))[:, None] > np.where(innovative[:, None], *shares.T)).sum(1)
    return Word(np.minimum(at, len(FIELDS) - 1), tuple(FIELDS))


def _rung(region: Region) -> np.ndarray:
    """Give how high each firm stands on the ladder of titles, from innovative SME, or 0."""
    table = titles_industry(region)
    title = table.columns["认定名称"]
    assert isinstance(title, Word)
    ladder = title.at < 4
    found = np.zeros(len(region.firms), np.int64)
    np.maximum.at(found, table.who[ladder], title.at[ladder] + 1)
    return found


def _rights(
    region: Region, rng: np.random.Generator, who: np.ndarray, ends: np.ndarray, rung: np.ndarray
) -> dict[str, np.ndarray]:
    """Draw how many of a firm's rights bear on its leading product.

    What a title asked for is there: layouts of circuits and the like, which no register of ours
    lists, count as much as inventions.
    """
    one = rng.binomial(_granted(region, who, ends, inventions=True), 0.78)
    asked = np.array([0.0, 0.1, 0.9, 4.0, 5.5])[rung]
    one = np.maximum(one, rng.poisson(asked + (asked > 0.5)))
    programs = _registered(region, who, ends, software_copyrights(region), "登记日期")
    two = rng.binomial(_granted(region, who, ends, inventions=False) + programs, 0.7)
    return {
        "主导产品Ⅰ类知识产权数": one,
        "其中自主研发": rng.binomial(one, 0.86),
        "其中高价值": rng.binomial(one, 0.13),
        "主导产品Ⅱ类知识产权数": two,
    }


def _market(
    rng: np.random.Generator, able: np.ndarray, age: np.ndarray
) -> tuple[dict[str, Plain], np.ndarray]:
    """Draw years, share and place in the niche, and whether a firm stands out there."""
    count = len(able)
    share = np.clip(np.exp(rng.normal(0.5 + 0.75 * able, 0.7)), 0.05, 65)
    rank = np.maximum(1, np.rint(np.exp(rng.normal(4.0 - 0.95 * able, 0.6)))).astype(np.int64)
    years = np.floor(age * rng.uniform(0.55, 1.0, count)).astype(np.int64)
    stands_out = (share >= 5) | (rank <= 10) | (rng.random(count) < 0.03)
    told = {
        "从事细分市场年限": Plain(np.maximum(years, 0)),
        "细分市场占有率（%）": Plain(np.rint(share * 100).astype(np.int64), places=2),
        "细分市场全国排名": Plain(rank),
    }
    return told, stands_out


def _contest(rng: np.random.Generator, able: np.ndarray, innovative: np.ndarray) -> Word:
    chance = np.where(innovative & (able > 0.8), 0.09, 0.0)
    drawn = rng.random(len(able))
    return Word(np.where(drawn < chance / 6, 2, np.where(drawn < chance, 1, 0)), CONTEST)


def declarations(region: Region) -> RawTable:
    """One row is a firm's declaration for one of the last two closed years."""
    rng, firms = region.rng("declarations"), region.firms
    declares = rng.random(len(firms)) < np.where(firms.in_library, 0.9, 0.46)
    who, year = over_years(region, np.flatnonzero(declares))
    recent = year >= len(region.years) - 2
    who, year = who[recent], year[recent]
    ends = np.array([np.datetime64(f"{y}-12-31") for y in region.years])[year]
    able, new = merit(region)[who], firms.innovative[who]
    age = (ends - region.subjects.established[who]).astype(np.int64) / 365.25
    rung = _rung(region)[who]
    rights = _rights(region, rng, who, ends, rung)
    some = (rights["主导产品Ⅰ类知识产权数"] + rights["主导产品Ⅱ类知识产权数"]) > 0
    niche, stands_out = _market(rng, able + np.maximum(rung - 1, 0) * 0.45, age)
    making = np.array([t.code[0] in "123" for t in TRADES])[firms.trade[who]]
    made = rng.poisson(np.clip(np.where(new, 1.9 + 1.1 * able, 0.25), 0.05, 9) * 3)
    drafted = _registered(region, who, ends, standards(region), "发布日期") > 0

    def often(chance: np.ndarray | float) -> Word:
        return flag(rng.random(len(who)) < chance)

    return RawTable(
        "declarations",
        who,
        {
            "年度": years_of(region, year),
            **niche,
            "主导产品领域": _field(rng, new),
            "数字化水平等级": Plain(
                np.clip(np.rint(rng.normal(1.3 + 0.5 * able, 0.7)), 0, 4).astype(np.int64)
            ),
            "是否自主品牌": often(np.clip(0.3 + 0.2 * new + 0.12 * able, 0.05, 0.97)),
            "是否配套重点产业链": often(np.where(making, 0.3 + 0.06 * able, 0.05)),
            **{heading: Plain(count) for heading, count in rights.items()},
            "是否拥有核心知识产权": often(np.where(some, 0.95, 0.03)),
            "技术是否属重点支持领域": often(np.where(new, 0.93, 0.16)),
            "是否禁止限制淘汰类": often(np.where(new, 0.003, 0.02)),
            "是否列入严重违法失信": often(0.002 + 0.02 * (firms.stress[who] > 1.5)),
            "年均成果转化数": Plain(np.rint(made * 100 / 3).astype(np.int64), places=2),
            "核心业务是否有信息系统": often(np.clip(0.4 + 0.16 * able, 0.05, 0.98)),
            "是否有产品认证": often(np.clip(0.12 + 0.08 * able + 0.2 * firms.exports[who], 0, 1)),
            "创客中国名次": _contest(rng, able, new),
            "是否占有率居前且有影响": flag(stands_out),
            "研发机构级别": Word(_rd_bodies(region, who, new & some), RD_BODIES),
            "五年内是否参与标准": flag(drafted),
        },
        yearly=True,
        sure=firms.in_library[who],
        words=("主导产品领域", "创客中国名次"),
        optional=("细分市场全国排名", "数字化水平等级", "其中高价值", "是否有产品认证"),
    )


Blocks = list[tuple[str, np.ndarray, np.ndarray]]
"""Block of a scheme, who is assessed in it, and tenths of a point for each."""

EDGES = (0.0, 0.05, 0.15, 0.25, 0.35)


def _growth_points(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    """Give what the growth of three years earns: one of the two points of its tier."""
    one, two, three = (np.maximum(v.astype(float), 0) for v in values)
    both = np.divide(two, one, out=np.zeros_like(two), where=one > 0)
    last = np.divide(three, two, out=np.zeros_like(two), where=two > 0)
    mean = np.where(one > 0, (both + last) / 2, last) - 1
    tier = (mean > EDGES[0]) + sum((mean >= e).astype(np.int64) for e in EDGES[1:])
    return np.where(tier > 0, 2 * tier - rng.integers(0, 2, len(tier)), 0)


def _steps(rng: np.random.Generator, usual: np.ndarray, most: int) -> np.ndarray:
    return np.clip(np.rint(rng.normal(usual, 0.12 * most)), 0, most).astype(np.int64)


def _high_tech(region: Region, rng: np.random.Generator) -> Blocks:
    """Assess applicants for recognition in every block of the guidelines."""
    firms, able = region.firms, merit(region)
    titles = titles_science(region)
    given = titles.columns["称号"]
    assert isinstance(given, Word)
    holds = np.isin(np.arange(len(firms)), titles.who[given.at == 0])
    may = firms.innovative & np.isnat(firms.ceased) & (able > -1.2)
    who = happens(rng, np.where(may, np.where(holds, 0.45, 0.1), 0.0))
    ends = np.full(len(who), region.today)
    one, two = (_granted(region, who, ends, inventions=i) for i in (True, False))
    two = two + _registered(region, who, ends, software_copyrights(region), "登记日期")
    tier = np.where(one > 0, 4, (two > 0) + (two > 2).astype(np.int64) + (two > 4))
    able = able[who]
    equity = firms.assets_fen[-3:, who] * (1 - firms.leverage[-3:, who])
    drafted = _registered(region, who, ends, standards(region), "发布日期")
    points = {
        "技术先进程度": _steps(rng, 4.8 + 1.1 * able, 8),
        "核心支持作用": _steps(rng, 5.2 + 1.0 * able, 8),
        "知识产权数量": np.where(tier > 0, 2 * tier - rng.integers(0, 2, len(who)), 0),
        "获得方式": np.maximum(1, _steps(rng, 4.4 + 0.4 * able, 6)),
        "参与标准": np.minimum(drafted, 2),
        "成果转化": _steps(rng, 18 + 3.6 * able, 30),
        "研发组织管理": _steps(rng, 13 + 2.0 * able, 20),
        "净资产增长": _growth_points(rng, equity),
        "销售收入增长": _growth_points(rng, firms.revenue_fen[-3:, who]),
    }
    return [(block, who, 10 * given) for block, given in points.items()]


def _cultivation(region: Region, rng: np.random.Generator) -> Blocks:
    """Score the development of those who hold a title of the ladder, and of some others."""
    firms, able = region.firms, merit(region)
    chance = np.where(_rung(region) > 0, 0.72, np.where(firms.innovative & (able > -0.3), 0.2, 0.0))
    who = happens(rng, np.where(np.isnat(firms.ceased), chance, 0.0))
    score = np.clip(np.rint(rng.normal(455 + 85 * able[who], 65)), 80, 990).astype(np.int64)
    local = 10 * _steps(rng, 7.5 + 1.6 * able[who], 15)
    return [("发展质量", who, score), ("地方特色", who, local)]


def _investment(region: Region, rng: np.random.Generator) -> Blocks:
    """Let an investor look at the team and the market of firms that may grow."""
    firms, able = region.firms, merit(region)
    chance = np.where(firms.listed_ambition, 0.6, np.where(firms.innovative, 0.07, 0.0))
    who = happens(rng, np.where(np.isnat(firms.ceased), chance, 0.0))
    team, market = (_steps(rng, 50 + 9 * able[who], 100) for _ in range(2))
    return [("团队", who, team), ("市场", who, market)]


EXPERTS = ("高新评审组甲", "高新评审组乙", "工信评审组", "投资顾问组")


def expert_assessments(region: Region) -> RawTable:
    """One row is the points for one block that an expert gave a firm in the last eleven months."""
    rng = region.rng("expert_assessments")
    schemes = {
        "高新技术企业认定": _high_tech(region, rng),
        "优质中小企业梯度培育": _cultivation(region, rng),
        "投资流": _investment(region, rng),
    }
    parts = [(s, *b) for s, blocks in enumerate(schemes.values()) for b in blocks]
    who = np.concatenate([firms for _, _, firms, _ in parts])
    scheme = np.concatenate([np.full(len(firms), s) for s, _, firms, _ in parts])
    block = np.concatenate([np.full(len(part[2]), n) for n, part in enumerate(parts)])
    # all blocks of one scheme are given to a firm on one day
    back = region.rng("days of assessment").integers(5, 330, (len(schemes), len(region.firms)))
    day = region.today - back[scheme, who].astype("timedelta64[D]")
    return RawTable(
        "expert_assessments",
        who,
        {
            "评价方案": Word(scheme, tuple(schemes)),
            "评分项": Word(block, tuple(name for _, name, _, _ in parts)),
            "得分": Plain(np.concatenate([points for _, _, _, points in parts]), places=1),
            "评审人": Word(np.where(scheme > 0, scheme + 1, who % 2), EXPERTS),
            "评审日期": Day(day, "iso"),
        },
        format="jsonl",
        words=("评分项",),
        optional=("评审人",),
    )
