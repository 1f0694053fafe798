"""What firms declare and experts give agrees with the registers and with what makes a firm able."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from huoshui.synth.columns import Column, Plain, Word
from huoshui.synth.population import Region, region_made
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables import assessment, titles

DAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def region() -> Region:
    """A region of two thousand firms."""
    return region_made(23, 2000, DAY)


@pytest.fixture(scope="module")
def declared(region: Region) -> RawTable:
    """Its declarations."""
    return assessment.declarations(region)


@pytest.fixture(scope="module")
def assessed(region: Region) -> RawTable:
    """Its expert assessments."""
    return assessment.expert_assessments(region)


def cells(column: Column) -> list[str]:
    return column.render().to_pylist()


def numbers(column: Column) -> np.ndarray:
    assert isinstance(column, Plain)
    return column.values / 10**column.places


def words(column: Column) -> np.ndarray:
    assert isinstance(column, Word)
    return np.array(column.words)[column.at]


def test_about_six_firms_of_ten_declare_for_the_last_two_closed_years(
    region: Region, declared: RawTable
) -> None:
    alive = np.flatnonzero(np.isnat(region.firms.ceased) & (region.firms.revenue_fen[-1] > 0))
    share = np.isin(alive, declared.who).mean()
    assert 0.55 < share < 0.75
    assert set(cells(declared.columns["年度"])) == {"2024", "2025"}
    pairs = list(zip(declared.who.tolist(), cells(declared.columns["年度"]), strict=True))
    assert len(set(pairs)) == len(pairs)


def test_parts_of_the_rights_never_outnumber_them(declared: RawTable) -> None:
    one = numbers(declared.columns["主导产品Ⅰ类知识产权数"])
    for part in ("其中自主研发", "其中高价值"):
        assert (numbers(declared.columns[part]) <= one).all()
    assert one.max() >= 4
    assert (one == 0).mean() > 0.7


def test_nobody_is_longer_in_a_niche_than_it_is_in_business(
    region: Region, declared: RawTable
) -> None:
    years = numbers(declared.columns["从事细分市场年限"])
    end = np.array([np.datetime64(f"{y}-12-31") for y in cells(declared.columns["年度"])])
    lived = (end - region.subjects.established[declared.who]).astype(np.int64) / 365.25
    assert (years <= lived).all()
    share = numbers(declared.columns["细分市场占有率（%）"])
    assert ((share > 0) & (share <= 65)).all()


def test_abler_firms_declare_larger_shares_and_better_places(
    region: Region, declared: RawTable
) -> None:
    able = titles.merit(region)[declared.who]
    share = np.log(numbers(declared.columns["细分市场占有率（%）"]))
    rank = np.log(numbers(declared.columns["细分市场全国排名"]))
    assert np.corrcoef(able, share)[0, 1] > 0.5
    assert np.corrcoef(able, rank)[0, 1] < -0.5


def test_few_firms_are_assessed_each_block_once_and_within_its_bounds(
    region: Region, assessed: RawTable
) -> None:
    assert 0.02 < len(set(assessed.who.tolist())) / len(region.firms) < 0.15
    scheme, block = words(assessed.columns["评价方案"]), words(assessed.columns["评分项"])
    keys = set(zip(assessed.who.tolist(), scheme.tolist(), block.tolist(), strict=True))
    assert len(keys) == len(assessed)
    points = numbers(assessed.columns["得分"])
    most = {"技术先进程度": 8, "核心支持作用": 8, "知识产权数量": 8, "获得方式": 6, "参与标准": 2}
    most |= {"成果转化": 30, "研发组织管理": 20, "净资产增长": 10, "销售收入增长": 10}
    most |= {"发展质量": 100, "地方特色": 15, "团队": 10, "市场": 10}
    assert set(block.tolist()) == set(most)
    for name, bound in most.items():
        given = points[block == name]
        assert ((given >= 0) & (given <= bound)).all(), name
        assert len(set(given.tolist())) > 2, name


def test_points_for_growth_follow_the_growth_that_the_accounts_tell(
    region: Region, assessed: RawTable
) -> None:
    """Worked out again row by row from the rule's text: two ratios, their mean less one, tiers."""
    block = words(assessed.columns["评分项"])
    points = numbers(assessed.columns["得分"])
    checked = 0
    for row in np.flatnonzero(block == "销售收入增长").tolist():
        one, two, three = (int(v) for v in region.firms.revenue_fen[-3:, assessed.who[row]])
        if two == 0:
            growth = 0.0
        elif one == 0:
            growth = three / two - 1
        else:
            growth = (two / one + three / two) / 2 - 1
        tiers = ((0.35, {9, 10}), (0.25, {7, 8}), (0.15, {5, 6}), (0.05, {3, 4}))
        fitting = next((p for start, p in tiers if growth >= start), {1, 2} if growth > 0 else {0})
        assert points[row] in fitting, (growth, points[row])
        checked += 1
    assert checked > 20
