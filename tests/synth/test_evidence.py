"""Reports of nothing and reports that somebody sees to: noughts are said, never made up."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from huoshui.synth import Dirt
from huoshui.synth.columns import Column, Day, Money, Plain, Word
from huoshui.synth.population import Region, region_made
from huoshui.synth.rawtable import RawTable
from huoshui.synth.soiling import soil
from huoshui.synth.tables import credit, flows, innovation, statements

DAY = dt.date(2026, 11, 20)
CLEAN = Dirt(**{f.name: 0.0 for f in dataclasses.fields(Dirt)})


@pytest.fixture(scope="module")
def region() -> Region:
    """A region of some hundred firms."""
    return region_made(17, 500, DAY)


def _cells(column: Column) -> list[str | None]:
    return column.render().to_pylist()


def _amount(table: RawTable, heading: str) -> np.ndarray:
    column = table.columns[heading]
    assert isinstance(column, Money)
    return column.fen


def test_none_of_whom_the_register_has_no_loan_has_a_loan_or_was_ever_late(region: Region) -> None:
    loans = credit.loans(region)
    nil = np.array([c == "无贷款记录" for c in _cells(loans.columns["贷款银行"])])
    others = np.union1d(loans.who[~nil], credit.overdue_records(region).who)
    assert nil.sum() > 200
    assert not np.intersect1d(loans.who[nil], others).size
    for heading in ("合同金额（万元）", "余额（万元）"):
        assert set(_amount(loans, heading)[nil]) == {0}
        assert {_cells(loans.columns[heading])[at] for at in np.flatnonzero(nil)} == {"0.00"}
    for heading in ("业务种类", "担保方式", "五级分类", "年利率（BP）", "发放日期", "到期日期"):
        cells = _cells(loans.columns[heading])
        assert {cells[at] for at in np.flatnonzero(nil)} == {None}, heading
        assert None not in {cells[at] for at in np.flatnonzero(~nil)}, heading


def test_a_loan_that_is_due_gets_one_last_report_with_nothing_left(region: Region) -> None:
    loans = credit.loans(region)
    due, on = loans.columns["到期日期"], loans.columns["报告日期"]
    assert isinstance(due, Day)
    assert isinstance(on, Day)
    over = ~np.isnat(due.days) & (due.days <= on.days)
    assert over.sum() > 20
    assert set(_amount(loans, "余额（万元）")[over]) == {0}
    assert (_amount(loans, "合同金额（万元）")[over] > 0).all()
    numbers = [_cells(loans.columns["合同编号"])[at] for at in np.flatnonzero(over)]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(
    ("make", "word", "said", "amounts"),
    [
        (credit.credit_lines, "授信银行", "无授信记录", ("授信额度（万元）", "已用额度（万元）")),
        (credit.guarantees, "被担保人", "无对外担保记录", ("担保金额（万元）",)),
        (flows.equity_rounds, "投资方", "近两年无股权融资", ("投资金额（万元）",)),
    ],
)
def test_a_report_of_nothing_is_of_nought_and_of_a_firm_that_has_none(
    region: Region, make: object, word: str, said: str, amounts: tuple[str, ...]
) -> None:
    assert callable(make)
    table = make(region)
    nil = np.array([c == said for c in _cells(table.columns[word])])
    assert nil.sum() > 50
    assert (~nil).sum() >= 3
    assert not np.intersect1d(table.who[nil], table.who[~nil]).size
    for heading in amounts:
        assert set(_amount(table, heading)[nil]) == {0}


def test_years_of_research_without_spending_are_told_and_not_claimed(region: Region) -> None:
    told = innovation.rd_spending_tax(region)
    spent = _amount(told, "研发费用")
    assert (spent == 0).sum() > 100
    assert (spent > 0).sum() > 100
    heads = told.columns["研发人员数"]
    assert isinstance(heads, Plain)
    assert set(heads.values[spent == 0]) == {0}
    claimed = innovation.rd_tax_deduction(region, told)
    assert (_amount(claimed, "加计扣除额") > 0).all()


def test_high_tech_revenue_is_unknown_of_firms_outside_the_library_and_not_nought(
    region: Region,
) -> None:
    table = statements.income_tax(region)
    cells = _cells(table.columns["高新技术产品收入"])
    inside = region.firms.in_library[table.who]
    assert [c is not None for c in cells] == inside.tolist()
    assert {"0.00"} < {c for c in cells if c}


def test_only_years_that_nobody_sees_to_go_missing(region: Region) -> None:
    table = innovation.staff_structure(region)
    dirt = dataclasses.replace(CLEAN, missing_years=0.5)
    soiled = soil(table, region.subjects, dirt, np.random.default_rng(5))
    assert soiled.missing is not None
    assert len(soiled.missing) > 20
    assert not region.firms.in_library[soiled.missing.who].any()
    sure = int(region.firms.in_library[table.who].sum())
    assert soiled.tally.eligible["missing_years"] == len(table) - sure


def test_nought_is_never_corrected_to_nought(region: Region) -> None:
    table = innovation.rd_spending_tax(region)
    dirt = dataclasses.replace(CLEAN, corrected_rows=0.5)
    soiled = soil(table, region.subjects, dirt, np.random.default_rng(5))
    (later,) = (d for d in soiled.deliveries if d.folder == "2-later")
    assert len(later.entity) > 50
    assert "0.00" not in later.table["研发费用"].to_pylist()
    assert soiled.tally.eligible["corrected_rows"] == int((_amount(table, "研发费用") != 0).sum())


def test_added_rows_are_blank_where_nothing_is_given() -> None:
    first = RawTable(
        "loans",
        np.array([4]),
        {
            "金额": Money(np.array([12_300])),
            "日": Day(np.array(["2026-01-02"], "datetime64[D]")),
            "词": Word(np.array([0]), ("甲",)),
            "数": Plain(np.array([7])),
        },
        marks={("x", "金额"): np.array([True])},
    )
    longer = first.with_rows(np.array([9]), {"词": Word(np.array([0]), ("乙",))})
    assert longer.who.tolist() == [4, 9]
    assert {h: _cells(c) for h, c in longer.columns.items()} == {
        "金额": ["123.00", None],
        "日": ["2026-01-02", None],
        "词": ["甲", "乙"],
        "数": ["7", None],
    }
    assert longer.marks["x", "金额"].tolist() == [True, False]
