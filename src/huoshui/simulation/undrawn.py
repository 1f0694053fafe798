"""Whether the books show of a limit what was granted less what is used, by what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

PRINCIPAL = ("loan_principal", "overdue_principal")
"""Accounts that hold what is owed of principal."""

UNDRAWN = "undrawn_commitment"


def limit_fen(line: dict[str, Any], day: dt.date) -> int:
    """Give the limit that was in force at the end of a day, by what was sent."""
    if day > dt.date.fromisoformat(line["until"]):
        return 0
    set_ = [fen for since, fen in line["limits"] if dt.date.fromisoformat(since) <= day]
    return int(set_[-1]) if set_ else 0


def limit_faults(
    line: dict[str, Any], day: dt.date, books: dict[str, dict[str, int]],
    refs: dict[str, str], lost_fen: int,
) -> Iterator[str]:  # fmt: skip
    """Say where the books show another undrawn limit than is left, or more used than agreed.

    Principal that was repaid is used again when the repayment turns out never to have been.
    """
    used = lost_fen
    for name in line["loans"]:
        held = books.get(refs[name], {})
        used += sum(held.get(code, 0) for code in PRINCIPAL)
    wanted = max(0, limit_fen(line, day) - used)
    found = books.get(line["ref"], {}).get(UNDRAWN, 0)
    if wanted != found:
        yield f"{found} fen are booked as undrawn on {day}; limit less drawn is {wanted}"
    if used > line["agreed_fen"] + line["taken_back_fen"]:
        yield f"{used} fen are drawn on {day} of the {line['agreed_fen']} agreed"
