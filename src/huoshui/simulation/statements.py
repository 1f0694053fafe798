"""Statements as the fake bank writes them: camt.053 messages and CSV with Chinese columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
COLUMNS = (
    "账号", "币种", "流水号", "交易日期", "起息日", "贷方发生额", "借方发生额", "余额",
    "端到端标识", "付款附言编号", "摘要",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A line as a statement tells it; below nothing it went out."""

    ref: str
    fen: int
    booked_on: str
    value_on: str
    end_to_end: str = ""
    reference: str = ""
    text: str = ""
    currency: str = "CNY"


@dataclass(frozen=True)
class Sheet:
    """A statement: its lines between two balances."""

    ref: str
    account: str
    until: str
    opening_fen: int
    lines: Sequence[Told]
    closing_off_fen: int = 0  # by how much the closing balance is told wrongly

    @property
    def closing_fen(self) -> int:
        """Give the balance that it closes with, as it is told."""
        return self.opening_fen + sum(line.fen for line in self.lines) + self.closing_off_fen


def yuan(fen: int) -> str:
    """Write an amount without its side."""
    return f"{abs(fen) // 100}.{abs(fen) % 100:02d}"


def camt(sheet: Sheet) -> bytes:
    """Write a statement as camt.053."""
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="CNY">{yuan(fen)}</Amt>{_side(fen)}<Dt><Dt>{sheet.until}</Dt></Dt></Bal>\n'
        for kind, fen in (("OPBD", sheet.opening_fen), ("CLBD", sheet.closing_fen))
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{CAMT}"><BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>{sheet.ref}</MsgId></GrpHdr>\n<Stmt><Id>{sheet.ref}</Id>\n"
        f"<Acct><Id><Othr><Id>{sheet.account}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>\n"
        f"{balances}{''.join(map(_entry, sheet.lines))}"
        "</Stmt>\n</BkToCstmrStmt></Document>\n"
    ).encode()


def _side(fen: int) -> str:
    return f"<CdtDbtInd>{'DBIT' if fen < 0 else 'CRDT'}</CdtDbtInd>"


def _entry(line: Told) -> str:
    words = f"<Ustrd>{escape(line.text)}</Ustrd>" if line.text else ""
    if line.reference:
        words += f"<Strd><CdtrRefInf><Ref>{escape(line.reference)}</Ref></CdtrRefInf></Strd>"
    return (
        f'<Ntry><Amt Ccy="{line.currency}">{yuan(line.fen)}</Amt>{_side(line.fen)}'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{line.booked_on}</Dt></BookgDt>"
        f"<ValDt><Dt>{line.value_on}</Dt></ValDt><AcctSvcrRef>{line.ref}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{line.end_to_end or 'NOTPROVIDED'}</EndToEndId>"
        f"</Refs>{f'<RmtInf>{words}</RmtInf>' if words else ''}</TxDtls></NtryDtls></Ntry>\n"
    )


def sheet_csv(sheet: Sheet, *, encoding: str) -> bytes:
    """Write a statement as CSV with a running balance."""
    text = io.StringIO()
    rows, balance = csv.writer(text), sheet.opening_fen
    rows.writerow(COLUMNS)
    for n, line in enumerate(sheet.lines, start=1):
        balance += line.fen
        told = balance + (sheet.closing_off_fen if n == len(sheet.lines) else 0)
        sides = (yuan(line.fen), "") if line.fen > 0 else ("", yuan(line.fen))
        said = ("-" if told < 0 else "") + yuan(told)
        rows.writerow(
            (sheet.account, line.currency, line.ref, line.booked_on, line.value_on, *sides, said,
             line.end_to_end, line.reference, line.text)
        )  # fmt: skip
    return text.getvalue().encode(encoding)
