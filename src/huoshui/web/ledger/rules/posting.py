"""From an event and its amounts to the entries that its posting rule says.

An amount below nothing is posted with the sides turned, as a replay takes back what it no longer
finds; an amount of nothing is not posted.
"""

from __future__ import annotations

from collections.abc import Mapping

from huoshui.policy.schema import Chart, Posting
from huoshui.web.ledger.rules.entries import AccountName, Entry
from huoshui.web.ledger.rules.refusals import LedgerRefusal


def entries_of(
    posting: Posting, chart: Chart, event: str, amounts_fen: Mapping[str, int], *, agreement: str
) -> list[Entry]:
    """Give the entries of an event of an agreement; every amount of the event must be given.

    Where an amount is the sum of others, the whole and its parts must agree.
    """
    rule = posting.events.get(event)
    if rule is None:
        raise LedgerRefusal.NO_RULE.refuse(event=event, posting=posting.id)
    if set(amounts_fen) != set(rule.amounts):
        raise LedgerRefusal.AMOUNTS_DIFFER.refuse(
            event=event, wanted=", ".join(rule.amounts), given=", ".join(amounts_fen) or "-"
        )
    for whole, parts in rule.sums.items():
        total = sum(amounts_fen[part] for part in parts)
        if total != amounts_fen[whole]:
            raise LedgerRefusal.PARTS_DIFFER.refuse(
                event=event, whole=whole, whole_fen=amounts_fen[whole], parts_fen=total
            )
    entries = []
    for line in rule.lines:
        assert line.debit is not None and line.credit is not None, "the pack was checked"  # noqa: PT018
        fen = amounts_fen[line.amount]
        if fen == 0:
            continue
        debit, credit = (_name(chart, code, agreement) for code in (line.debit, line.credit))
        entry = Entry(debit, credit, abs(fen), line.book)
        entries.append(entry if fen > 0 else entry.turned())
    return entries


def _name(chart: Chart, code: str, agreement: str) -> AccountName:
    return AccountName(code, agreement if chart.accounts[code].per == "agreement" else None)
