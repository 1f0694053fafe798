"""Monthly payments: insurance, housing fund, taxes, power, water and gas."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huoshui.synth.columns import Day, Money, Plain, Word, numbered
from huoshui.synth.dirt import Dirt
from huoshui.synth.population import Region
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import (
    day_lived,
    ended,
    month_ends,
    over_months,
    over_years,
    repeated,
    years_of,
    yuan,
)
from huoshui.synth.trades import TRADES

INSURED_MONTHS = 18  # a year and a half of social insurance


def tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give the raw tables of payments."""
    yield social_insurance(region)
    yield housing_fund(region)
    yield tax_payment(region)
    yield tax_grade(region)
    yield tax_arrears(region)
    yield electricity(region)
    yield water(region)
    yield gas(region)


def _staff_by_month(region: Region, who: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Give a firm's staff in a month: of the year before, moved toward growth or decline."""
    years = region.months[month].astype("datetime64[Y]").astype(int) + 1970
    at = np.clip(years - region.years[0], 0, len(region.years) - 1)
    drift = 1 + 0.004 * region.firms.quality[who] * (month - 12)
    return np.maximum(region.firms.staff[at, who] * drift, 1)


def _arrears(
    region: Region, rng: np.random.Generator, who: np.ndarray, month: np.ndarray, bill: np.ndarray
) -> np.ndarray:
    """Draw what of a bill stays unpaid: runs of months of the pressed firms."""
    firm_chance = 1 / (1 + np.exp(4.0 - 1.1 * region.firms.stress))
    owes = rng.random(len(region.firms)) < firm_chance
    since = rng.integers(0, len(region.months), len(region.firms))
    length = rng.integers(1, 9, len(region.firms))
    inside = owes[who] & (month >= since[who]) & (month < since[who] + length[who])
    # The pressed are behind now rather than long ago.
    inside |= owes[who] & (region.firms.defaulted[who]) & (month >= len(region.months) - 4)
    part = rng.uniform(0.3, 1.0, len(who))
    return np.where(inside, np.rint(bill * part / 100).astype(np.int64) * 100, 0)


def _season(region: Region, month: np.ndarray, swing: float) -> np.ndarray:
    of_year = region.months[month].astype(int) % 12
    wave = swing * np.cos((of_year - 6) / 12 * 2 * np.pi)
    return np.where(of_year == 1, 0.72, 1.0) * (1 + wave)


def social_insurance(region: Region) -> RawTable:
    """One row is a month of social insurance."""
    rng, firms = region.rng("social_insurance"), region.firms
    insured = rng.random(len(firms)) < np.where(firms.staff[-1] >= 4, 0.86, 0.35)
    recent = region.months[-INSURED_MONTHS:]
    who, month = over_months(region, np.flatnonzero(insured), recent)
    month += len(region.months) - len(recent)
    share = np.clip(0.75 + 0.1 * firms.quality, 0.3, 1.0)[who]
    heads = np.maximum(np.rint(_staff_by_month(region, who, month) * share), 1).astype(np.int64)
    paid = yuan(heads * rng.uniform(950, 1250, len(firms))[who])
    owed = _arrears(region, rng, who, month, paid)
    return RawTable(
        "social_insurance",
        who,
        {
            "费款所属期": Day(month_ends(region.months)[month], "month"),
            "参保人数": Plain(heads, typed=True),
            "实缴金额": Money(paid - owed, typed=True),
            "欠缴金额": Money(owed, typed=True),
        },
        name="单位名称",
        format="parquet",
        restated=("实缴金额",),
        branches=True,
    )


def housing_fund(region: Region) -> RawTable:
    """One row is a month of the housing fund."""
    rng, firms = region.rng("housing_fund"), region.firms
    chance = np.clip(0.50 + 0.08 * firms.quality + 0.05 * np.log1p(firms.staff[-1]), 0.05, 0.95)
    members = rng.random(len(firms)) < chance * (firms.staff[-1] >= 4)
    late_months = region.months[-12:]
    who, at = over_months(region, np.flatnonzero(members), late_months)
    month = at + len(region.months) - 12
    heads = np.maximum(np.rint(_staff_by_month(region, who, month) * 0.6), 1).astype(np.int64)
    return RawTable(
        "housing_fund",
        who,
        {
            "汇缴年月": Day(month_ends(late_months)[at], "month"),
            "缴存人数": Plain(heads),
            "汇缴金额": Money(yuan(heads * rng.uniform(400, 1100, len(firms))[who])),
        },
        name="缴存单位",
        branches=True,
    )


def tax_payment(region: Region) -> RawTable:
    """One row is a payment of one tax for one month or quarter."""
    rng, firms = region.rng("tax_payment"), region.firms
    files = np.flatnonzero(rng.random(len(firms)) < np.where(firms.in_library, 0.99, 0.9))
    general = firms.revenue_fen[-1] > 2_000_000_000  # twenty million yuan: files each month
    who, month = over_months(region, files, region.months)
    of_year = region.months[month].astype(int) % 12
    due = general[who] | (of_year % 3 == 2)
    who, month, of_year = who[due], month[due], of_year[due]
    years = region.months[month].astype("datetime64[Y]").astype(int) + 1970
    at = np.clip(years - region.years[0], 0, len(region.years) - 1)
    span = np.where(general[who], 1, 3) / 12
    rate = np.array([t.vat_bp for t in TRADES])[firms.trade[who]] / 10_000
    burden = np.where(general[who], 0.18 * rate, 0.01) * np.exp(0.12 * firms.quality[who])
    sales = firms.revenue_fen[at, who] * span * _season(region, month, 0.08)
    vat = sales * burden * np.exp(rng.normal(0, 0.25, len(who)))
    profit = np.maximum(firms.margin[at, who], 0) * firms.revenue_fen[at, who] / 4
    income = np.where(of_year % 3 == 2, profit * np.where(general[who], 0.15, 0.05), 0)
    kinds = [vat, income, vat * 0.12]
    keep = [
        vat > 5_000,
        (income > 5_000) & (rng.random(len(who)) < 0.9),
        (vat > 50_000) & general[who] & (of_year % 3 == 2),
    ]
    paid = np.concatenate([k[m] for k, m in zip(kinds, keep, strict=True)])
    return RawTable(
        "tax_payment",
        np.concatenate([who[m] for m in keep]),
        {
            "税款所属期": Day(
                np.concatenate([month_ends(region.months)[month[m]] for m in keep]), "month"
            ),
            "征收项目": Word(
                np.repeat(np.arange(3), [int(m.sum()) for m in keep]),
                ("增值税", "企业所得税", "城建税及附加"),
            ),
            "实缴税额": Money(np.rint(paid).astype(np.int64), typed=True),
        },
        code="纳税人识别号",
        name="纳税人名称",
        format="parquet",
        restated=("实缴税额",),
        words=("征收项目",),
    )


def tax_grade(region: Region) -> RawTable:
    """One row is a firm's grade as a taxpayer in a year."""
    rng, firms = region.rng("tax_grade"), region.firms
    graded = rng.random(len(firms)) < np.where(firms.in_library, 0.99, 0.88)
    who, year = over_years(region, np.flatnonzero(graded))
    score = -firms.stress[who] + rng.normal(0, 0.5, len(who))
    grade = np.digitize(score, [-2.3, -1.5, -0.2, 1.0])  # D C M B A
    born = firms.established[who].astype("datetime64[Y]").astype(int) + 1970
    new = np.array(region.years)[year] - born <= 1
    grade = np.where(new, 2, np.where((grade == 2) & ~new, 3, grade))
    return RawTable(
        "tax_grade",
        who,
        {
            "评价年度": years_of(region, year),
            "信用级别": Word(grade, ("D", "C", "M", "B", "A")),
        },
        code="纳税人识别号",
        name="纳税人名称",
        yearly=True,
        sure=firms.in_library[who],
        words=("信用级别",),
    )


def tax_arrears(region: Region) -> RawTable:
    """One row is a tax debt that was published."""
    rng, firms = region.rng("tax_arrears"), region.firms
    who = repeated(rng, 0.035 * np.exp(0.9 * firms.stress))
    due = day_lived(rng, region, who, 2.5)
    return RawTable(
        "tax_arrears",
        who,
        {
            "欠税编号": numbered("QS", np.arange(len(who))),
            "欠税余额": Money(yuan(np.exp(rng.normal(10.2, 1.0, len(who))))),
            "应缴期限": Day(due, "iso"),
            "清缴日期": Day(ended(rng, region, due, 0.6, 420), "iso"),
        },
        code="纳税人识别号",
        name="纳税人名称",
        encoding="gb18030",
    )


def _meters(region: Region, name: str, need: np.ndarray, share: float) -> np.ndarray:
    """Choose who has a meter of their own: those with use for it, and shops and cooperatives."""
    rng, people = region.rng(f"meters {name}"), region.subjects
    own = rng.random(len(region.firms)) < share * need
    others = np.isin(people.kind, ("individual_business", "cooperative"))
    others &= rng.random(len(people)) < share * region.crowd.metered
    others[: len(region.firms)] = own
    return np.flatnonzero(others)


def _owed(
    region: Region, rng: np.random.Generator, who: np.ndarray, month: np.ndarray, bill: np.ndarray
) -> np.ndarray:
    firm = who < len(region.firms)
    owed = np.zeros(len(who), np.int64)
    owed[firm] = _arrears(region, rng, who[firm], month[firm], bill[firm])
    return owed


def electricity(region: Region) -> RawTable:
    """One row is a month of electricity."""
    rng, firms = region.rng("electricity"), region.firms
    power = np.array([t.power for t in TRADES])[firms.trade]
    metered = _meters(region, "electricity", np.where(power >= 3, 0.95, 0.52), 0.86)
    who, month = over_months(region, metered, region.months)
    used = np.empty(len(who))
    firm = who < len(firms)
    staff = _staff_by_month(region, who[firm], month[firm])
    used[firm] = staff * power[who[firm]] * 100
    used[~firm] = 900
    level = np.exp(rng.normal(0, 0.4, len(region.subjects)))
    used *= level[who] * _season(region, month, 0.12) * np.exp(rng.normal(0, 0.08, len(who)))
    stopped = np.zeros(len(who), bool)
    stopped[firm] = firms.defaulted[who[firm]] & (month[firm] >= len(region.months) - 5)
    used = np.rint(np.where(stopped, used * 0.45, used)).astype(np.int64) + 1
    bill = used * 72  # fen a kWh
    return RawTable(
        "electricity",
        who,
        {
            "用电月份": Day(month_ends(region.months)[month], "month"),
            "用电量（千瓦时）": Plain(used, typed=True),
            "应收电费": Money(bill, typed=True),
            "欠费": Money(_owed(region, rng, who, month, bill), typed=True),
        },
        name="用户名称",
        format="parquet",
        restated=("应收电费",),
        branches=True,
    )


def _metered(
    region: Region, feed: str, headings: tuple[str, ...], share: float, fen_m3: int
) -> RawTable:
    rng, firms = region.rng(feed), region.firms
    power = np.array([t.power for t in TRADES])[firms.trade]
    months = region.months[-12:]
    who, at = over_months(region, _meters(region, feed, np.clip(power / 8, 0.15, 1), share), months)
    size = np.ones(len(region.subjects)) * 3
    size[: len(firms)] = firms.staff[-1] * power / 4
    level = np.exp(rng.normal(0, 0.5, len(size)))
    used = np.rint(size[who] * level[who] * 4 * np.exp(rng.normal(0, 0.15, len(who))) * 10)
    used = used.astype(np.int64) + 5  # tenths of a cubic metre
    bill = used * fen_m3 // 10
    month, volume, fee, owed = headings
    return RawTable(
        feed,
        who,
        {
            month: Day(month_ends(months)[at], "month"),
            volume: Plain(used, places=1),
            fee: Money(bill),
            owed: Money(_owed(region, rng, who, at + len(region.months) - 12, bill)),
        },
        name="户名",
        branches=feed == "water",
        optional=(fee,),
    )


def water(region: Region) -> RawTable:
    """One row is a month of water."""
    return _metered(region, "water", ("抄表月份", "用水量（吨）", "水费", "欠费"), 0.42, 385)


def gas(region: Region) -> RawTable:
    """One row is a month of gas."""
    return _metered(region, "gas", ("账期", "用气量（立方米）", "气费", "欠费金额"), 0.16, 342)
