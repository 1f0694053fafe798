"""Statements, breaks and payments as whoever reconciles them sees them, and what explains what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from huoshui.policy.deciding import answer, prepare
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.models import (
    BankAccount,
    BankFile,
    Break,
    Instruction,
    MatchItem,
    Reconciling,
    Statement,
    StatementLine,
)
from huoshui.web.ledger.queries.balances import balance_named
from huoshui.web.ledger.queries.cash import cash_unmatched
from huoshui.web.ledger.rules.breaks import CLOSED, BreakRefusal
from huoshui.web.ledger.rules.entries import AccountName
from huoshui.web.ledger.rules.payments import PaymentRefusal

AGES = "break_age"
"""The table of the packs that says how old a break is called, and its list of words."""

SHOWN_MOST = 100


@dataclass(frozen=True)
class Explained:
    """The bank's books and ours, and the breaks that make the difference, to the fen."""

    code: str
    bank_fen: int  # what all statements moved
    book_fen: int  # what the ledger says moved at the bank
    bank_breaks_fen: int  # lines that no transfer answers
    book_breaks_fen: int  # transfers that no line answers, those included that are waited for
    waiting_fen: int

    @property
    def difference_fen(self) -> int:
        """Give by how much the bank's books are above ours."""
        return self.bank_fen - self.book_fen


def explained(viewer: Actor, *, institution: UUID, code: str) -> Explained:
    """Say what the two books come to and what explains the difference."""
    accounts = BankAccount.objects.filter(institution_id=institution, code=code)
    bank = accounts.filter(stands_fen__isnull=False).aggregate(
        all=Sum(F("stands_fen") - F("opened_fen"))
    )
    book = balance_named(viewer, institution=institution, name=AccountName(code))
    open_ = Break.objects.filter(institution_id=institution).exclude(state=CLOSED)
    sums = open_.filter(side="bank", code=code).aggregate(all=Sum("amount_fen"))
    through = Reconciling.objects.filter(institution_id=institution, code=code).first()
    moved = cash_unmatched(
        viewer, institution=institution, code=code, after=through.through if through else 0
    )
    waiting = open_.filter(side="book", code=code, state="waiting").aggregate(all=Sum("amount_fen"))
    return Explained(
        code,
        bank["all"] or 0,
        book.balance_fen if book else 0,
        sums["all"] or 0,
        sum(each.cash.amount_fen for each in moved),
        waiting["all"] or 0,
    )


def bank_accounts(viewer: Actor) -> list[BankAccount]:
    """Give the accounts that the viewer's institution has at banks."""
    return list(BankAccount.objects.order_by("number", "id"))


def bank_files(viewer: Actor) -> list[BankFile]:
    """Give the files that came from banks, the newest first, without their content."""
    return list(BankFile.objects.defer("body").order_by("-id")[:SHOWN_MOST])


def statements(viewer: Actor) -> list[Statement]:
    """Give the statements that were taken, the newest first, with how many lines are open."""
    counted = Count("lines", filter=Q(lines__break__isnull=False) & ~Q(lines__break__state=CLOSED))
    rows = Statement.objects.select_related("account").annotate(open_count=counted)
    return list(rows.order_by("-id")[:SHOWN_MOST])


def statement(viewer: Actor, wanted: int) -> Statement | None:
    """Give one statement."""
    found: Statement | None = (
        Statement.objects.select_related("account", "file").defer("file__body").filter(pk=wanted)
    ).first()
    return found


def lines_of_statement(viewer: Actor, wanted: Statement) -> list[dict[str, Any]]:
    """Give a statement's lines, each with its match or its break."""
    rows = list(StatementLine.objects.filter(statement=wanted).order_by("n")[:2000])
    ids = [row.pk for row in rows]
    matched = {
        item.line_id: item
        for item in MatchItem.objects.filter(line_id__in=ids).select_related("match")
    }
    open_ = Break.objects.filter(side="bank", line_id__in=ids).exclude(state=CLOSED)
    broken = {each.line_id: each for each in open_}
    return [
        {"line": row, "match": matched[row.pk].match if row.pk in matched else None,
         "broken": broken.get(row.pk)}
        for row in rows
    ]  # fmt: skip


def breaks(
    viewer: Actor, *, side: str = "", mine: bool = False, closed: bool = False
) -> QuerySet[Break]:
    """Give breaks to be worked off, the oldest first; or those that were closed, the newest."""
    rows = Break.objects.select_related("line", "line__account", "voucher")
    rows = rows.filter(state=CLOSED) if closed else rows.filter(state="open")
    if side:
        rows = rows.filter(side=side)
    if mine:
        rows = rows.filter(assignee=viewer.person)
    return rows.order_by("-closed_at", "-id") if closed else rows.order_by("since", "id")


def break_one(viewer: Actor, wanted: int) -> Break:
    """Give one break, or refuse if there is none that the viewer may see."""
    rows = Break.objects.select_related("line", "line__account", "line__statement", "voucher")
    found: Break | None = rows.filter(pk=wanted).first()
    if found is None:
        raise BreakRefusal.UNKNOWN.refuse()
    return found


def age_of(since: dt.date, today: dt.date) -> tuple[int, str | None]:
    """Give a break's days and the word that the packs have for so many; none: they say none."""
    pack = pack_on(today)
    if AGES not in pack.tables:
        return (today - since).days, None
    if AGES not in pack.remembered:
        pack.remembered[AGES] = prepare(pack, AGES)
    days = max(0, (today - since).days)
    found = answer(pack.remembered[AGES], {"days": days}).outputs["age"]  # type: ignore[arg-type]
    return days, None if found is None else str(found)


def age_label(word: str | None, today: dt.date) -> Any:
    """Give what an age is called."""
    return None if word is None else pack_on(today).vocabularies[AGES].entries[word]


def candidates(viewer: Actor, about: Break) -> dict[str, list[dict[str, Any]]]:
    """Give what a break could be matched with: open lines and transfers, the likeliest first.

    Those of the same amount come first, then the nearest in time; nothing is chosen.
    """
    rows = Break.objects.exclude(state=CLOSED).filter(side__in=("bank", "book"), code=about.code)
    others = rows.exclude(pk=about.pk).select_related("line", "voucher")

    def likely(each: Break) -> tuple[bool, bool, int]:
        is_same = abs(each.amount_fen) == abs(about.amount_fen)
        return not is_same, each.side == about.side, abs((each.since - about.since).days)

    near = sorted(others, key=likely)[:20]
    found: dict[str, list[dict[str, Any]]] = {"bank": [], "book": []}
    for each in near:
        found[each.side].append({"about": each})
    return found


def proposed(viewer: Actor, about: Break) -> list[Break]:
    """Give the breaks that a proposal would match with one, for whoever is to confirm it."""
    what = about.proposal or {}
    if what.get("what") != "match":
        return []
    places = {(voucher, n) for voucher, n in what["cash"]}
    rows = Break.objects.select_related("line").filter(institution_id=about.institution_id)
    lines = rows.filter(side="bank", line_id__in=what["lines"])
    moved = rows.filter(side="book", voucher_id__in={voucher for voucher, _ in places})
    found = [*lines, *(each for each in moved if (each.voucher_id, each.n) in places)]
    return [each for each in found if each.pk != about.pk]


def instructions(viewer: Actor, *, agreement: str = "") -> list[Instruction]:
    """Give payments that banks were asked for, the newest first."""
    rows = Instruction.objects.select_related("account")
    if agreement:
        rows = rows.filter(agreement=agreement)
    return list(rows.order_by("-at", "id")[:SHOWN_MOST])


def instruction(viewer: Actor, wanted: UUID) -> Instruction:
    """Give one payment, or refuse if there is none that the viewer may see."""
    found: Instruction | None = (
        Instruction.objects.select_related("account", "institution").filter(id=wanted).first()
    )
    if found is None:
        raise PaymentRefusal.UNKNOWN.refuse()
    return found
