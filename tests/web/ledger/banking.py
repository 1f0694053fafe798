"""Makers of bank statements for tests: lines, camt.053 messages and CSV, as a bank writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape

DAY = dt.date(2026, 11, 20)
ACCOUNT = "6217000010012345678"
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True)
class Moved:
    """A line as the bank tells it, in fen; below nothing it went out."""

    fen: int
    ref: str
    on: dt.date = DAY
    end_to_end: str = ""
    text: str = ""
    status: str = "BOOK"
    currency: str = "CNY"
    reference: str = ""


@dataclass(frozen=True)
class Told:
    """A statement as the bank tells it."""

    lines: Sequence[Moved] = field(default_factory=tuple)
    opening_fen: int = 0
    ref: str = "S1"
    on: dt.date = DAY
    account: str = ACCOUNT
    closing_fen: int | None = None

    @property
    def closes_fen(self) -> int:
        if self.closing_fen is not None:
            return self.closing_fen
        booked = [line.fen for line in self.lines if line.status == "BOOK"]
        return self.opening_fen + sum(booked)

    def next(self, *lines: Moved, **more: object) -> Told:
        """Give the statement of the day after."""
        day = self.on + dt.timedelta(1)
        said = {"ref": f"{self.ref}+", "on": day, "closing_fen": None, **more}
        dated = tuple(replace(line, on=day) for line in lines)
        return replace(self, lines=dated, opening_fen=self.closes_fen, **said)  # type: ignore[arg-type]


def yuan(fen: int) -> str:
    return f"{abs(fen) // 100}.{abs(fen) % 100:02d}"


def side(fen: int) -> str:
    return f"<CdtDbtInd>{'DBIT' if fen < 0 else 'CRDT'}</CdtDbtInd>"


def camt(*told: Told) -> bytes:
    """Write a message of statements."""
    inner = "\n".join(map(_statement, told))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{CAMT}">\n<BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>M1</MsgId></GrpHdr>\n{inner}\n</BkToCstmrStmt>\n</Document>\n"
    ).encode()


def _statement(told: Told) -> str:
    balances = "\n".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="CNY">{yuan(fen)}</Amt>{side(fen)}<Dt><Dt>{told.on}</Dt></Dt></Bal>'
        for kind, fen in (("OPBD", told.opening_fen), ("CLBD", told.closes_fen))
    )
    entries = "\n".join(map(_entry, told.lines))
    return (
        f"<Stmt><Id>{told.ref}</Id>\n"
        f"<Acct><Id><Othr><Id>{told.account}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>\n"
        f"{balances}\n{entries}\n</Stmt>"
    )


def _entry(line: Moved) -> str:
    detail = f"<Refs><EndToEndId>{line.end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>"
    words = f"<Ustrd>{escape(line.text)}</Ustrd>" if line.text else ""
    if line.reference:
        words += f"<Strd><CdtrRefInf><Ref>{line.reference}</Ref></CdtrRefInf></Strd>"
    words = f"<RmtInf>{words}</RmtInf>" if words else ""
    return (
        f'<Ntry><Amt Ccy="{line.currency}">{yuan(line.fen)}</Amt>{side(line.fen)}'
        f"<Sts><Cd>{line.status}</Cd></Sts><BookgDt><Dt>{line.on}</Dt></BookgDt>"
        f"<ValDt><Dt>{line.on}</Dt></ValDt><AcctSvcrRef>{line.ref}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls>{detail}{words}</TxDtls></NtryDtls></Ntry>"
    )


def sheet(told: Told, *, encoding: str = "utf-8") -> bytes:
    """Write the same as CSV with Chinese columns and a running balance."""
    rows = ["账号,币种,流水号,交易日期,贷方发生额,借方发生额,余额,端到端标识,摘要"]
    balance = told.opening_fen
    for line in told.lines:
        balance += line.fen
        money = (yuan(line.fen), "") if line.fen > 0 else ("", yuan(line.fen))
        sign = "-" if balance < 0 else ""
        rows.append(
            ",".join(
                (told.account, line.currency, line.ref, line.on.isoformat(), *money,
                 f"{sign}{yuan(balance)}", line.end_to_end, line.text)
            )
        )  # fmt: skip
    return "\r\n".join(rows).encode(encoding)
