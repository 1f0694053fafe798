"""Read a bank's file by what it is, not by what it is called."""

from __future__ import annotations

from huoshui.web.ledger.rules.statements.camt import read_camt
from huoshui.web.ledger.rules.statements.form import BankStatement
from huoshui.web.ledger.rules.statements.refusals import StatementRefusal
from huoshui.web.ledger.rules.statements.sheet import read_sheet

BYTES_MOST = 20 * 2**20
"""A day's statement of a busy account has some ten thousand lines, about 1 KB each."""

_MARKS = b"\xef\xbb\xbf \t\r\n"
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, which XML may be written in


def read_statements(body: bytes, *, file: str) -> list[BankStatement]:
    """Read the statements of a file, or refuse it as a whole."""
    if not body.strip(_MARKS):
        raise StatementRefusal.EMPTY.refuse(name=file)
    if len(body) > BYTES_MOST:
        raise StatementRefusal.TOO_LARGE.refuse(name=file, bytes=len(body), most=BYTES_MOST)
    if body.lstrip(_MARKS).startswith(b"<") or body.startswith(_WIDE):
        return read_camt(body, file=file)
    return read_sheet(body, file=file)
