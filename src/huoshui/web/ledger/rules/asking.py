"""Whether what is asked can be posted at all, before anybody asks the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from huoshui.kernel.errors import Problem
from huoshui.web.ledger.rules.entries import MOST_FEN, Entry
from huoshui.web.ledger.rules.refusals import LedgerRefusal


def entry_problems(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Yield everything that is wrong with entries by themselves."""
    if not entries:
        yield LedgerRefusal.NOTHING.problem()
    for n, entry in enumerate(entries, start=1):
        amount = entry.amount_fen
        assert type(amount) is int, "money is whole fen"
        assert entry.book in ("book", "cash"), entry.book
        if not 0 < amount <= MOST_FEN:
            yield LedgerRefusal.NOT_ABOVE_NOTHING.problem(n=n, amount_fen=amount, most_fen=MOST_FEN)
        if entry.debit == entry.credit:
            yield LedgerRefusal.SAME_ACCOUNT.problem(n=n, account=entry.debit)
        elif entry.debit.currency != entry.credit.currency:
            yield LedgerRefusal.CURRENCIES_DIFFER.problem(
                n=n, debit=entry.debit.currency, credit=entry.credit.currency
            )
