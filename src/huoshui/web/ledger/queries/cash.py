"""Transfers that say that money moved at a bank, and lines of statements, not matched yet."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Min, Q

from huoshui.policy.pack import Pack
from huoshui.policy.schema import ChartAccount
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.models import BankAccount, Break, CashReference, MatchItem, StatementLine
from huoshui.web.ledger.queries.balances import account_named
from huoshui.web.ledger.rules.breaks import CLOSED
from huoshui.web.ledger.rules.entries import AccountName
from huoshui.web.ledger.rules.matching import Cash, Line, Place

# The two halves go by an index each; what is matched is left out by the other.
_NEW = """
    SELECT t.voucher_id, t.n, {sign} * t.amount_fen, t.effective_on, o.agreement
    FROM ledger_transfer t JOIN ledger_account o ON o.id = t.{other}
    WHERE t.{side} = %(account)s AND t.batch > %(after)s AND t.kind IN ('posted', 'post')
      AND NOT EXISTS (SELECT 1 FROM ledger_matchitem i
                      WHERE i.voucher_id = t.voucher_id AND i.n = t.n)
"""
_BOTH = " UNION ALL ".join(
    _NEW.format(sign=sign, side=side, other=other)
    for sign, side, other in ((1, "debit_id", "credit_id"), (-1, "credit_id", "debit_id"))
)


@dataclass(frozen=True)
class Moved:
    """A transfer at a bank as it is matched, and the agreement that it is for."""

    cash: Cash
    agreement: str | None


def cash_codes(pack: Pack) -> list[str]:
    """Give the words of the chart that posting rules move cash on, at a bank of the institution."""
    found = set()
    for rules in pack.postings.values():
        accounts = pack.charts[rules.chart].accounts
        for event in rules.events.values():
            for line in event.lines:
                codes = (line.debit, line.credit) if line.book == "cash" else ()
                found |= {c for c in codes if c and _is_at_bank(accounts[c])}
    return sorted(found)


def _is_at_bank(account: ChartAccount) -> bool:
    """Say whether an account is the institution's at a bank, not what cash was spent on."""
    return account.per == "institution" and account.kind == "asset"


def cash_unmatched(viewer: Actor, *, institution: UUID, code: str, after: int) -> list[Moved]:
    """Give transfers on an account of the books that no match holds: new ones, and open breaks."""
    account = account_named(viewer, institution=institution, name=AccountName(code))
    if account is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BOTH, {"account": account.id, "after": after})
        new = {(row[0], row[1]): row for row in cursor.fetchall()}
    breaks = Break.objects.filter(institution_id=institution, side="book", code=code).exclude(
        state=CLOSED
    )
    known = breaks.values_list("voucher_id", "n", "amount_fen", "since", "agreement")
    rows: dict[Place, Any] = {**{(row[0], row[1]): row for row in known}, **new}
    names = references(viewer, rows)
    return [
        Moved(Cash(place, row[2], row[3], names.get(place, ())), row[4])
        for place, row in sorted(rows.items())
    ]


def references(viewer: Actor, places: Iterable[Place]) -> dict[Place, tuple[str, ...]]:
    """Give what transfers are known by, the deed's own name last."""
    wanted = set(places)
    found: dict[Place, tuple[str, ...]] = {}
    rows = CashReference.objects.filter(voucher_id__in={voucher for voucher, _ in wanted})
    for voucher, n, name in rows.order_by("is_deed", "id").values_list(
        "voucher_id", "n", "reference"
    ):
        if (voucher, n) in wanted:
            found[voucher, n] = (*found.get((voucher, n), ()), name)
    return found


def lines_unmatched(
    viewer: Actor, *, institution: UUID, code: str, new: Collection[int]
) -> list[Line]:
    """Give the lines of open breaks, and those of a statement that was just taken."""
    held = Break.objects.filter(institution_id=institution, side="bank", code=code)
    open_ = held.exclude(state=CLOSED)
    wanted = {*open_.values_list("line_id", flat=True), *new}
    rows = StatementLine.objects.filter(institution_id=institution, id__in=wanted)
    return [
        Line(
            row.id,
            row.amount_fen,
            tuple(dict.fromkeys((row.booked_on, row.value_on))),
            (row.end_to_end,) if row.end_to_end else (),
            tuple(name for name in (row.bank_ref, row.reference) if name),
        )
        for row in rows.order_by("id")
    ]


def pairs_named_otherwise(
    viewer: Actor, *, institution: UUID, lines: Collection[Line], cash: Collection[Cash]
) -> list[int]:
    """Give the matches by amount and day alone of which one side is named by what is not matched.

    A line came that names the transfer, or a transfer was entered that names the line, and the
    amount agrees.
    """
    said: defaultdict[str, set[int]] = defaultdict(set)
    for line in lines:
        for name in (*line.end_to_end, *line.references):
            said[name].add(line.amount_fen)
    booked: defaultdict[str, set[int]] = defaultdict(set)
    for each in cash:
        for name in each.references:
            booked[name].add(each.amount_fen)
    by_rule = MatchItem.objects.filter(match__rule="amount_day", institution_id=institution)
    found: set[int] = set()
    if said:
        named = CashReference.objects.filter(institution_id=institution, reference__in=said)
        transfers: defaultdict[Place, set[int]] = defaultdict(set)
        for voucher, n, name in named.values_list("voucher_id", "n", "reference"):
            transfers[voucher, n] |= said[name]
        items = by_rule.filter(voucher_id__in={voucher for voucher, _ in transfers})
        found |= {x.match_id for x in items if x.amount_fen in transfers[x.voucher_id, x.n]}
    if booked:
        told = Q(line__bank_ref__in=booked) | Q(line__end_to_end__in=booked)
        told |= Q(line__reference__in=booked)
        for item in by_rule.filter(told).select_related("line"):
            names = (item.line.bank_ref, item.line.end_to_end, item.line.reference)
            if any(item.amount_fen in booked[name] for name in names):
                found.add(item.match_id)
    return sorted(found)


def through_on(viewer: Actor, *, institution: UUID, code: str) -> dt.date | None:
    """Give the last day that the statements of all accounts under a word tell of."""
    held = BankAccount.objects.filter(institution_id=institution, code=code)
    found: dt.date | None = held.aggregate(day=Min("through_on"))["day"]
    return found


def cash_of_deed(viewer: Actor, *, institution: UUID, deed: str) -> list[tuple[Place, int]]:
    """Give the transfers at a bank that a deed made, with how they are booked."""
    rows = CashReference.objects.filter(institution_id=institution, reference=deed, is_deed=True)
    places = list(rows.order_by("id").values_list("voucher_id", "n"))
    return [(place, _amount(place)) for place in places]


def _amount(place: Place) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT amount_fen FROM ledger_transfer WHERE voucher_id = %s AND n = %s", place
        )
        return int(cursor.fetchone()[0])


def is_matched(place: Place) -> bool:
    """Say whether a transfer is held by a match."""
    return MatchItem.objects.filter(voucher_id=place[0], n=place[1]).exists()
