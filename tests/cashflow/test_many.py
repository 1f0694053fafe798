"""Many schedules at once: row by row as each by itself, and rounded without losing a digit."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.cashflow.calendar import Calendar, calendar_of
from huoshui.cashflow.loans import rounded, schedule
from huoshui.cashflow.many import COLUMNS, LAID, divided, schedules, terms_of
from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from tests.cashflow.given import LPR, table_rows
from tests.given import ROOT

FIELDS = [name for name in LAID.names if name != "loan"]


@pytest.fixture(scope="module")
def china() -> Calendar:
    pack = load([ROOT / "packs/common"], asof=dt.date(2026, 11, 20))
    return calendar_of(pack, "china").provisional()


def test_many_are_laid_as_each_by_itself(china, random_seed):
    table = pa.Table.from_pylist(table_rows(400, random_seed), schema=COLUMNS)
    laid: dict[int, list[dict[str, object]]] = {}
    for row in schedules(table, rates=LPR, calendar=china).to_pylist():
        laid.setdefault(row.pop("loan"), []).append(row)
    for number, row in enumerate(table.to_pylist()):
        alone = schedule(terms_of(row), rates=LPR, calendar=china)
        assert laid[number] == [{name: getattr(each, name) for name in FIELDS} for each in alone]


def test_loans_of_one_shape_are_laid_as_each_by_itself():
    (row,) = table_rows(1, 5)
    row |= {"method": "level_payment", "business_days": "NULL", "cycle": 1, "reference": None}
    rows = [{**row, "principal_fen": fen, "reset": None} for fen in range(1, 3000, 7)]
    laid = schedules(pa.Table.from_pylist(rows, schema=COLUMNS)).to_pylist()
    alone = [each for one in rows for each in schedule(terms_of(one))]
    assert [row["interest_fen"] for row in laid] == [each.interest_fen for each in alone]
    assert [row["principal_fen"] for row in laid] == [each.principal_fen for each in alone]


def test_an_empty_table_has_no_instalments():
    assert schedules(COLUMNS.empty_table()).num_rows == 0


def test_one_loan_that_cannot_be_is_refused(china):
    rows = table_rows(3, 1)
    rows[1]["principal_fen"] = 0
    with pytest.raises(Refused, match="principal"):
        schedules(pa.Table.from_pylist(rows, schema=COLUMNS), rates=LPR, calendar=china)


@given(
    balance=st.integers(0, 10**13),
    factor=st.integers(-(10**11), 10**11),
    divisor=st.sampled_from([10**8 * 360, 10**8 * 365, 10**8 * 133_590]),
)
def test_a_product_beyond_a_word_is_divided_exactly(balance, factor, divisor):
    columns = [np.array([each], dtype=np.int64) for each in (balance, factor, divisor)]
    assert divided(*columns)[0] == rounded(Fraction(balance * factor, divisor))


@given(half=st.integers(0, 10**6), above=st.integers(-1, 1))
def test_halves_are_rounded_up_and_what_is_less_is_not(half, above):
    divisor = 10**8 * 360
    balance = np.array([1], dtype=np.int64)
    factor = np.array([half * divisor + divisor // 2 + above], dtype=np.int64)
    assert divided(balance, factor, np.array([divisor]))[0] == half + (above >= 0)
