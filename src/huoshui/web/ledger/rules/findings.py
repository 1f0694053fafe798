"""How the ledger may be found not to hold, the weightiest first, and each place by its name.

Four things vouch for each other: a transfer's columns give its digest; the digests of a voucher's
lines, with its own columns, give the voucher's; that stands in the entry of the record that told of
the voucher, under a seal; and checkpoints are sums that can be made again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from huoshui.kernel.errors import Problem, Refusal, Where

_ASK = "Compare with a backup and the record, and ask who had the database then."
_ASK_ZH = "请与备份和存证比对，并查明当时谁能操作数据库。"


class LedgerFinding(Refusal):
    """How the ledger may be found not to hold."""

    TRANSFER_CHANGED = (
        "Line {n} of voucher {voucher} was changed: its columns no longer give its digest.", _ASK,
        "凭证 {voucher} 第 {n} 行被改动：其内容与摘要不再相符。", _ASK_ZH,
    )  # fmt: skip
    TRANSFER_REMOVED = (
        "Of voucher {voucher}, which has {legs} lines, these are gone: {lines}.", _ASK,
        "凭证 {voucher} 共 {legs} 行，缺少第 {lines} 行。", _ASK_ZH,
    )  # fmt: skip
    TRANSFER_ADDED = (
        "Line {n} was added to voucher {voucher}, which does not have it.", _ASK,
        "凭证 {voucher} 被加入了本不存在的第 {n} 行。", _ASK_ZH,
    )  # fmt: skip
    VOUCHER_CHANGED = (
        "Voucher {voucher} was changed: its columns and its lines' digests no longer give its own.",
        _ASK,
        "凭证 {voucher} 被改动：其内容及各行摘要与凭证摘要不再相符。", _ASK_ZH,
    )  # fmt: skip
    VOUCHER_REWRITTEN = (
        "Voucher {voucher} was rewritten, digest and all: entry {entry} of the record tells of "
        "another.", _ASK,
        "凭证 {voucher} 连同摘要被改写：存证 {entry} 所载摘要与之不同。", _ASK_ZH,
    )  # fmt: skip
    VOUCHER_REMOVED = (
        "Voucher {voucher}, which entry {entry} of the record tells of, is gone.", _ASK,
        "存证 {entry} 所载的凭证 {voucher} 不见了。", _ASK_ZH,
    )  # fmt: skip
    VOUCHER_UNTOLD = (
        "No entry of the record tells of voucher {voucher}.", _ASK,
        "存证中没有凭证 {voucher} 的记录。", _ASK_ZH,
    )  # fmt: skip
    ENTRY_ERASED = (
        "Entry {entry}, which tells of {what}, was erased: nothing vouches for it any more.", _ASK,
        "载有 {what} 的存证 {entry} 已被删除，无从佐证。", _ASK_ZH,
    )  # fmt: skip
    ACCOUNT_CHANGED = (
        "Account {account} was changed: its columns no longer give its digest.", _ASK,
        "账户 {account} 被改动：其内容与摘要不再相符。", _ASK_ZH,
    )  # fmt: skip
    ACCOUNTS_REWRITTEN = (
        "The accounts of opening {opening} are not those that the record tells of.", _ASK,
        "开户批 {opening} 的账户与存证所载不符。", _ASK_ZH,
    )  # fmt: skip
    CHECKPOINT_WRONG = (
        "The checkpoint of account {account} at batch {through} is wrong: {detail}.",
        "Delete the account's checkpoints as the owner of the tables; they are made anew.",
        "账户 {account} 在批次 {through} 的余额检查点有误：{detail}。",
        "请由表的所有者删除该账户的检查点，系统会重新生成。",
    )
    BELOW_FLOOR = (
        "Account {account} stands at {stands_fen} fen, below its floor of {floor_fen} fen.", _ASK,
        "账户 {account} 余额为 {stands_fen} 分，低于下限 {floor_fen} 分。", _ASK_ZH,
    )  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One place where the ledger does not hold."""

    kind: LedgerFinding
    table: str
    row: str  # the row's key, as a person would ask for it
    said: Mapping[str, Any]

    def problem(self) -> Problem:
        """Say it in the one shape of an error."""
        return self.kind.problem(where=Where(self.table, field=self.row), **self.said)


@dataclass
class Checked:
    """What was looked at, and every finding, the weightiest first."""

    accounts: int = 0
    vouchers: int = 0
    transfers: int = 0
    checkpoints: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Say whether nothing was found."""
        return not self.findings

    def to_dict(self) -> dict[str, Any]:
        """Give it as data."""
        counted = ("accounts", "vouchers", "transfers", "checkpoints")
        return {
            "holds": self.holds,
            **{name: getattr(self, name) for name in counted},
            "findings": [
                {**each.problem().to_dict(), "table": each.table, "row": each.row}
                for each in self.findings
            ],
        }


def sorted_findings(found: Sequence[Finding]) -> list[Finding]:
    """Put findings in the order of their weight, then of their rows."""
    weight = {kind: place for place, kind in enumerate(LedgerFinding)}
    return sorted(found, key=lambda each: (weight[each.kind], len(each.row), each.row))
