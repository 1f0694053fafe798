"""Read ISO 20022 camt.053, a bank's statement to its customer, of any version in use.

Only what is booked counts: pending entries stand in no booked balance.  An entry that a bank
booked as one and tells in parts becomes a line for each part, and the parts must come to the
whole.  Every line needs the bank's own reference: without it, the same receipt sent twice could
not be told from two.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from huoshui.kernel.errors import Problem, Refused, Where
from huoshui.kernel.money import HOME
from huoshui.web.ledger.rules.statements.form import (
    BankLine,
    BankStatement,
    fen_of,
    sum_problems,
)
from huoshui.web.ledger.rules.statements.refusals import StatementRefusal as No
from huoshui.web.ledger.rules.statements.xml_tree import Node, tree_of

MESSAGE = "camt.053."
NOT_PROVIDED = "NOTPROVIDED"
"""What banks write where the standard wants an end-to-end id and there is none."""

SIGNS = {"CRDT": 1, "DBIT": -1}
_LONGEST = 140


def read_camt(body: bytes, *, file: str) -> list[BankStatement]:
    """Read every statement of a message, or refuse with every fault found."""
    root = tree_of(body, file=file)
    message = root.first("BkToCstmrStmt")
    if message is None or MESSAGE not in root.space:
        name = root.space.rpartition(":")[2] or root.name
        raise No.NOT_A_STATEMENT.refuse(
            where=Where(file, line=root.line),
            detail=f"it is {name}, not {MESSAGE}001",
            detail_zh=f"报文类型为 {name}，而非 {MESSAGE}001",
        )
    reader = _Reader(file)
    found = [reader.statement(node) for node in message.all("Stmt")]
    if not found:
        reader.missing(message, "Stmt")
    made = [each for each in found if each is not None]
    if not reader.problems:
        for each in made:
            reader.problems += sum_problems(each, file=file)
    Refused.raise_any(reader.problems)
    return made


class _Reader:
    """Reads elements and gathers what is wrong with them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def statement(self, node: Node) -> BankStatement | None:
        """Read one statement; None: something it cannot be without is not there."""
        ref = self._words(node, "Id")
        account = self._words(node, "Acct/Id/IBAN", "Acct/Id/Othr/Id")
        currency = node.said("Acct/Ccy") or HOME
        if currency != HOME:
            self._problem(No.CURRENCY, node, "Acct/Ccy", currency=currency, wanted=HOME)
        opening, closing = self._balance(node, "OPBD", "PRCD"), self._balance(node, "CLBD")
        entries = [e for e in node.all("Ntry") if e.said("Sts/Cd", "Sts") in ("BOOK", "")]
        parts = [line for entry in entries for line in self._lines(entry)]
        lines = tuple(BankLine(n, *part) for n, part in enumerate(parts, start=1))
        if opening is None or closing is None or not ref or not account:
            return None
        days = [day for line in lines for day in (line.booked_on,)]
        said_from, said_until = node.said("FrToDt/FrDtTm"), node.said("FrToDt/ToDtTm")
        return BankStatement(
            account=account,
            currency=currency,
            ref=ref,
            from_on=_day(said_from) or min(days, default=closing[1]),
            until_on=_day(said_until) or max([*days, closing[1]]),
            opening_fen=opening[0],
            closing_fen=closing[0],
            lines=lines,
            place=node.line,
        )

    def _lines(
        self, entry: Node
    ) -> Iterator[tuple[int, str, int, dt.date, dt.date, str, str, str, str, str]]:
        """Yield an entry's lines, all but their numbers."""
        whole = self._signed(entry, entry)
        booked = self._date(entry, "BookgDt")
        valued = self._date(entry, "ValDt") if entry.first("ValDt") else booked
        entry_ref = entry.said("AcctSvcrRef", "NtryRef")
        if whole is None or booked is None or valued is None:
            return
        details = list(entry.all("NtryDtls/TxDtls"))
        amounts = [_amount_of(each) for each in details]
        told = [(each, amount) for each, amount in zip(details, amounts, strict=True) if amount]
        if len(details) < 2 or len(told) < len(details):
            detail = details[0] if len(details) == 1 else None
            ref = entry_ref or (detail.said("Refs/AcctSvcrRef") if detail else "")
            if not ref:
                self.missing(entry, "AcctSvcrRef")
                return
            yield entry.line, ref, whole, booked, valued, *_said(entry, detail, whole)
            return
        sum_fen = 0
        for nth, (each, amount) in enumerate(told, start=1):
            assert amount is not None, "only those with an amount are told"
            part = self._signed(each, entry, amount)
            ref = each.said("Refs/AcctSvcrRef") or (f"{entry_ref}/{nth}" if entry_ref else "")
            if part is None:
                return
            if not ref:
                self.missing(each, "AcctSvcrRef")
                return
            sum_fen += part
            yield each.line, ref, part, booked, valued, *_said(entry, each, part)
        if sum_fen != whole:
            self._problem(
                No.BAD_DETAILS, entry, "Amt", reference=entry_ref, parts_fen=sum_fen,
                whole_fen=whole,
            )  # fmt: skip

    def _signed(self, node: Node, entry: Node, amount: Node | None = None) -> int | None:
        """Read an amount with its side; a part without a side has its entry's."""
        amount = amount or node.first("Amt")
        if amount is None:
            self.missing(node, "Amt")
            return None
        currency, fen = amount.attributes.get("Ccy", HOME), fen_of(amount.text)
        sign = SIGNS.get(node.said("CdtDbtInd") or entry.said("CdtDbtInd"))
        if currency != HOME:
            self._problem(No.CURRENCY, amount, "Amt", currency=currency, wanted=HOME)
        elif not fen:
            self._problem(No.NOT_READABLE, amount, "Amt", value=amount.text)
        elif sign is None:
            self.missing(node, "CdtDbtInd")
        else:
            return sign * fen
        return None

    def _balance(self, node: Node, *kinds: str) -> tuple[int, dt.date] | None:
        for kind in kinds:
            for each in node.all("Bal"):
                if each.said("Tp/CdOrPrtry/Cd") == kind:
                    return self._balance_at(each)
        self.missing(node, f"Bal {kinds[0]}")
        return None

    def _balance_at(self, node: Node) -> tuple[int, dt.date] | None:
        amount, day = node.first("Amt"), self._date(node, "Dt")
        fen = fen_of(amount.text) if amount else None
        sign = SIGNS.get(node.said("CdtDbtInd"))
        if amount is None or sign is None:
            self.missing(node, "Amt" if amount is None else "CdtDbtInd")
            return None
        if amount.attributes.get("Ccy", HOME) != HOME:
            self._problem(
                No.CURRENCY, amount, "Amt", currency=amount.attributes["Ccy"], wanted=HOME
            )
            return None
        if fen is None:
            self._problem(No.NOT_READABLE, amount, "Amt", value=amount.text)
        return None if fen is None or day is None else (sign * fen, day)

    def _date(self, node: Node, name: str) -> dt.date | None:
        found = node.first(f"{name}/Dt", f"{name}/DtTm")
        if found is None:
            self.missing(node, name)
            return None
        day = _day(found.text)
        if day is None:
            self._problem(No.NOT_READABLE, found, name, value=found.text)
        return day

    def _words(self, node: Node, *paths: str) -> str:
        said = node.said(*paths)
        if not said:
            self.missing(node, paths[0])
        return said[:_LONGEST]

    def missing(self, node: Node, field: str) -> None:
        """Note that an element is not there."""
        where = Where(self.file, line=node.line, field=field)
        self.problems.append(No.MISSING.problem(where=where, field=field))

    def _problem(self, kind: No, node: Node, field: str, **said: Any) -> None:
        where = Where(self.file, line=node.line, field=field)
        if kind is No.NOT_READABLE:
            said["field"] = field
        self.problems.append(kind.problem(where=where, **said))


def _amount_of(detail: Node) -> Node | None:
    return detail.first("Amt", "AmtDtls/TxAmt/Amt")


def _said(entry: Node, detail: Node | None, fen: int) -> tuple[str, str, str, str, str]:
    """Give the end-to-end id, the reference, the other party with its account, and the words."""
    node = detail or entry
    end_to_end = node.said("Refs/EndToEndId")
    other = "Dbtr" if fen > 0 else "Cdtr"
    parties = ("RltdPties/" + other, "RltdPties/" + other + "/Pty")
    account = f"RltdPties/{other}Acct/Id"
    words = [each.text for each in node.all("RmtInf/Ustrd")]
    words += [each.text for each in (node.first("AddtlTxInf"), entry.first("AddtlNtryInf")) if each]
    return (
        "" if end_to_end == NOT_PROVIDED else end_to_end[:_LONGEST],
        node.said("RmtInf/Strd/CdtrRefInf/Ref")[:_LONGEST],
        node.said(*(f"{path}/Nm" for path in parties))[:_LONGEST],
        node.said(f"{account}/IBAN", f"{account}/Othr/Id")[:_LONGEST],
        " ".join(word for word in words if word)[:500],
    )


def _day(text: str) -> dt.date | None:
    """Read the day of a date or a moment, in the bank's own time."""
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
