"""Read a statement from CSV, as banks of the region export it, in Chinese or English columns.

Each line carries the balance after it, which tells the opening and the closing one and lets a
line that is missing be found where it is missing.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

from huoshui.kernel.errors import Problem, Refused, Where
from huoshui.kernel.money import HOME
from huoshui.kernel.period import parse_day
from huoshui.web.ledger.rules.statements.form import (
    BankLine,
    BankStatement,
    fen_of,
    sum_problems,
)
from huoshui.web.ledger.rules.statements.refusals import StatementRefusal as No

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "account": ("账号", "账户"),
    "currency": ("币种",),
    "reference": ("流水号", "交易流水号"),
    "booked_on": ("交易日期", "记账日期"),
    "value_on": ("起息日",),
    "money_in": ("贷方发生额", "收入金额"),
    "money_out": ("借方发生额", "支出金额"),
    "balance": ("余额", "账户余额"),
    "end_to_end_id": ("端到端标识",),
    "payer_reference": ("付款附言编号",),
    "counterparty": ("对方户名",),
    "counterparty_account": ("对方账号",),
    "text": ("摘要", "附言"),
}
"""Columns by the names they may stand under, the English one being the key."""

NEEDED = ("account", "reference", "booked_on", "money_in", "money_out", "balance")
CURRENCIES = ("", HOME, "RMB", "人民币")
_LONGEST = 140


def decoded(body: bytes, *, file: str) -> str:
    """Read text as UTF-8, or as GB 18030, which exports of older systems are written in."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise No.NOT_A_STATEMENT.refuse(
        where=Where(file, line=1), detail="it is no text", detail_zh="不是文本文件"
    )


def read_sheet(body: bytes, *, file: str) -> list[BankStatement]:
    """Read the one statement of a CSV file, or refuse with every fault found."""
    text = decoded(body, file=file)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    reader = _Reader(file)
    try:
        head = reader.head(next(rows, []))
        for row in rows:
            if any(cell.strip() for cell in row):
                reader.row(rows.line_num, head, row)
    except csv.Error as error:
        raise No.NOT_A_STATEMENT.refuse(
            where=Where(file, line=rows.line_num), detail=str(error), detail_zh="CSV 引号或分隔有误"
        ) from None
    return [reader.statement()]


class _Reader:
    """Reads rows and gathers what is wrong with them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: list[BankLine] = []
        self.account = ""
        self.opening_fen = self.balance_fen = 0

    def head(self, names: Sequence[str]) -> list[str | None]:
        """Give the column that each name of the first row stands for."""
        known = {alias: key for key, words in COLUMNS.items() for alias in (key, *words)}
        head = [known.get(name.strip()) for name in names]
        missing = [key for key in NEEDED if key not in head]
        if missing:
            self._problem(No.MISSING, 1, missing[0], field=", ".join(missing))
        twice = [key for key in COLUMNS if head.count(key) > 1]
        if twice:
            self._problem(
                No.NOT_A_STATEMENT, 1, twice[0], detail=f"the column {twice[0]} stands twice",
                detail_zh=f"列 {twice[0]} 重复",
            )  # fmt: skip
        Refused.raise_any(self.problems)
        return head

    def row(self, place: int, head: Sequence[str | None], cells: Sequence[str]) -> None:
        """Read one line."""
        if len(cells) != len(head):
            self._problem(
                No.NOT_A_STATEMENT, place, None,
                detail=f"{len(cells)} cells under {len(head)} columns",
                detail_zh=f"应有 {len(head)} 列，实有 {len(cells)} 列",
            )  # fmt: skip
            return
        said = {key: cell.strip() for key, cell in zip(head, cells, strict=True) if key}
        before = len(self.problems)
        self._account(place, said)
        amount = self._amount(place, said)
        booked = self._day(place, said, "booked_on")
        valued = self._day(place, said, "value_on") if said.get("value_on") else booked
        balance = self._signed(place, said, "balance")
        if not said["reference"]:
            self._problem(No.MISSING, place, "reference", field="reference")
        told = len(self.problems) > before
        if told or amount is None or booked is None or valued is None or balance is None:
            return  # each was told above
        if not self.lines:
            self.opening_fen = balance - amount
        elif self.balance_fen + amount != balance:
            self._problem(
                No.BAD_BALANCE, place, "balance", given_fen=balance,
                wanted_fen=self.balance_fen + amount,
            )  # fmt: skip
        self.balance_fen = balance
        self.lines.append(
            BankLine(
                len(self.lines) + 1,
                place,
                said["reference"][:_LONGEST],
                amount,
                booked,
                valued,
                said.get("end_to_end_id", "")[:_LONGEST],
                said.get("payer_reference", "")[:_LONGEST],
                said.get("counterparty", "")[:_LONGEST],
                said.get("counterparty_account", "")[:_LONGEST],
                said.get("text", "")[:500],
            )
        )

    def statement(self) -> BankStatement:
        """Give the statement that the lines make."""
        if not self.lines and not self.problems:
            self._problem(No.MISSING, 1, "lines", field="lines")
        Refused.raise_any(self.problems)
        days = [line.booked_on for line in self.lines]
        made = BankStatement(
            account=self.account,
            currency=HOME,
            ref=f"{self.lines[0].bank_ref}..{self.lines[-1].bank_ref}",
            from_on=min(days),
            until_on=max(days),
            opening_fen=self.opening_fen,
            closing_fen=self.balance_fen,
            lines=tuple(self.lines),
        )
        Refused.raise_any(sum_problems(made, file=self.file))
        return made

    def _account(self, place: int, said: Mapping[str, str]) -> None:
        account, currency = said["account"], said.get("currency", "").upper()
        if currency not in CURRENCIES:
            self._problem(No.CURRENCY, place, "currency", currency=currency, wanted=HOME)
        if not account:
            self._problem(No.MISSING, place, "account", field="account")
        elif self.account and account != self.account:
            self._problem(
                No.NOT_A_STATEMENT, place, "account",
                detail=f"it tells of {self.account} and of {account}",
                detail_zh=f"同时含有账号 {self.account} 与 {account}",
            )  # fmt: skip
        self.account = self.account or account

    def _amount(self, place: int, said: Mapping[str, str]) -> int | None:
        """Read what came in or went out: one of the two, above nothing."""
        sides = [(name, said[name].replace(",", "")) for name in ("money_in", "money_out")]
        given = [(name, text) for name, text in sides if text and fen_of(text) != 0]
        if len(given) != 1 or not fen_of(given[0][1]):
            value = " / ".join(text for _, text in sides)
            self._problem(No.NOT_READABLE, place, "money_in", value=value, field="money_in")
            return None
        name, text = given[0]
        fen = fen_of(text)
        assert fen, "looked at above"
        return fen if name == "money_in" else -fen

    def _signed(self, place: int, said: Mapping[str, str], name: str) -> int | None:
        text = said[name].replace(",", "")
        fen = fen_of(text.removeprefix("-"))
        if fen is None:
            self._problem(No.NOT_READABLE, place, name, value=said[name], field=name)
            return None
        return -fen if text.startswith("-") else fen

    def _day(self, place: int, said: Mapping[str, str], name: str) -> dt.date | None:
        day = parse_day(said[name])
        if day is None:
            self._problem(No.NOT_READABLE, place, name, value=said[name], field=name)
        return day

    def _problem(self, kind: No, place: int, field: str | None, /, **said: Any) -> None:
        where = Where(self.file, line=place, field=field)
        self.problems.append(kind.problem(where=where, **said))
