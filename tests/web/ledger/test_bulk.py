"""A great many transfers are posted as one voucher, with the guarantees of a single one."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.ledger.actions.bulk import COLUMNS, transfers_copy, transfers_select
from huoshui.web.ledger.actions.posting import Posted
from huoshui.web.ledger.queries.verification import ledger_findings
from huoshui.web.parties.models import Institution
from tests.web.given import AT, DAY
from tests.web.ledger.given import INCOME, drawn, fen, lender, owed, post, principal

pytestmark = pytest.mark.usefixtures("jobs_database")


def rows(*amounts: int, credit: str = "interest_income") -> pa.Table:
    """Make accruals, one to a loan."""
    made = [
        ("interest_receivable", f"L-{n}", credit, None, amount, "book")
        for n, amount in enumerate(amounts, start=1)
    ]
    columns = list(zip(*made, strict=True)) or [()] * 6
    types = [pa.string()] * 4 + [pa.int64(), pa.string()]
    arrays = [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
    return pa.table(arrays, names=list(COLUMNS))


def copied(bank: Institution, key: str, table: pa.Table) -> Posted:
    """Post a table."""
    with acting(SYSTEM):
        return transfers_copy(
            SYSTEM, at=AT, institution=bank.id, key=key, rows=table, effective_on=DAY,
            why="end of day", kind="accrue_interest",
        )  # fmt: skip


def held(**more: Any) -> list[Any]:
    with acting(SYSTEM):
        return ledger_findings().findings


def test_every_row_is_posted_and_the_whole_is_vouched_for() -> None:
    bank = lender()
    copied(bank, "eod-1", rows(10, 20, 30))
    assert [fen(bank, owed(f"L-{n}")) for n in (1, 2, 3)] == [10, 20, 30]
    assert fen(bank, INCOME) == 60
    assert held() == []


def test_the_same_rows_under_the_same_key_are_posted_once() -> None:
    bank = lender()
    first = copied(bank, "eod-1", rows(10, 20))
    again = copied(bank, "eod-1", rows(10, 20))
    assert (again.voucher, again.was_there) == (first.voucher, True)
    with pytest.raises(Refused, match=r"ledger\.key_of_other"):
        copied(bank, "eod-1", rows(10, 21))
    assert fen(bank, INCOME) == 30


def test_a_select_posts_what_it_gives() -> None:
    bank = lender()
    with acting(SYSTEM):
        transfers_select(
            SYSTEM, at=AT, institution=bank.id, key="eod-1", effective_on=DAY, why="end of day",
            kind="accrue_interest",
            rows="SELECT 'interest_receivable', 'L-' || n, 'interest_income', NULL, n * %s, 'book' "
            "FROM generate_series(1, 50) n ORDER BY n",
            values=[7],
        )  # fmt: skip
    assert fen(bank, owed("L-50")) == 350
    assert fen(bank, INCOME) == 7 * 50 * 51 // 2
    assert held() == []


def test_one_row_below_a_floor_takes_all_of_them_back() -> None:
    bank = lender()
    post(bank, "draw-1", drawn(100, "L-9"), actor=SYSTEM)
    table = pa.concat_tables([rows(5), rows(5)])
    low = table.set_column(2, "credit_code", pa.array(["interest_income", "loan_principal"]))
    low = low.set_column(3, "credit_agreement", pa.array([None, "L-9"], pa.string()))
    low = low.set_column(4, "amount_fen", pa.array([5, 101]))
    with pytest.raises(Refused, match="loan_principal L-9 would stand at -1 fen"):
        copied(bank, "eod-1", low)
    assert fen(bank, principal("L-9")) == 100
    assert fen(bank, owed("L-1")) is None


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (rows(), "nothing"),
        (rows(1, 0), "not_above_nothing"),
        (rows(1, credit="pocket_money"), "not_in_chart"),
        (rows(1).drop_columns(["book"]), "columns_missing"),
    ],
)
def test_a_table_that_cannot_be_posted_is_refused(table: pa.Table, code: str) -> None:
    with pytest.raises(Refused, match=f"ledger.{code}"):
        copied(lender(), "eod-1", table)
