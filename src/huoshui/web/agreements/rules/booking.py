"""From what a loan books to entries of the ledger, by the posting rules of the packs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from huoshui.kernel.errors import Refusal
from huoshui.policy.pack import Pack
from huoshui.web.agreements.rules.loan.postings import Posting
from huoshui.web.ledger.rules.entries import AccountName, Entry

RULES = "loan"
"""The posting rules that loans are booked by."""


class BookingRefusal(Refusal):
    """Why something cannot be booked."""

    NO_RULE = (
        "The packs say nothing about posting {kind}.",
        "Add the event {kind} to postings/{rules}.yaml.",
        "政策包没有 {kind} 的记账规则。",
        "请在 postings/{rules}.yaml 中补充 {kind}。",
    )


def entries_of(pack: Pack, posting: Posting, *, agreement: str, by: str = RULES) -> list[Entry]:
    """Give the entries of one posting; an amount below nothing turns them."""
    rules = pack.postings.get(by)
    event = rules.events.get(posting.kind) if rules else None
    if rules is None or event is None:
        raise BookingRefusal.NO_RULE.refuse(kind=posting.kind, rules=by)
    accounts = pack.charts[rules.chart].accounts

    def named(code: str | None) -> AccountName:
        assert code is not None, "a pack that loaded names both sides"
        return AccountName(code, agreement if accounts[code].per == "agreement" else None)

    entries = [
        Entry(named(line.debit), named(line.credit), abs(posting.amount_fen), line.book)
        for line in event.lines
    ]
    return entries if posting.amount_fen > 0 else [each.turned() for each in entries]


def by_day(
    pack: Pack, postings: Iterable[Posting], *, agreement: str, by: str = RULES
) -> dict[dt.date, list[Entry]]:
    """Gather entries by the day on which they count: one voucher a day."""
    found: dict[dt.date, list[Entry]] = {}
    for each in postings:
        entries = entries_of(pack, each, agreement=agreement, by=by)
        found.setdefault(each.on, []).extend(entries)
    return found
